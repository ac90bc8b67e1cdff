#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: of a million signals none goes astray, is wrongly refused or is lost, whichever
# thread reaps meanwhile. kill_and_reap.c defines how this is counted. Natively it must happen at
# least once, otherwise the test could not fail.
set -u

storm=$PIDEPOCH_BUILDDIR/tests/stress/kill_and_reap
native=2000000 # at most: it ends at the first
many=1000000
fewer=200000
if [ -n "${PIDEPOCH_QUICK:-}" ]; then
	many=300000
	fewer=50000
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

run 'natively: at least one goes astray' "$storm" '' $native
status=$?
case $status in
1) ;;
0) echo "nothing went astray natively"; exit 1 ;;
*) exit "$status" ;;
esac
run 'preloaded' "$storm" "$PIDEPOCH_PRELOAD" $many || exit
for old in rseq inode wipe pidfd rseq,inode,wipe,pidfd; do
	run "without $old" env PIDEPOCH_FORCE_OLD=$old "$storm" "$PIDEPOCH_PRELOAD" $fewer || exit
done
