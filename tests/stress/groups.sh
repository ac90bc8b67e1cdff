#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: of many signals to groups whose leaders are reaped meanwhile, none reaches an
# unrelated group, is wrongly refused or is lost. groups.c defines how this is counted. Without
# handles of pidfds (Linux before 6.14) a group is known by its pid only: then signals may reach
# unrelated groups, and still none is refused or lost.
set -u
. "$(dirname "$0")/storm.sh"

program=$PIDEPOCH_BUILDDIR/tests/stress/groups
many=200000
fewer=30000
if [ -n "${PIDEPOCH_QUICK:-}" ]; then
	many=60000
	fewer=10000
fi

natively "$program" 200000 # at most: it ends at the first
if "$PIDEPOCH" doctor --json | grep -q '"handle","works":true'; then
	# as 'pidepoch run' sets it: otherwise the first groups are known by their pid only
	export PIDEPOCH_HANDLES=work
	preloaded "$program" $many
	for old in pidfs rseq wipe; do
		without $old "$program" $fewer
	done
	unset PIDEPOCH_HANDLES
else
	echo "this kernel finds no reaped leader by its handle: the exact way is not tried"
fi
without handle "$program" -$fewer
