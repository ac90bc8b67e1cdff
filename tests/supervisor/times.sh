#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The times of a notice and of an event agree: a pid was obtained before it was released, and its
# holder, whose age is known to a tick of 10 ms only, is no older than the release. Of programs with
# the library, and without it.
. "$(dirname "$0")/../support/cli.sh"
unset PIDEPOCH_SUPERVISOR
test -x /usr/bin/python3 || skip "python3 is not installed"
unshare -rpf --mount-proc true 2>/dev/null || skip "cannot create a pid namespace"
"$PIDEPOCH" run --supervisor=on -- true 2>/dev/null || skip "no supervisor here"

check() # PROGRAM OPTION...
{
	program=$1
	shift
	rm -f "$TMPDIR/events" "$TMPDIR/log"
	# The program is not pid 1: that one adopts the orphan.
	# shellcheck disable=SC2016
	try_env unshare -rpf --mount-proc sh -c '"$@"; exit $?' init "$PIDEPOCH" run --on-stale=report "$@" \
		--events="$TMPDIR/events" --log="$TMPDIR/log" -- "$program" 40
	test "$got" -ne 77 || skip "this kernel does not set a namespace's next pid"
	status 0
	/usr/bin/python3 - "$TMPDIR/events" "$TMPDIR/log" <<'END' || fail "the times of $program with $* contradict each other"
import json, re, sys

def ago(event, what, name="ago_ms"):
    return event.get(what, {}).get(name)

events = [json.loads(line) for line in open(sys.argv[1])]
events = [e for e in events if e["type"] == "event"]
assert len(events) == 40, len(events)
for e in events:
    times = ago(e, "holder", "age_ms"), ago(e, "released"), ago(e, "obtained")
    known = [t for t in times if t is not None]
    assert times[0] is not None and known == sorted(known), e
for line in open(sys.argv[2]):
    times = [float(t) for t in re.findall(r"(?:fork|waitpid) ([0-9.]+)s ago", line)]
    assert times == sorted(times, reverse=True), line
END
}

check "$PIDEPOCH_BUILDDIR/tests/supervisor/times" --supervisor=off
check "$PIDEPOCH_BUILDDIR/tests/supervisor/times_static" --supervisor=on --stacks=on
grep -q '"released"' "$TMPDIR/events" || fail "the supervisor does not know the release"
