#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run --error-exitcode: without findings the status is the command's, with findings the given one;
# old events do not count; signals are forwarded.
. "$(dirname "$0")/../support/cli.sh"
events=$TMPDIR/events
subject=$PIDEPOCH_BUILDDIR/tests/report/misuses

outcome() # STATUS COMMAND...
{
	expected=$1
	shift
	try run --on-stale=warn --log=/dev/null --events="$events" --error-exitcode=99 -- "$@"
	status "$expected"
}

outcome 0 true
outcome 7 sh -c 'exit 7'
outcome 143 sh -c 'kill -TERM $$'
outcome 99 "$subject" latent
said "$events" '1 event in'
outcome 0 "$subject" twice # no more than a note
outcome 0 true            # what stands there from before is no finding of this run
outcome 99 sh -c "$subject latent; exit 7"
outcome 127 /nowhere/at/all
said 'command not found'

# a signal to us is the command's
cat >"$TMPDIR/waits" <<'END'
trap 'echo got it; exit 5' TERM
echo ready >"$1"
while :; do read -r line <"$1.never"; done
END
mkfifo "$TMPDIR/ready" "$TMPDIR/ready.never"
"$PIDEPOCH" run --events="$events" --error-exitcode=99 -- sh "$TMPDIR/waits" "$TMPDIR/ready" >"$TMPDIR/answer" &
read -r line <"$TMPDIR/ready"
test "$line" = ready || fail "it did not start"
kill -TERM $!
got=0
wait $! || got=$?
test "$got" -eq 5 || fail "the status after the signal is $got"
test "$(cat "$TMPDIR/answer")" = 'got it' || fail "the signal did not come through"

# SIGCHLD that was ignored before us does not lose the status, and is the command's as it was
env --ignore-signal=CHLD "$PIDEPOCH" run --events="$events" --error-exitcode=99 -- grep -q 'SigIgn:.*1[0-9a-f]\{4\}$' /proc/self/status
test $? -eq 0 || fail 'SIGCHLD is not ignored by the command, or its status was lost'

for words in --error-exitcode=0 --error-exitcode=256 --error-exitcode=; do
	try run --events="$events" $words -- "$marker"
	status 2
	said "'"
	unmarked
done
try run --error-exitcode=3 -- "$marker"
status 2
said --events
unmarked
