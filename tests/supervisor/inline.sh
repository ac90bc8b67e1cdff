#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A preloaded program that makes raw system calls: the supervisor refuses its stale pid. A program
# that calls through libc's syscall(): the first of library and supervisor refuses it. A program
# that waits through the library, whose waits are not notified, is protected as well.
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
for program in inline called; do
	"$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$PIDEPOCH_BUILDDIR/tests/supervisor/$program" || exit
done
"$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$PIDEPOCH_BUILDDIR/tests/supervisor/inline" mixed || exit

# each program of a sequence is checked for its own tree, although calls of the one before were
# judged while it was replaced
try run --supervisor=on --on-stale=report --log="$TMPDIR/storm" -- "$PIDEPOCH_BUILDDIR/tests/supervisor/inline" storm 40
status 0
told=$(grep -c 'stale pid' "$TMPDIR/storm")
test "$told" -eq 40 || fail "$told of 40 programs were reported"
