#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# If /proc belongs to another pid namespace, it shows other processes under our pids: no notice and
# no event names one of those, and doctor promises no supervisor, which needs its own /proc
# (identity.6). The status names none of them either.
. "$(dirname "$0")/../support/cli.sh"
command -v bash >/dev/null || skip 'bash is not installed'

mkfifo "$TMPDIR/released" "$TMPDIR/taken"
cat >"$TMPDIR/subject" <<'END'
echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
true &
wait $!
test $! -eq "$1" || exit 9
kill $!
echo >"$TMPDIR/released"
read -r _ <"$TMPDIR/taken"
kill $!
END
cat >"$TMPDIR/namespace" <<'END'
"$PIDEPOCH" run --on-stale=report --log="$TMPDIR/log" --events="$TMPDIR/events" -- bash "$TMPDIR/subject" "$1" &
read -r _ <"$TMPDIR/released"
echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
sleep 1000 &
test $! -eq "$1" || exit 9
echo >"$TMPDIR/taken"
wait %1
"$PIDEPOCH" doctor --json >"$TMPDIR/doctor"
"$PIDEPOCH" status 1 2>"$TMPDIR/status" && exit 8
exit 0
END

# shellcheck disable=SC2016
unshare -Urpf sh -c 'echo 300 >/proc/sys/kernel/ns_last_pid' 2>/dev/null || skip 'no namespace in which numbers can be chosen'
# this shell is a process that the /proc shows and the namespace does not contain
export TMPDIR PIDEPOCH
timeout 60 unshare -Urpf bash "$TMPDIR/namespace" $$ >"$TMPDIR/out" 2>"$TMPDIR/err" || { cat "$TMPDIR/err"; fail "the scenario went wrong"; }

test "$(grep -c . "$TMPDIR/log")" -eq 2 || { cat "$TMPDIR/log"; fail "there must be two notices"; }
sed -n 1p "$TMPDIR/log" | grep -q "kill($$, SIGTERM).*; now no process has it; let through" || { cat "$TMPDIR/log"; fail "no process holds it"; }
sed -n 2p "$TMPDIR/log" | grep -q "kill($$, SIGTERM).*; now held by a process that /proc does not show; let through" ||
	{ cat "$TMPDIR/log"; fail "a process holds it, and nothing is known about it"; }
test "$(grep -c '"type":"event"' "$TMPDIR/events")" -eq 2 || fail "there must be two events"
! grep '"holder"' "$TMPDIR/events" || fail "an event names an unrelated process"
grep -q '"calls":"raw_single","here":"none"' "$TMPDIR/doctor" || { cat "$TMPDIR/doctor"; fail "there can be no supervisor"; }
grep -q "another pid namespace" "$TMPDIR/status" || { cat "$TMPDIR/status"; fail "the status of another process"; }
