#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""speed - writes docs/speed.md and its plots from the results of bench.py.

  speed.py FROM TO             FROM/speed.json to TO/speed.md, TO/speed.json and TO/speed-GROUP.svg
  speed.py --check TO          is TO/speed.md what TO/speed.json gives?
"""
import json
import sys

import plot
from notes import NOTES
from sample import amount, ratio

HEAD = '''# Speed, as measured

This page is written by `make speed-page` from `docs/speed.json`, which is what `make bench`
measured. Do not edit it: what stands below the tables is in `bench/notes.py`.

A row is the median, over rounds, of the ratio within a round, with the quartiles. In a round each
variant runs once, one after the other, so that a machine that slows down slows them all. The short
calls of the library (a signal, a fork, a spawn, a start) go further: the variants run at the same
time and alternate after each block of a few calls, and a variant's figure is the lowest tenth of
its blocks. Absolute times drift between machines. A bar that lies within the quartiles is neither
met nor missed.

Measured on: Linux %(kernel)s, %(cpu)s, %(cpus)s CPUs, %(libc)s, load %(load)s at the start.
'''


def cells(row):
    bar = '' if row['bar'] is None else ('&ge; ' if row['least'] else '&le; ') + '%g' % row['bar']
    if row['state'] == 'MISSING':
        return row['title'], 'missing', '', bar, 'MISSING', ''
    if not row['ratio']:
        return row['title'], amount(row['value'], row['unit']), '', bar, row['state'], ''
    quartiles = '%s to %s' % (ratio(row['low']), ratio(row['high']))
    medians = '%.4g / %.4g %s' % (row['over'], row['under'], row['unit'])
    return row['title'], ratio(row['value']), quartiles, bar, row['state'], medians


def section(group):
    out = ['## ' + group['title'], '', '![%s](speed-%s.svg)' % (group['title'], group['name']), '',
           '| | median | quartiles | bar | | medians of the two |', '|---|---|---|---|---|---|']
    out += ['| ' + ' | '.join(cells(row)) + ' |' for row in group['rows']]
    notes = NOTES.get(group['name'], '').strip()
    return '\n'.join(out + ([''] + [notes] if notes else []) + [''])


def page(result):
    return '\n'.join([HEAD % result['machine']] + [section(g) for g in result['groups']])


def load(folder):
    with open(folder + '/speed.json', encoding='utf-8') as f:
        return json.load(f)


def write(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if sys.argv[1] == '--check':
        with open(sys.argv[2] + '/speed.md', encoding='utf-8') as f:
            sys.exit('docs/speed.md is not what docs/speed.json gives: make speed-page'
                     if f.read() != page(load(sys.argv[2])) else 0)
    result, to = load(sys.argv[1]), sys.argv[2]
    write(to + '/speed.json', json.dumps(result, indent=1) + '\n')
    write(to + '/speed.md', page(result))
    for group in result['groups']:
        write('%s/speed-%s.svg' % (to, group['name']), plot.svg(group))


main()
