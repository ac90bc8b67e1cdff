#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program without libc waits for its child by pidepoch_raw.h under the supervisor, and has ENOSYS without.
. "$(dirname "$0")/../preload/cli.sh"
program=$PIDEPOCH_BUILDDIR/tests/emul/number_bare

"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
status=0
"$program" || status=$?
test $status -eq 38 || fail "natively it ended with $status, which should be ENOSYS"
"$PIDEPOCH" run --supervisor=on -- "$program" || fail "under the supervisor it ended with $?"
