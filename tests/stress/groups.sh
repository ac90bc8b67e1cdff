#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: of many signals to groups whose leaders are reaped meanwhile, none goes astray, is
# wrongly refused or is lost. groups.c defines how this is counted. Natively one must go astray,
# otherwise the test could not fail. Without handles of pidfds (Linux before 6.14) a group is known
# by its pid only: then signals may go astray, and still none is refused or lost.
set -u

play=$PIDEPOCH_BUILDDIR/tests/stress/groups
native=200000 # at most: it ends at the first
many=200000
fewer=30000
if [ -n "${PIDEPOCH_QUICK:-}" ]; then
	many=60000
	fewer=10000
fi
export PIDEPOCH_LOG=/dev/null # refusals that are right, a notice each
unset PIDEPOCH_FORCE_OLD

# run NAME ARGUMENTS: bounded, for a call that never returns
run()
{
	echo "--- $1"
	shift
	timeout -s KILL 300 "$@"
}

run 'natively: at least one goes astray' "$play" '' $native
status=$?
case $status in
1) ;;
0) echo "nothing went astray natively"; exit 1 ;;
*) exit "$status" ;;
esac
if "$PIDEPOCH" doctor --json | grep -q '"handle", "works": true'; then
	run 'preloaded' "$play" "$PIDEPOCH_PRELOAD" $many || exit
	for old in pidfs rseq wipe; do
		run "without $old" env PIDEPOCH_FORCE_OLD=$old "$play" "$PIDEPOCH_PRELOAD" $fewer || exit
	done
else
	echo "this kernel finds no reaped leader by its handle: the exact way is not tried"
fi
run 'without handles' env PIDEPOCH_FORCE_OLD=handle "$play" "$PIDEPOCH_PRELOAD" -$fewer
