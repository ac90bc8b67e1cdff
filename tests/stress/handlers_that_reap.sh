#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: what handlers_that_reap.c promises of handlers that reap, signal and jump holds under
# the preload library, with every mechanism.
set -u

scenario=$PIDEPOCH_BUILDDIR/tests/stress/handlers_that_reap
rounds=200
test -z "${PIDEPOCH_QUICK:-}" || rounds=50
export PIDEPOCH_LOG=/dev/null # a signaller that comes too late is told so
unset PIDEPOCH_FORCE_OLD

# run NAME COMMAND...: one that waits for ever is ended
run()
{
	echo "--- $1"
	shift
	timeout -s KILL 120 "$@" || { status=$?; echo "status $status"; exit 1; }
}

run natively "$scenario" 20
run preloaded env LD_PRELOAD="$PIDEPOCH_PRELOAD" "$scenario" $rounds
for old in rseq inode wipe pidfd rseq,inode,wipe,pidfd; do
	run "without $old" env LD_PRELOAD="$PIDEPOCH_PRELOAD" PIDEPOCH_FORCE_OLD=$old "$scenario" 30
done
