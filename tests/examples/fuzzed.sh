#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The examples and the scripts that run with them, fuzzed by each policy and watched by `run
# --on-stale=warn`: no find and no event.
set -u
cd "$TMPDIR" || exit 99
export PIDEPOCH_QUICK=1

"$PIDEPOCH" fuzz --runs=1 -- true >out 2>&1
test $? -ne 125 || { echo "skip: $(cat out)"; exit 77; }
for script in build-runner pidfile-daemon supervisor wait4-loop; do
	file=$PIDEPOCH_SRCDIR/tests/examples/$script.sh
	"$PIDEPOCH" run --on-stale=warn --events="$TMPDIR/events" --error-exitcode=99 -- sh "$file" >out 2>&1
	status=$?
	test $status -ne 77 || { cat out; exit 77; }
	test $status -eq 0 || { cat out; echo "FAIL: $script, watched: status $status"; exit 1; }
	test ! -s events || { cat events; echo "FAIL: $script: an event although it is right"; exit 1; }
	"$PIDEPOCH" fuzz --seed=7 --runs=3 --timeout=100 -- sh "$file" >out 2>&1
	status=$?
	grep -q '^pidepoch fuzz: nothing found in 3 runs (--policy=turns --seed=7): [1-9][0-9]* forks, [1-9][0-9]* releases, [1-9][0-9]* reuses$' out &&
		test $status -eq 0 || { cat out; echo "FAIL: $script, fuzzed: status $status"; exit 1; }
done
