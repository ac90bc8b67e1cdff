#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program without a libc signals an unrelated process natively; the supervisor refuses the call.
. "$(dirname "$0")/../support/cli.sh"
test -x "$PIDEPOCH_BUILDDIR/tests/supervisor/without_libc" || skip 'it is written for x86-64'
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
exec "$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$PIDEPOCH_BUILDDIR/tests/supervisor/without_libc"
