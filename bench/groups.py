# SPDX-License-Identifier: LGPL-2.1-or-later
"""groups - the measured groups: the library, builds, waitpidv. The others are in groups_more.py."""
import os
import time

from sample import Missing, Row, as_installed, in_turn


class Group:
    """It has a name, a title, rounds and rows. prepare() is called once, measure() once a round."""
    rounds = 15

    def prepare(self, bench):
        pass

    def measure(self, bench, n):
        raise NotImplementedError


def small_library(bench, name, source, *flags):
    path = '%s/%s.so' % (bench.work, name)
    if not os.path.exists(path):
        bench.run(os.environ.get('CC') or 'cc', '-shared', '-fPIC', '-O2', *flags, source, '-o',
                  path)
        as_installed(path)
    return path


def empty_library(bench):
    """The cost of any preload library: one with an empty constructor."""
    source = bench.work + '/empty.c'
    if not os.path.exists(source):
        with open(source, 'w', encoding='ascii') as f:
            f.write('__attribute__((constructor)) static void begin(void)\n{\n}\n')
    return small_library(bench, 'empty', source)


def alone_library(bench):
    """The system calls and page copies of the library, and nothing else."""
    return small_library(bench, 'alone', os.path.dirname(os.path.abspath(__file__)) + '/alone.c',
                         '-Wl,-z,noseparate-code')


def environments(bench):
    """The variants: natively, under the two libraries that are floors, guarded, and with stacks."""
    events = bench.work + '/events'
    if not os.path.exists(bench.preload):
        raise Missing(bench.preload + ' is not there')
    return {'native': {},
            'empty': {'LD_PRELOAD': empty_library(bench)},
            'alone': {'LD_PRELOAD': alone_library(bench)},
            'guarded': {'LD_PRELOAD': bench.preload},
            'traced': {'LD_PRELOAD': bench.preload, 'PIDEPOCH_ON_STALE': 'report',
                       'PIDEPOCH_EVENTS': events}}


class Library(Group):
    name = 'library'
    title = 'The preload library'
    rows = (
        Row('guarded kill of a tracked child / plain kill', 'kill.guarded', 'kill.native', 1.05),
        Row('the same with signal 0', 'probe.guarded', 'probe.native'),
        Row('guarded kill / pidfd_send_signal', 'kill.guarded', 'pidfd.native', 1.05),
        Row('two exchanges and a kill / pidfd_send_signal', 'exchanges.native', 'pidfd.native'),
        Row('fork+exit+wait, preload / empty', 'fork.guarded', 'fork.empty', 1.02, 'us'),
        Row('its calls and page copies alone / empty', 'fork.alone', 'fork.empty', None, 'us'),
        Row('fork+exit+wait, preload / these alone', 'fork.guarded', 'fork.alone', None, 'us'),
        Row('fork+exit+wait, empty / native', 'fork.empty', 'fork.native', None, 'us'),
        Row('vfork+exit+wait, preload / empty', 'vfork.guarded', 'vfork.empty', None, 'us'),
        Row('posix_spawn of true, preload / empty', 'spawn.guarded', 'spawn.empty', 1.03, 'us'),
        Row('posix_spawn of true, empty / native', 'spawn.empty', 'spawn.native', None, 'us'),
        Row('start and end of true, preload / empty', 'start.guarded', 'start.empty', 1.03, 'us'),
        Row('start and end of true, empty / native', 'start.empty', 'start.native', None, 'us'),
        Row('fork+exit+wait with stacks / without', 'fork.traced', 'fork.guarded', 1.05, 'us'),
        Row('kill with stacks / without', 'kill.traced', 'kill.guarded'),
        Row('one stack, 8 calls deep', 'stack', None, 3000),
        Row('open of a file, with evidence / without', 'open.guarded', 'open.off', 1.02),
        Row('open of a file, preload / empty', 'open.guarded', 'open.empty'),
        Row('kill of a pid that is no child / plain kill', 'unknown.guarded', 'unknown.native',
            1.10),
        Row('kill of a pid from a pidfile', 'evidence.guarded', None, 30000),
        Row('kill of the group of a reaped leader', 'group.guarded', None, 8000),
        Row('memory per tracked pid', 'memory', None, 48, 'bytes'),
        Row('descriptors per 10,000 tracked pids', 'descriptors', None, 0, ''),
    )

    every = ('native', 'empty', 'guarded', 'traced')
    short = (('kill', ('kill', 'pidfd', 'exchanges'), every), ('kill', ('probe',), ('native', 'guarded')),
             ('kill', ('unknown',), ('native', 'guarded')), ('kill', ('evidence',), ('guarded',)),
             ('kill', ('group',), ('guarded',)), ('fork', ('fork',), every + ('alone',)),
             ('fork', ('vfork',), ('empty', 'guarded')),
             ('fork', ('spawn',), ('native', 'empty', 'guarded')))

    def measure(self, bench, n):
        how = environments(bench)
        for program, call, variants in self.short:
            self.alternate(bench, how, program, call, variants)
        bench.alternate({'start.' + v: ((bench.program('fork'), 'paced', 'start',
                                         how[v].get('LD_PRELOAD', '')), {})
                         for v in ('native', 'empty', 'guarded')})
        how['off'] = dict(how['guarded'], PIDEPOCH_EVIDENCE='off')
        bench.alternate({'open.' + v: ((bench.program('open'), 'paced'), how[v])
                         for v in ('empty', 'off', 'guarded')})
        bench.take('stack', bench.program('stack'), '8')
        if n == 0:
            self.memory(bench, how)

    @staticmethod
    def alternate(bench, how, program, calls, variants):
        """Calls of one program, in all variants; of the second call on, only in the first."""
        commands = {'%s.%s' % (calls[0], v): v for v in variants}
        commands.update(('%s.%s' % (call, variants[0]), variants[0]) for call in calls[1:])
        pidfile = bench.work + '/daemon.pid'
        bench.alternate({name: ((bench.program(program), 'paced', name.split('.')[0], pidfile),
                                how[v]) for name, v in commands.items()})

    @staticmethod
    def memory(bench, how, children=10000):
        try:
            plain = bench.run(bench.program('memory'), str(children), env=how['native']).split()
            ours = bench.run(bench.program('memory'), str(children), env=how['guarded']).split()
            bench.add('memory', float(ours[0]) - float(plain[0]))
            bench.add('descriptors', float(ours[1]) - float(plain[1]))
        except (Missing, IndexError, ValueError) as e:
            bench.fail('memory', e)


class Build(Group):
    name = 'build'
    title = 'A build of forty C files'
    rounds = 9
    rows = (
        Row('make of forty C files, watched / empty', 'watched', 'empty', 1.02, 's'),
        Row('the same by the library alone / empty', 'library', 'empty', None, 's'),
        Row('the library and a bare server / empty', 'bare', 'empty', None, 's'),
        Row('the same, empty / native', 'empty', 'native', None, 's'),
        Row('80 commands by make, watched / library alone', 'small.watched', 'small.library', 1.03,
            's'),
        Row('the same, a bare server / library alone', 'small.bare', 'small.library', None,
            's'),
    )

    def prepare(self, bench):
        names = ['f%d' % i for i in range(40)]
        for i, name in enumerate(names):
            self.write(bench, name + '.c',
                       '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n'
                       'int %s(const char *s)\n{\n'
                       '\treturn printf("%%s %%zu\\n", s, strlen(s) + %d);\n}\n' % (name, i))
        self.write(bench, 'main.c', 'int main(void) { return 0; }\n')
        self.write(bench, 'Makefile', 'objects = %s main.o\n'
                   'program: $(objects)\n\t@sh -c "gcc -o program $(objects)"\n'
                   '%%.o: %%.c\n\t@sh -c "gcc -O1 -c $< -o $@"\nclean:\n\t@rm -f *.o program\n'
                   % ' '.join(name + '.o' for name in names))
        some = ' '.join(str(i) for i in range(1, 41))
        self.write(bench, 'small', 'all: %s\n%s: ; @/bin/true && /bin/true $@\n' % (some, some))

    @staticmethod
    def write(bench, name, text):
        with open(bench.work + '/' + name, 'w', encoding='ascii') as f:
            f.write(text)

    def measure(self, bench, n):
        run = (bench.command, 'run')
        prefixes = {'native': (), 'empty': ('env', 'LD_PRELOAD=' + empty_library(bench)),
                    'library': run + ('--supervisor=off', '--'), 'watched': run + ('--',)}
        prefixes['bare'] = (bench.program('notify'), 'bare', 'run') + prefixes['library']
        if n == 0: # the files are in memory from here on
            self.seconds(bench, None, ('make', '-s', '-j2', 'program'))
        for variant in in_turn(tuple(prefixes), n):
            self.seconds(bench, variant, prefixes[variant] + ('make', '-s', '-j2', 'program'))
        for variant in in_turn(('library', 'bare', 'watched'), n):
            self.seconds(bench, 'small.' + variant,
                         prefixes[variant] + ('make', '-s', '-f', 'small'))

    @staticmethod
    def seconds(bench, name, command):
        here = ('sh', '-c', 'cd "$0" && exec "$@"', bench.work)
        try:
            bench.run(*here, 'make', '-s', 'clean')
            start = time.monotonic()
            bench.run(*here, *command)
            if name:
                bench.add(name, time.monotonic() - start)
        except Missing as e:
            bench.fail(name or 'make', e)


class Waitpidv(Group):
    """A round creates each set of children twice: once for the kernel's own methods, which may
    use a descriptor for each child, and once for waitpidv(), which has 1024. No round begins after
    two minutes."""
    name = 'waitpidv'
    title = 'waitpidv'
    rounds = 3
    enough = 120
    rows = (
        Row('none of 10,000 ended / poll', 'idle.full.10000', 'idle.poll.10000', 0.05),
        Row('the same, changed only / poll', 'idle.changed.10000', 'idle.poll.10000', 0.01),
        Row('per exit at 10,000 / wait4(-1) loop', 'exit.changed.10000', 'exit.wait4.10000', 0.05),
        Row('per exit at 10,000 / epoll', 'exit.changed.10000', 'exit.epoll.10000', 1.2),
        Row('per exit at 10,000 / its system calls alone', 'exit.changed.10000',
            'exit.calls.10000'),
        Row('per exit at 100 / hand-written io_uring', 'exit.changed.100', 'exit.uring.100', 1.5),
        Row('per exit at 100 / its system calls alone', 'exit.changed.100', 'exit.calls.100'),
    ) + tuple(
        Row('per exit at %d / %s' % (children, method), 'exit.changed.%d' % children,
            'exit.%s.%d' % (method, children))
        for children in (100, 1000) for method in ('wait4', 'poll', 'epoll')
    ) + (
        Row('bytes in the program for each of 10,000', 'bytes.full.10000', None, None, 'bytes'),
        Row('descriptors for each of 10,000', 'fds.full.10000', None, 0, ''),
    )

    def prepare(self, bench):
        self.began = time.monotonic()

    def measure(self, bench, n):
        if n and time.monotonic() - self.began > self.enough:
            return
        methods = {'others': ('wait4', 'poll', 'epoll', 'uring', 'calls'), 'ours': ('full', 'changed')}
        for children in (100, 1000, 10000):
            for who in in_turn(('others', 'ours'), n):
                self.crowd(bench, who, children, methods[who])

    def crowd(self, bench, who, children, methods):
        env = {'LD_PRELOAD': bench.preload} if who == 'ours' else {}
        limit = '1024' if who == 'ours' else '$(ulimit -Hn)'
        command = ('sh', '-c', 'ulimit -Sn %s && exec "$@"' % limit, 'sh',
                   bench.program('waitpidv'), str(children))
        columns = ('idle', 'exit', 'first', 'bytes', 'fds')
        try:
            for line in bench.run(*command, *methods, env=env, timeout=180).splitlines():
                method, *figures = line.split()
                for column, figure in zip(columns, figures):
                    bench.add('%s.%s.%d' % (column, method, children), figure)
        except (Missing, ValueError) as e:
            for method in methods:
                bench.fail('exit.%s.%d' % (method, children), e)




GROUPS = (Library, Build, Waitpidv)
