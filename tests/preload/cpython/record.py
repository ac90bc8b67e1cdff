# SPDX-License-Identifier: LGPL-2.1-or-later
"""record.py FILE REGRTEST-ARGUMENT... - run CPython's regrtest, and append each test's outcome to FILE.

One line per outcome, "outcome<TAB>test", written when it is known and with no descriptor kept, so that
a crash or a hang loses nothing and the tests see the descriptors that they expect. A subtest has its
own line only if it did not pass.
"""

import sys

from test import libregrtest
from test.support import testresult

RECORD = sys.argv.pop(1)


def note(outcome, test):
    with open(RECORD, 'a', encoding='utf-8') as record:
        record.write(f'{outcome}\t{" ".join(test.id().split())}\n')


class Recorder(testresult.RegressionTestResult):
    """Regrtest's own result, and a line for each outcome."""

    def addSuccess(self, test):
        note('ok', test)
        super().addSuccess(test)

    def addError(self, test, err):
        note('error', test)
        super().addError(test, err)

    def addFailure(self, test, err):
        note('failure', test)
        super().addFailure(test, err)

    def addSkip(self, test, reason):
        note('skip', test)
        super().addSkip(test, reason)

    def addExpectedFailure(self, test, err):
        note('expected failure', test)
        super().addExpectedFailure(test, err)

    def addUnexpectedSuccess(self, test):
        note('unexpected success', test)
        super().addUnexpectedSuccess(test)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            note('failure' if issubclass(err[0], test.failureException) else 'error', subtest)
        super().addSubTest(test, subtest, err)


testresult.RegressionTestResult = Recorder
libregrtest.main()
