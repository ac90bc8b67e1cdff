#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The build runner ends a job that takes too long and all processes that the job started, and no
# other process.
. "$(dirname "$0")/../support/example.sh"

run_scenario()
{
	printf 'true\ntrue\necho made\n' >"$TMPDIR/good"
	status 0 2 60 <"$TMPDIR/good"
	test "$(cat "$TMPDIR/said")" = made || fail "said $(cat "$TMPDIR/said")"

	printf 'true\nexit 3\n' >"$TMPDIR/bad"
	status 1 1 60 <"$TMPDIR/bad"
	test ! -s "$TMPDIR/said" || fail "said $(cat "$TMPDIR/said")"

	# who waits for the end of this pipe waits for the job's own child as well
	said=$(printf 'true\nsleep 1000 & sleep 1000; true\necho made\n' | run 2 1 2>&1)
	test "$said" = "$(printf 'made\nbuild-runner: no end in time: sleep 1000 & sleep 1000; true\n')" || fail "said $said"
}
run_twice
