# SPDX-License-Identifier: LGPL-2.1-or-later
"""sample - figures by name, and what a row makes of them."""
import os
import shlex
import shutil
import subprocess
import tempfile


class Missing(Exception):
    """A measurement that failed: its row has no value, and the bench fails."""


class Bench:
    """One run of one group: where things are, and the figures that have been taken."""

    def __init__(self):
        self.build = os.environ.get('PIDEPOCH_BUILDDIR') or os.getcwd()
        self.preload = (os.environ.get('PIDEPOCH_PRELOAD') or
                        self.build + '/.libs/libpidepoch-preload.so')
        self.command = os.environ.get('PIDEPOCH') or self.build + '/pidepoch'
        self.work = tempfile.mkdtemp(prefix='pidepoch-bench.')
        self.figures = {}
        self.failures = []

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def program(self, name):
        return self.build + '/bench/' + name

    def run(self, *command, env=None, timeout=600):
        """The output of @command. Its environment is this one's, with @env instead of the
        variables of pidepoch and of preload libraries."""
        variables = {k: v for k, v in os.environ.items()
                     if not k.startswith('PIDEPOCH_') and k != 'LD_PRELOAD'}
        variables.update(env or {})
        library = variables.get('LD_PRELOAD')
        if library and not os.path.exists(library):
            raise Missing(library + ' is not there') # the loader would go on without it
        try:
            done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, timeout=timeout,
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

    def fail(self, name, why):
        self.figures.setdefault(name, [])
        self.failures.append('%s: %s' % (name, why))


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


def ratio(value):
    """For people: three decimals, or two digits of smaller figures."""
    return '%.3f' % value if value >= 0.01 else '%.2g' % value


def in_turn(variants, n):
    """The variants in an order that alternates: a machine that slows down slows them all."""
    return list(variants) if n % 2 == 0 else list(reversed(variants))
