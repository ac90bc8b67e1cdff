#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each misuse of a pid is an event of its kind in the file of --events, also in a thread, a handler
# and a vfork parent.
. "$(dirname "$0")/../support/cli.sh"
events=$TMPDIR/events
subject=$PIDEPOCH_BUILDDIR/tests/report/misuses

# kinds EXPECTED OPTION... -- MISTAKE... - the kinds of the events, in their order, and all lines
# are JSON
kinds()
{
	expected=$1
	shift
	rm -f "$events"
	try run --events="$events" --log=/dev/null "$@"
	test "$got" -ne 77 || skip "cannot create a pid namespace"
	status 0
	got=$(sed -n 's/.*"type":"event","kind":"\([a-z-]*\)".*/\1/p' "$events" | tr '\n' ' ')
	test "${got% }" = "$expected" || { cat "$events"; fail "$*: '$got' must be '$expected'"; }
	awk 'length() > 4095 || !/^{"pidepoch":2,"type":"(event|module)",.*}$/ { print "not a line of ours: " $0; bad = 1 }
		END { exit bad }' "$events" || fail "$*"
}

for policy in report refuse; do
	kinds latent --on-stale=$policy -- "$subject" latent
	kinds probe --on-stale=$policy -- "$subject" probe
	kinds double-reap --on-stale=$policy -- "$subject" twice
	kinds stolen-wait --on-stale=$policy -- "$subject" stolen
	kinds latent --on-stale=$policy -- "$subject" vforked
	kinds '' --on-stale=$policy -- "$subject" in-vfork-child
	kinds latent --on-stale=$policy -- "$subject" in-handler
	kinds own-thread --on-stale=$policy -- "$subject" own-thread
done
kinds 'stolen-wait latent' --on-stale=report -- "$subject" in-thread
kinds 'double-reap latent' --on-stale=report --stacks=off -- "$subject" in-thread
kinds 'latent probe double-reap' --stacks=on -- "$subject" latent probe twice
grep -q '"outcome":"refused".*"stack":\["0x' "$events" || fail "--stacks=on: no stacks"
kinds 'latent' -- "$subject" latent
! grep -q stack "$events" || fail "there are stacks without having been asked for"

# a sandbox that kills for what only events need: the program lives, unwatched
kinds '' --on-stale=warn -- "$subject" sandboxed

# levels
kinds latent --on-stale=warn-once -- "$subject" latent probe twice stolen
kinds stolen-wait --on-stale=warn-once -- "$subject" stolen latent
kinds 'latent latent' --on-stale=warn -- "$subject" latent latent
kinds '' --on-stale=off -- "$subject" latent probe twice stolen own-thread
for level in off:0 warn-once:1 warn:2; do
	try run --on-stale=${level%:*} -- "$subject" latent latent stolen
	status 0
	test "$(wc -l <"$TMPDIR/err")" -eq "${level#*:}" || { show; fail "there must be ${level#*:} notices"; }
done

kinds stale --on-stale=report -- "$subject" stale
grep -q '"severity":"critical".*"outcome":"passed".*"holder":{"comm":"misuses"' "$events" ||
	fail "the unrelated process is not told"
kinds stale -- "$subject" stale
grep -q '"severity":"error".*"outcome":"refused"' "$events" || fail "it was not refused"
