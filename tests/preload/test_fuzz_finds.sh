#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `pidepoch fuzz` finds, by itself and in at most the runs that stand here, what a bare program does to strangers; and
# `pidepoch run` lets none of it happen (docs/testing.md has what each does).
. "$(dirname "$0")/cli.sh"
victims=$(cd "$(dirname "$0")/../victims" && pwd)
cd "$TMPDIR" || exit 1

"$PIDEPOCH" fuzz --runs=1 --save="$TMPDIR/probe" -- true >"$TMPDIR/probe.out" 2>&1
test $? -ne 125 || skip "$(cat "$TMPDIR/probe.out")"

# finds RUNS POLICY SIGNAL COMMAND...
finds()
{
	runs=$1 policy=$2 signal=$3
	shift 3
	try fuzz --seed=1 --runs="$runs" --policy="$policy" --save="$TMPDIR/again" -- "$@"
	status 1
	grep -q "signal [0-9]* ($signal) reached a stranger at number [0-9]" "$TMPDIR/out" ||
		{ show; fail "no signal $signal was found in $*"; }
	grep -q "stale pid: .* was a child of this process" "$TMPDIR/out" ||
		{ show; fail "the library's own line of $* is missing"; }
	test -s "$TMPDIR/again" || fail "no file to do it again by"
	# the same, hunted in the same way, but protected
	try fuzz --seed=1 --runs="$runs" --policy="$policy" -- env PIDEPOCH_ON_STALE=refuse "$@"
	status 0
}

# shellcheck disable=SC2016
finds 1 immediate KILL bash -c 'sleep 0 & wait $!; kill -9 $! 2>/dev/null; true'
finds 1 immediate TERM "$(command -v sh)" "$victims/fuzz_pidfile.sh"
# what leaves no signal
command -v renice >/dev/null && {
	try fuzz --runs=1 -- bash -c 'sleep 0 & wait $!; renice -n 5 -p $! >/dev/null 2>&1'
	status 1
	grep -q "priority 5 was given to a stranger at number [0-9]" "$TMPDIR/out" || { show; fail "no priority was found"; }
}
command -v python3 >/dev/null || skip "the rest needs python3"
finds 5 window CONT python3 "$victims/fuzz_popen.py"
finds 40 window TERM python3 "$victims/fuzz_asyncio.py"
