#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program with the library signals its children without the supervisor being asked, as long as all its waits are the library's; without
# a supervisor nothing is left of the question.
. "$(dirname "$0")/../preload/cli.sh"
program=$PIDEPOCH_BUILDDIR/tests/emul/postern

"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
for play in opened raw threads taken hidden filtered disturbed; do
	try run --supervisor=on -- "$program" "$play"
	status 0
	printed well
done
