#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: the protocol of slot, hold and gate holds in every interleaving that slot.pml can
# make, and each part of it is needed: without it, spin finds an error.
set -u

if ! command -v spin >/dev/null; then
	echo "skipped: spin is not installed"
	exit 77
fi

model=$PIDEPOCH_SRCDIR/tests/model/slot.pml
work=${TMPDIR:-/tmp}/slot-model.$$
trap 'rm -rf "$work"' EXIT
mkdir "$work" && cd "$work" || exit 99

# search DEFINE...: the number of errors found, and the states it took, in $errors and $states
search() {
	rm -f pan*
	spin "$@" -a "$model" >spin.log 2>&1 || {
		cat spin.log
		exit 99
	}
	# `provided` clauses exclude the partial order reduction
	$CC -O2 -w -DSAFETY -DNOREDUCE -DCOLLAPSE -o pan pan.c || exit 99
	./pan -m10000 >pan.log 2>&1
	errors=$(sed -n 's/.*errors: \([0-9]*\)$/\1/p' pan.log)
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.log)
	case $errors-$(grep -c 'Search not completed\|max search depth too small' pan.log) in
	-* | 0-[1-9]*)
		echo "the search of $* was not completed:"
		cat pan.log
		exit 99
		;;
	esac
}

bad=0
for numbers in 1 2; do
	search -DNUMBERS=$numbers
	echo "$numbers number(s): $errors errors in $states states"
	if [ "$errors" != 0 ]; then
		bad=1
		./pan -r | tail -n 60
	fi
done

for mutant in NO_DRAIN NO_DEAD_TEST NO_KILL_OWN NO_REAPING CLOSE_LATE CHECK_FIRST NO_TIMEOUT LOOK_FIRST; do
	search -DNUMBERS=2 -D$mutant
	if [ "$errors" = 0 ]; then
		echo "$mutant: not found, in $states states"
		bad=1
	else
		echo "$mutant: found, in $states states: $(sed -n 's/^pan:1: \(.*\) (at depth.*/\1/p' pan.log)"
	fi
done
exit $bad
