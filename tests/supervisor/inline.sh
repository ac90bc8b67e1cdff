#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that has the library, and makes its calls past it, is kept from its stale number by the
# supervisor; one that makes them by libc's syscall() is kept from it by whichever comes first; one
# that waits by the library, whose waits are not shown, is not worse off.
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
for program in inline called; do
	"$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$PIDEPOCH_BUILDDIR/tests/supervisor/$program" || exit
done
"$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$PIDEPOCH_BUILDDIR/tests/supervisor/inline" mixed

# each program of a row is asked for its own tree, though calls of the one before were looked at
# while it was being replaced
try run --supervisor=on --on-stale=report --log="$TMPDIR/storm" -- "$PIDEPOCH_BUILDDIR/tests/supervisor/inline" storm 40
status 0
told=$(grep -c 'stale pid' "$TMPDIR/storm")
test "$told" -eq 40 || fail "$told of 40 programs were told of"
