#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The demo's table is as claimed: natively hit, refused and spared, reported and hit, each logged in
# one line.
. "$(dirname "$0")/../support/cli.sh"

runs_well() # NAME=VALUE...
{
	try_env "$@" "$PIDEPOCH" demo
	if test $got -eq 125 && grep -qE 'namespace|/proc' "$TMPDIR/err"; then
		skip "$(cat "$TMPDIR/err")"
	fi
	status 0
	test ! -s "$TMPDIR/err" || { show; fail "there must be no error"; }
	grep -qx '12 of 12 runs as claimed\.' "$TMPDIR/out" || { show; fail "not all is as claimed"; }
	test "$(grep -c ' HIT  *spared, ESRCH, logged  *HIT, logged$' "$TMPDIR/out")" -eq 4 ||
		{ show; fail "there must be four rows"; }
	test "$(grep -c '^    pidepoch: .*refused: ESRCH' "$TMPDIR/out")" -eq 4 || { show; fail "four refusals"; }
	test "$(grep -c '^    pidepoch: .*let through' "$TMPDIR/out")" -eq 4 || { show; fail "four reports"; }
	test -z "$(ls -d "$TMPDIR"/pidepoch-demo* 2>/dev/null)" || fail "something was left in TMPDIR"
}

before=$(cat /proc/sys/kernel/pid_max)
runs_well
# settings of the caller change nothing
runs_well PIDEPOCH_ON_STALE=abort PIDEPOCH_ERRNO=EEPOCH PIDEPOCH_TRUST='*' LC_ALL=de_DE.UTF-8
# an older kernel: the pids are steered
runs_well PIDEPOCH_FORCE_OLD=pid_max
grep -q ns_last_pid "$TMPDIR/out" || { show; fail "the other way was not taken"; }
# a caller that ignores SIGCHLD, or has its standard input closed
runs_well --ignore-signal=CHLD
runs_well <&-
# a caller that has closed its standard output
tried='demo >&-' got=0
"$PIDEPOCH" demo >&- 2>"$TMPDIR/err" || got=$?
: >"$TMPDIR/out"
status 1
said 'cannot write to standard output: Bad file descriptor'
test "$(cat /proc/sys/kernel/pid_max)" = "$before" || fail "the machine's pid_max was changed"
