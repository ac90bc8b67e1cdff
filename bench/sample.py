# SPDX-License-Identifier: LGPL-2.1-or-later
"""sample - figures by name, and what a row makes of them."""
import os
import select
import shlex
import shutil
import subprocess
import tempfile


class Missing(Exception):
    """A measurement that failed: its row has no value, and the bench fails."""


def as_installed(path):
    """Copies the file @path in its place. A linker writes a file in small pieces, and the kernel
    keeps these in its cache as single pages, of which each costs each start and fork its part."""
    copy = path + '.copy'
    try:
        with open(path, 'rb') as old, open(copy, 'wb', buffering=0) as new:
            new.write(old.read())
            os.fchmod(new.fileno(), os.fstat(old.fileno()).st_mode)
        os.replace(copy, path)
    except OSError:
        pass # a row that needs the file says that it is missing


class Bench:
    """One run of one group: where things are, and the figures that have been taken."""

    build = os.environ.get('PIDEPOCH_BUILDDIR') or os.getcwd()
    preload = os.environ.get('PIDEPOCH_PRELOAD') or build + '/.libs/libpidepoch-preload.so'
    command = os.environ.get('PIDEPOCH') or build + '/pidepoch'

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix='pidepoch-bench.')
        self.figures = {}
        self.failures = []

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def program(self, name):
        return self.build + '/bench/' + name

    @staticmethod
    def variables(env):
        """This process's environment, with @env instead of the variables of pidepoch and of
        preload libraries."""
        variables = {k: v for k, v in os.environ.items()
                     if not k.startswith('PIDEPOCH_') and k != 'LD_PRELOAD'}
        variables.update(env or {})
        library = variables.get('LD_PRELOAD')
        if library and not os.path.exists(library):
            raise Missing(library + ' is not there') # the loader would go on without it
        return variables

    def run(self, *command, env=None, timeout=600):
        """The output of @command."""
        try:
            done = subprocess.run(command, env=self.variables(env), stdin=subprocess.DEVNULL, timeout=timeout,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        except (OSError, subprocess.TimeoutExpired) as e:
            raise Missing(str(e)) from e
        if done.returncode != 0:
            said = done.stderr.decode(errors='replace').strip()[-200:]
            raise Missing('%s: status %d: %s' % (shlex.join(command), done.returncode, said))
        return done.stdout.decode(errors='replace')

    def add(self, name, figure):
        self.figures.setdefault(name, []).append(float(figure))

    def take(self, name, *command, **how):
        """One more figure: the first that @command prints. A failure is noted."""
        try:
            words = self.run(*command, **how).split()
            if not words:
                raise Missing('%s printed nothing' % shlex.join(command))
            self.add(name, float(words[0]))
        except (Missing, ValueError) as e:
            self.fail(name, e)

    def alternate(self, variants, blocks=60):
        """One more figure for each of {name: (command, environment)}: the lowest tenth of its
        blocks. The commands run at the same time, and each runs a block when it is its turn."""
        running = {}
        try:
            for name, (command, env) in variants.items():
                running[name] = Paced(self.variables(env), *command)
            taken = {name: [] for name in running}
            for i in range(blocks):
                for name in in_turn(running, i):
                    taken[name].append(running[name].block())
            for name, figures in taken.items():
                self.add(name, quantile(figures, .1))
        except (Missing, OSError, ValueError) as e:
            for name in variants:
                self.fail(name, e)
        finally:
            for paced in running.values():
                paced.close()

    def fail(self, name, why):
        self.figures.setdefault(name, [])
        self.failures.append('%s: %s' % (name, why))


class Paced:
    """A program of block.h that runs one block of calls for each byte that it reads."""

    def __init__(self, variables, *command):
        self.command = shlex.join(command)
        self.process = subprocess.Popen(command, env=variables, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)

    def block(self, seconds=60):
        self.process.stdin.write(b'.')
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise Missing(self.command + ': no block within a minute')
        line = self.process.stdout.readline()
        if not line:
            raise Missing(self.command + ' ended')
        return float(line)

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Row:
    """A ratio of two figures, or an amount. @bar: None, or the most (the least) that it may be."""

    def __init__(self, title, over, under=None, bar=None, unit='ns', least=False, inverse=False):
        self.title, self.over, self.under, self.bar = title, over, under, bar
        self.unit, self.least, self.inverse = unit, least, inverse

    def values(self, bench):
        """(values of the rounds, median of the one, of the other); Missing where one lacks."""
        over = bench.figures.get(self.over, [])
        if not over:
            raise Missing(self.over)
        if self.under is None:
            return over, quantile(over, .5), None
        under = bench.figures.get(self.under, [])
        if len(over) != len(under) or min(under) <= 0 or min(over) <= 0:
            raise Missing('%s / %s' % (self.over, self.under))
        pairs = [(b / a if self.inverse else a / b) for a, b in zip(over, under)]
        return pairs, quantile(over, .5), quantile(under, .5)

    def result(self, bench):
        out = {'title': self.title, 'unit': self.unit, 'bar': self.bar, 'least': self.least,
               'ratio': self.under is not None}
        try:
            values, over, under = self.values(bench)
        except Missing as e:
            return dict(out, state='MISSING', why=str(e))
        out.update(value=quantile(values, .5), low=quantile(values, .25),
                   high=quantile(values, .75), over=over, under=under, rounds=len(values))
        out['state'] = self.judge(out['value'])
        return out

    def judge(self, value):
        if self.bar is None:
            return ''
        return 'met' if (value >= self.bar if self.least else value <= self.bar) else 'NOT MET'


def quantile(values, q):
    ordered = sorted(values)
    return ordered[int(q * (len(ordered) - 1) + .5)]


def amount(value, unit):
    """For people, with its unit."""
    if unit == 'ns' and value >= 1e4:
        value, unit = value / 1e3, 'us'
    return ('%.4g %s' % (value, unit)).strip()


def ratio(value):
    """For people: three decimals, or two digits of smaller figures."""
    return '%.3f' % value if value >= 0.01 else '%.2g' % value


def in_turn(variants, n):
    """The variants in an order that alternates: a machine that slows down slows them all."""
    return list(variants) if n % 2 == 0 else list(reversed(variants))
