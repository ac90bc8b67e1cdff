#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program with hostile stacks, registers and unwind tables loses its stacks, and nothing else
# happens: stacks_hostile.c.
. "$(dirname "$0")/../support/cli.sh"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
events=$TMPDIR/events

# its own session, which identifies its worker
try_env setsid -w "$PIDEPOCH" run --supervisor=on --log=/dev/null --stacks=on --events="$events" -- \
	"$PIDEPOCH_BUILDDIR/tests/supervisor/stacks_hostile"
status 0
count=$(cat "$TMPDIR/out")
test "$(grep -c '"type":"event"' "$events")" -eq "$count" || { cat "$events"; fail "there must be $count events"; }
grep -q '"stack_end":"limit"' "$events" || { cat "$events"; fail "nothing was hostile enough"; }
! grep -v '^{"pidepoch":2,.*}$' "$events" || fail "lines must be whole"
