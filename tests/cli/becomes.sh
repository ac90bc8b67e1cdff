#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run becomes the command: the command has its own pid, status, signals, input and descriptors, as
# without pidepoch.
. "$(dirname "$0")/../support/cli.sh"

for number in 0 1 3 42 125 126 127 255; do
	try run sh -c "exit $number"
	status $number
	printed ''
done
try run sh -c 'kill -KILL $$'
status 137

"$PIDEPOCH" run sh -c 'echo $$' >"$TMPDIR/number" &
wait $!
test "$(cat "$TMPDIR/number")" -eq $! || fail "the command has another pid than pidepoch"

test "$(echo input | "$PIDEPOCH" run cat)" = input || fail "the input was not the command's"

# descriptors: the same list with and without, for one more that is handed down and for closed ones
list='ls /proc/self/fd'
for redirect in '7</dev/null' '<&-' '>&2 2>/dev/null' '2>&-'; do
	eval "sh -c '$list' $redirect" >"$TMPDIR/natively" 2>&1
	eval "\"\$PIDEPOCH\" run --log='$TMPDIR/log' sh -c '$list' $redirect" >"$TMPDIR/ours" 2>&1
	cmp "$TMPDIR/natively" "$TMPDIR/ours" || fail "with $redirect the descriptors differ"
done

# dispositions and mask
(
	trap '' USR1
	state='grep -E "^Sig(Blk|Ign)" /proc/self/status'
	test "$(sh -c "$state")" = "$("$PIDEPOCH" run sh -c "$state")" || fail "signals differ"
) || exit
