#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The event loops, in C and in Python, report how each command ended, in any order; the one in C
# echoes its input meanwhile.
. "$(dirname "$0")/../support/example.sh"

library=$PIDEPOCH_BUILDDIR/.libs/libpidepoch.so.0

run_scenario()
{
	mkfifo "$TMPDIR/input" "$TMPDIR/go" 2>/dev/null
	run "read line <'$TMPDIR/go'; exit 3" 'kill -KILL $$' true >"$TMPDIR/said" 2>&1 <"$TMPDIR/input" &
	loop=$!
	exec 3>"$TMPDIR/input"
	echo hello >&3
	until grep -q 'input: hello' "$TMPDIR/said" && grep -q 'signal 9' "$TMPDIR/said"; do
		if grep -q 'pidepoch_waitfd: ' "$TMPDIR/said"; then
			echo "skip: $(cat "$TMPDIR/said")"
			exit 77
		fi
		kill -0 $loop 2>/dev/null || fail "said $(cat "$TMPDIR/said")"
		sleep 0.01
	done
	echo go >"$TMPDIR/go"
	wait $loop || fail "status $?: $(cat "$TMPDIR/said")"
	exec 3>&-
	for line in "; exit 3: status 3" "\$\$: signal 9" "true: status 0" "input: hello"; do
		grep -qF "$line" "$TMPDIR/said" || fail "no '$line': $(cat "$TMPDIR/said")"
	done
	rm -f "$TMPDIR/input" "$TMPDIR/go"
	play_python
}

play_python()
{
	preload=
	test "$how" = linked || preload=$PIDEPOCH_PRELOAD
	python=/usr/bin/python3
	$python -c 'import asyncio, ctypes, os; os.waitstatus_to_exitcode' 2>/dev/null || {
		echo "no Python 3.9 with asyncio: only the loop in C was run"
		return
	}
	timeout 60 env ${preload:+"LD_PRELOAD=$preload"} LIBPIDEPOCH="$library" $python \
		"$PIDEPOCH_SRCDIR/docs/examples/event-loop.py" 'sleep 0.1; exit 3' 'kill -KILL $$' true >"$TMPDIR/said" 2>&1 ||
		fail "python: $(cat "$TMPDIR/said")"
	printf 'sleep 0.1; exit 3: 3\nkill -KILL $$: -9\ntrue: 0\n' | cmp - "$TMPDIR/said" || fail "python said $(cat "$TMPDIR/said")"
}
run_twice
