#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# CPython's own test_subprocess has no find under `pidepoch fuzz` and no event that warns, except
# for the one test that makes the mistake on purpose: that one is found in the first run.
. "$(dirname "$0")/../support/cli.sh"
cd "$TMPDIR" || exit 1
python=/usr/bin/python3.11

"$python" -c 'import test.test_subprocess' 2>/dev/null || skip "libpython3.11-testsuite is not installed"
try fuzz --runs=1 -- true
test "$got" -ne 125 || skip "$(cat err)"

# These set other users, which a user namespace does not have; race2 removes poll(), and then kills.
right='-i test_user -i test_group -i test_send_signal_race2'
# whole it takes most of a minute
test -z "${PIDEPOCH_QUICK:-}" || right="-m POSIXProcessTestCase $right"

# suite NAME PIDEPOCH-ARGUMENT... - in its own directory
suite()
{
	mkdir "$1" || exit 99
	folder=$TMPDIR/$1
	shift
	# shellcheck disable=SC2086
	(cd "$folder" && TMPDIR=$folder exec "$PIDEPOCH" "$@" -- "$python" -m test -q --tempdir "$folder" test_subprocess $right) \
		>"$folder.out" 2>&1
}

# side by side, for they mostly sleep
suite immediate fuzz --runs=1 --timeout=300 --policy=immediate &
immediate=$!
suite window fuzz --runs=1 --timeout=300 --policy=window &
window=$!
suite watched run --on-stale=warn --events="$TMPDIR/events" --log="$TMPDIR/log" || { cat watched.out; fail "it fails when it is watched"; }
wait "$immediate" || { cat immediate.out; fail "a find, by immediate"; }
wait "$window" || { cat window.out; fail "a find, by window"; }
for policy in immediate window; do
	grep -q "^pidepoch fuzz: nothing found in 1 run (--policy=$policy --seed=[0-9]*): [1-9][0-9]* forks, [1-9][0-9]* releases, [1-9][0-9]* reuses\$" \
		$policy.out || { cat $policy.out; fail "$policy: it did not go to its end"; }
done
test ! -e events || {
	try report --at-least=warning --error-exitcode=7 events
	status 0
}
test ! -s log || { cat log; fail "a notice"; }

try fuzz --runs=1 --policy=immediate -- "$python" -m test -q --tempdir "$TMPDIR" test_subprocess -m test_send_signal_race2
status 1
grep -q 'signal 15 (TERM) reached an unrelated process' out || { show; fail "what was made on purpose is not found"; }
