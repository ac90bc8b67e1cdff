#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `pidepoch fuzz` finds nothing in correct programs, whatever it does to their pids, and leaves
# nothing behind.
. "$(dirname "$0")/../support/cli.sh"
subjects=$(cd "$(dirname "$0")/../programs" && pwd)
cd "$TMPDIR" || exit 1

"$PIDEPOCH" fuzz --runs=1 -- true >"$TMPDIR/probe.out" 2>&1
test $? -ne 125 || skip "$(cat "$TMPDIR/probe.out")"

right() # COMMAND...
{
	for policy in immediate lottery window; do
		try fuzz --seed=7 --runs=3 --timeout=30 --policy=$policy -- "$@"
		status 0
		grep -q "^pidepoch fuzz: nothing found in 3 runs (--policy=$policy --seed=7): [1-9][0-9]* forks, [1-9][0-9]* releases, [1-9][0-9]* reuses\$" \
			"$TMPDIR/out" || { show; fail "$* did not run, or not to its end"; }
		test ! -e pidepoch-fuzz.replay || fail "a file was saved, and there was no find"
	done
}

printf 'all: a b c d e\na b c d e:\n\t@sleep 0.01; echo $@ >$@.out\n' >Makefile
right bash "$subjects/right_jobs.sh"
right make -s -j3
right sh -c 'echo 0 0 0 0 | xargs -P 3 -n 1 sleep'
# a signal to all is meant for no process in particular; a signal to the own group does not reach a
# canary, which leads its own group
for signal in CONT TERM STOP KILL; do
	right bash -c "sleep 0 & wait; kill -$signal -1; sleep 0 & wait; sleep 0 & wait"
done
right bash -c 'trap "" TERM; sleep 0 & wait; kill -TERM 0; sleep 0 & wait; kill -TERM -- -$$'
right bash -c 'set -m; { sleep 10 & exec true; } & wait $!; kill -TERM -- -$! 2>/dev/null; sleep 0 & wait'
right bash -c 'sleep 0 & wait; renice -n 3 -u "$(id -u)" >/dev/null; renice -n 4 -g 0 >/dev/null; true'
if test -x /usr/bin/python3; then
	right /usr/bin/python3 "$subjects/right_popen.py"
	right /usr/bin/python3 "$subjects/right_starttime.py"
fi
# by its name, because other tests have theirs at the same time
try fuzz --runs=1 -- sh -c 'echo "$PIDEPOCH_FUZZ"'
page=$(head -n 1 "$TMPDIR/out")
test "${page##*/}" = page || { show; fail "the page is not named"; }
test ! -e "${page%/page}" || fail "${page%/page} is left behind"
