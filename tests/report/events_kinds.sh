#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each mistake with a number is an event of its kind in the file of --events, in a thread, a handler
# and a vfork parent too.
. "$(dirname "$0")/../support/cli.sh"
events=$TMPDIR/events
victim=$PIDEPOCH_BUILDDIR/tests/report/misuses

# kinds EXPECTED OPTION... -- MISTAKE... - the kinds of the events, in their order, and all lines
# are JSON
kinds()
{
	expected=$1
	shift
	rm -f "$events"
	try run --events="$events" --log=/dev/null "$@"
	test "$got" -ne 77 || skip "no pid namespace to be had"
	status 0
	got=$(sed -n 's/.*"type":"event","kind":"\([a-z-]*\)".*/\1/p' "$events" | tr '\n' ' ')
	test "${got% }" = "$expected" || { cat "$events"; fail "$*: '$got' must be '$expected'"; }
	awk 'length() > 4095 || !/^{"pidepoch":1,"type":"(event|module)",.*}$/ { print "not a line of ours: " $0; bad = 1 }
		END { exit bad }' "$events" || fail "$*"
}

for policy in report refuse; do
	kinds latent --on-stale=$policy -- "$victim" latent
	kinds probe --on-stale=$policy -- "$victim" probe
	kinds double-reap --on-stale=$policy -- "$victim" twice
	kinds stolen-wait --on-stale=$policy -- "$victim" stolen
	kinds latent --on-stale=$policy -- "$victim" vforked
	kinds '' --on-stale=$policy -- "$victim" in-vfork-child
	kinds latent --on-stale=$policy -- "$victim" in-handler
	kinds own-thread --on-stale=$policy -- "$victim" own-thread
done
kinds 'stolen-wait latent' --on-stale=report -- "$victim" in-thread
kinds 'double-reap latent' --on-stale=report --stacks=off -- "$victim" in-thread
kinds 'latent probe double-reap' --stacks=on -- "$victim" latent probe twice
grep -q '"outcome":"refused".*"stack":\["0x' "$events" || fail "--stacks=on: no stacks"
kinds 'latent' -- "$victim" latent
! grep -q stack "$events" || fail "there are stacks without having been asked for"

# a sandbox that kills for what only events need: the program lives, unwatched
kinds '' --on-stale=warn -- "$victim" sandboxed

# levels
kinds latent --on-stale=warn-once -- "$victim" latent probe twice stolen
kinds stolen-wait --on-stale=warn-once -- "$victim" stolen latent
kinds 'latent latent' --on-stale=warn -- "$victim" latent latent
kinds '' --on-stale=off -- "$victim" latent probe twice stolen own-thread
for level in off:0 warn-once:1 warn:2; do
	try run --on-stale=${level%:*} -- "$victim" latent latent stolen
	status 0
	test "$(wc -l <"$TMPDIR/err")" -eq "${level#*:}" || { show; fail "there must be ${level#*:} notices"; }
done

kinds stale --on-stale=report -- "$victim" stale
grep -q '"severity":"critical".*"outcome":"passed".*"holder":{"comm":"misuses"' "$events" ||
	fail "the unrelated process is not told"
kinds stale -- "$victim" stale
grep -q '"severity":"error".*"outcome":"refused"' "$events" || fail "it was not refused"
