#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench - every speed bar as a row: prints the table, writes speed.json and one SVG for each group.

  bench.py [--rounds=N] [--out=FOLDER] [GROUP...]     `make bench` sets what it needs

In a round each variant runs once, one after the other; the short ones alternate after each block
of calls. A row is the median, over rounds, of the ratio within a round, with the quartiles. The
last column is half the distance of the quartiles. Ends with 1 if a row has no measurement, whatever
the reason; a bar that is not met is no failure.
"""
import argparse
import json
import os
import platform
import sys

import groups
import groups_more
import plot
from sample import Bench, Missing, amount, as_installed, ratio

ALL = groups.GROUPS + groups_more.GROUPS


def machine():
    return {'kernel': platform.release().split('-')[0], 'cpu': platform.machine(),
            'cpus': os.cpu_count(), 'libc': ' '.join(platform.libc_ver()), 'load': round(os.getloadavg()[0], 1)}


def bar(row):
    return '-' if row['bar'] is None else ('>= ' if row['least'] else '<= ') + '%g' % row['bar']


def line(row):
    """Within 80 columns."""
    if row['state'] == 'MISSING':
        value, spread = '', ''
    else:
        value = ratio(row['value']) if row['ratio'] else amount(row['value'], row['unit'])
        wide = (row['high'] - row['low']) / 2 / row['value'] if row['value'] else 0
        spread = '%.0f%%' % (100 * wide) if row['rounds'] > 1 else ''
    return ('%-46s %10s %-8s %-7s %5s' %
            (row['title'], value, bar(row), row['state'], spread)).rstrip()


def run(kind, rounds):
    """One group: its rows with their values."""
    group, bench = kind(), Bench()
    try:
        group.prepare(bench)
        for n in range(rounds or group.rounds):
            group.measure(bench, n)
    except (Missing, OSError) as e:
        bench.fail('prepare', e)
    finally:
        bench.close()
    rows = [row.result(bench) for row in group.rows]
    for why in sorted(set(bench.failures)):
        print('bench: %s: %s' % (group.name, why), file=sys.stderr)
    return {'name': group.name, 'title': group.title, 'rows': rows}


def show(group):
    rounds = max((row.get('rounds', 0) for row in group['rows'] if row['ratio']), default=0)
    print('\n%s%s' % (group['title'], ' (%d rounds)' % rounds if rounds else ''))
    for row in group['rows']:
        print(line(row))
    sys.stdout.flush()


def write(folder, result):
    """A group that was not run keeps the results of an earlier run."""
    path = folder + '/speed.json'
    try:
        with open(path, encoding='utf-8') as f:
            earlier = {g['name']: g for g in json.load(f)['groups']}
    except (OSError, ValueError, KeyError):
        earlier = {}
    earlier.update((g['name'], g) for g in result['groups'])
    result['groups'] = [earlier[kind.name] for kind in ALL if kind.name in earlier]
    os.makedirs(folder, exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(result, f, indent=1)
        f.write('\n')
    for group in result['groups']:
        with open('%s/speed-%s.svg' % (folder, group['name']), 'w', encoding='utf-8') as f:
            f.write(plot.svg(group))


def main():
    words = argparse.ArgumentParser(description='Measure pidepoch against its bars.')
    words.add_argument('--rounds', type=int, default=0, help='in place of each group\'s own')
    words.add_argument('--out', default='bench/results', help='folder for speed.json and the plots')
    words.add_argument('group', nargs='*', metavar='GROUP',
                       help='one of ' + ', '.join(k.name for k in ALL))
    given = words.parse_args()
    unknown = set(given.group) - {k.name for k in ALL}
    if unknown:
        words.error('no such group: ' + ' '.join(sorted(unknown)))
    for path in (Bench.preload, Bench.command):
        as_installed(path)
    result = {'pidepoch_bench': 1, 'machine': machine(), 'groups': []}
    for kind in ALL:
        if not given.group or kind.name in given.group:
            result['groups'].append(run(kind, given.rounds))
            show(result['groups'][-1])
    missing = [row['title'] for g in result['groups'] for row in g['rows']
               if row['state'] == 'MISSING']
    write(given.out, result)
    for title in missing:
        print('bench: no measurement: %s' % title, file=sys.stderr)
    return 1 if missing else 0


sys.exit(main())
