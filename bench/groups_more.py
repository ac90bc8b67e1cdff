# SPDX-License-Identifier: LGPL-2.1-or-later
"""groups_more - the measured groups: the supervisor, the fuzzer, the report, volatile ranges."""
import re
import time

from groups import Group
from sample import Missing, Row, in_turn


class Supervisor(Group):
    name = 'supervisor'
    title = 'The supervisor'
    rows = (
        Row('notified kill / bare server', 'kill.watched', 'kill.bare', 1.05),
        Row('the same / a server that asks the same', 'kill.watched', 'kill.looks'),
        Row('notified wait4 / bare server', 'wait.watched', 'wait.bare', 1.05),
        Row('the same / a server that asks the same', 'wait.watched', 'wait.looks'),
        Row('call not notified / an allow-all filter', 'getppid.watched', 'getppid.allow', 1.05),
        Row('calls that a signal interrupts / bare server', 'interrupted.watched',
            'interrupted.bare', 1.05, 'of 10,000'),
        Row('fork+exit+wait of a static program / native', 'fork.watched', 'fork.plain'),
        Row('the same with stacks / without', 'fork.stacks', 'fork.watched'),
        Row('guarded kill of a child, watched / not watched', 'guarded.watched', 'guarded.alone'),
        Row('server memory per process, 1 child each', 'memory.1', None, 1024 + 64, 'bytes'),
        Row('server memory per process, 9 children each', 'memory.9', None, 1024 + 9 * 64, 'bytes'),
        Row('CPU time of an idle server, in a second', 'idle', None, 0),
    )

    def measure(self, bench, n):
        watch = (bench.command, 'run', '--supervisor=on', '--')
        stacks = (bench.command, 'run', '--supervisor=on', '--stacks=on', '--log=/dev/null',
                  '--events=' + bench.work + '/events', '--')
        notify = bench.program('notify')
        every = ('bare', 'looks', 'watched')
        for call, variants in (('kill', every), ('wait', every), ('interrupted', every[::2])):
            for variant in in_turn(variants, n):
                command = (watch + (notify, 'plain') if variant == 'watched' else
                           (notify, variant))
                bench.take(call + '.' + variant, *command, call)
        bench.take('getppid.allow', notify, 'allow', 'getppid')
        bench.take('getppid.watched', *watch, notify, 'plain', 'getppid')
        bench.take('fork.plain', notify, 'plain', 'fork')
        bench.take('fork.watched', *watch, notify, 'plain', 'fork')
        bench.take('fork.stacks', *stacks, notify, 'plain', 'fork')
        bench.take('guarded.alone', bench.program('kill'), 'kill',
                   env={'LD_PRELOAD': bench.preload})
        bench.take('guarded.watched', *watch, bench.program('kill'), 'kill')
        if n == 0:
            for children in (1, 9):
                self.memory(bench, children)

    @staticmethod
    def memory(bench, children):
        """The difference between 100 processes and 1,100."""
        serve = ('setsid', '-w', bench.command, 'run', '--supervisor=on', '--',
                 bench.program('server'))
        try:
            few = bench.run(*serve, '100', str(children)).split()
            many = bench.run(*serve, '1100', str(children)).split()
            bench.add('memory.%d' % children, (float(many[0]) - float(few[0])) / 1000)
            if children == 1:
                bench.add('idle', many[1])
        except (Missing, IndexError, ValueError) as e:
            bench.fail('memory.%d' % children, e)


class Fuzz(Group):
    name = 'fuzz'
    title = 'pidepoch fuzz'
    rounds = 9
    policies = ('immediate', 'lottery', 'turns')
    rows = tuple(
        Row('%ss per second by %s / native' % (call, policy), '%s.%s' % (call, policy),
            call + '.native', 0.60 if (policy, call) == ('immediate', 'fork') else None, 'us',
            least=True, inverse=True)
        for policy in ('immediate', 'lottery', 'turns') for call in ('fork', 'spawn')
    ) + (Row('ten runs of 1,000 forks, less 1 s / native', 'ten.turns',
             'ten.native', 2, 's'),)

    def measure(self, bench, n):
        for variant in in_turn(('native',) + self.policies, n):
            fuzz = (bench.command, 'fuzz', '--runs=1', '--policy=' + variant, '--')
            command = () if variant == 'native' else fuzz
            for call in ('fork', 'spawn'): # the program's own line is the first
                bench.take(call + '.' + variant, *command, bench.program('fork'), call)
        if n < 5:
            self.ten(bench, 'ten.native', 10, 0)
            self.ten(bench, 'ten.turns', 1, 1, bench.command, 'fuzz', '--runs=10', '--')

    @staticmethod
    def ten(bench, key, times, less, *command):
        """The time of so many commands, less a second for the start of the others."""
        start = time.monotonic()
        try:
            for _ in range(times):
                bench.run(*command, bench.program('fork'), 'times', '1000')
            bench.add(key, time.monotonic() - start - less)
        except Missing as e:
            bench.fail(key, e)


class Report(Group):
    name = 'report'
    title = 'pidepoch report of 10,000 events'
    rounds = 1
    forms = ('text', 'json', 'sarif', 'html')
    events = 10000
    rows = tuple(Row('as ' + form, form, None, 5, 's') for form in forms)

    def prepare(self, bench):
        seed = bench.work + '/seed'
        try:
            bench.run(bench.command, 'run', '--on-stale=report', '--log=/dev/null',
                      '--events=' + seed, '--', bench.build + '/tests/report/misuses',
                      'latent', 'probe', 'twice', 'stolen', 'in-handler', 'in-thread')
            with open(seed, encoding='ascii') as f:
                self.write(bench, f.read().splitlines())
        except (Missing, OSError) as e:
            bench.fail('events', e)

    def write(self, bench, lines):
        """Events of a real program, each with another pid, process and time; a tenth have a place
        in libc of their own."""
        events = [line for line in lines if '"type":"event"' in line]
        libc = [re.search('"start":"(0x[0-9a-f]*)"', line) for line in lines
                if 'libc.so.6"' in line]
        if not events or not libc:
            raise Missing('no events to multiply')
        with open(bench.work + '/many', 'w', encoding='ascii') as f:
            f.writelines(line + '\n' for line in lines if '"type":"module"' in line)
            for i in range(self.events):
                line = re.sub('"(number|pid)":[0-9]+',
                              lambda m, i=i: '"%s":%d' % (m[1], 300 + i % 700),
                              events[i % len(events)])
                line = re.sub('"time":[0-9.]+', '"time":%.3f' % (1700000000 + i / 10), line)
                if i % 10 == 0:
                    place = int(libc[0][1], 16) + 4096 + 80 * i
                    line = line.replace('"stack":["0x', '"stack":["0x%x","0x' % place, 1)
                f.write(line + '\n')

    def measure(self, bench, n):
        for form in self.forms:
            start = time.monotonic()
            try:
                bench.run(bench.command, 'report', '--format=' + form, bench.work + '/many')
                bench.add(form, time.monotonic() - start)
            except Missing as e:
                bench.fail(form, e)


class Vrange(Group):
    name = 'vrange'
    title = 'Volatile ranges'
    rounds = 9
    rows = (
        Row('pin and unpin of an object / getppid', 'toggle.64', 'getppid.64', 0.1),
        Row('mark 4 KiB / MADV_FREE', 'mark.4', 'free.4', 3),
        Row('the calls that change the memory, alone', 'raw-mark.4', 'free.4'),
        Row('mark 1 MiB / MADV_FREE', 'mark.1024', 'free.1024', 1.3),
        Row('the calls that change the memory, alone', 'raw-mark.1024', 'free.1024'),
        Row('unmark 1 MiB / read-modify-write of each page', 'unmark.1024', 'touch.1024', 1.2),
        Row('the calls that change the memory, alone', 'raw-unmark.1024', 'touch.1024'),
        Row('unmark 1 GiB of huge pages / the same', 'unmark.huge', 'touch.huge', 0.01),
        Row('the calls that change the memory, alone', 'raw-unmark.huge', 'touch.huge'),
        Row('pin and unpin of 1 GiB / a pair of mprotect', 'toggle.1048576', 'protect.1048576',
            1e-6),
        Row('hit ratio of a cache / of a list sized by hand', 'hits.volatile', 'hits.lru',
            1.15, 'of 1', least=True),
        Row('CPU time of a get / the same', 'cpu.volatile', 'cpu.lru', 0.9, 'us'),
        Row('bursts of half the memory survived, of 20', 'bursts', None, 20, '', least=True),
    )

    def measure(self, bench, n):
        program, cache = bench.program('vrange'), bench.program('vrange_cache')
        for kib in ('4', '1024'):
            for what in in_turn(('mark', 'raw-mark', 'free', 'unmark', 'raw-unmark', 'touch'), n):
                bench.take('%s.%s' % (what, kib), program, what, kib)
        for what in in_turn(('toggle', 'getppid'), n):
            bench.take(what + '.64', program, what, '64')
        if n < 3:
            for what in in_turn(('unmark', 'raw-unmark', 'touch'), n):
                bench.take(what + '.huge', program, what, '1048576', 'huge')
            for what in in_turn(('toggle', 'protect'), n):
                bench.take(what + '.1048576', program, what, '1048576')
            for kind in in_turn(('volatile', 'lru'), n):
                for what in ('hits', 'cpu'):
                    bench.take('%s.%s' % (what, kind), cache, what, kind)
        if n == 0:
            bench.take('bursts', cache, 'bursts', 'volatile', '20')


GROUPS = (Supervisor, Fuzz, Report, Vrange)
