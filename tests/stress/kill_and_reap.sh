#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: of a million signals none reaches an unrelated process, is wrongly refused or is
# lost, whichever thread reaps meanwhile. kill_and_reap.c defines how this is counted.
set -u
. "$(dirname "$0")/storm.sh"

program=$PIDEPOCH_BUILDDIR/tests/stress/kill_and_reap
many=1000000
fewer=200000
if [ -n "${PIDEPOCH_QUICK:-}" ]; then
	many=300000
	fewer=50000
fi
# an emulated machine has time for fewer
many=${PIDEPOCH_SIGNALS:-$many}
fewer=${PIDEPOCH_SIGNALS:-$fewer}

natively "$program" 2000000 # at most: it ends at the first
preloaded "$program" $many
for old in rseq inode wipe pidfd rseq,inode,wipe,pidfd; do
	without $old "$program" $fewer
done
