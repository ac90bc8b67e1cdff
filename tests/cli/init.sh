#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run --init: as the first process of a pid namespace, and as a subreaper, it reaps orphans, sends
# signals on, and ends with the status of its command; as tini does, where that is installed.
. "$(dirname "$0")/../support/cli.sh"

tini=$(command -v tini) || tini=
namespace=
for user in '' '--user --map-root-user'; do
	enter="unshare $user --pid --fork --kill-child --mount-proc"
	test -n "$namespace" || ! $enter true 2>/dev/null || namespace=$enter
done

ours() # COMMAND...
{
	timeout 120 $enter "$PIDEPOCH" run --init -- "$@"
}

theirs() # COMMAND...
{
	timeout 120 $enter "$tini" -s -- "$@"
}

# as HOW SCRIPT - standard output and status of the script, run by HOW
as()
{
	"$1" sh -c "$2" >"$TMPDIR/$1" 2>&1
	echo "status $?" >>"$TMPDIR/$1"
}

# same SCRIPT WANTED
same()
{
	as ours "$1"
	test "$(cat "$TMPDIR/ours")" = "$2" || { cat "$TMPDIR/ours"; fail "${enter:-as a subreaper}: $1: not $2"; }
	test -n "$tini" || return 0
	as theirs "$1"
	cmp "$TMPDIR/ours" "$TMPDIR/theirs" || fail "tini differs: $1"
}

# Orphans that end are gone soon: there is no child of the first process but the command.
orphans='
init=$PPID
for n in 1 2 3 4 5 6 7 8 9; do sh -c "exec 3>&-; (exit $n) & exit"; done
for try in $(seq 600); do
	read -r left <"/proc/$init/task/$init/children"
	test "$left" != "$$" && test "$left" != "$$ " || exit 0
	sleep 0.1
done
echo "left: $left"'

# an orphan becomes a child of the first process
adopted='
orphan=$(sh -c "sleep 600 >/dev/null & echo \$!")
read -r pid name state parent rest <"/proc/$orphan/stat"
kill "$orphan"
test "$parent" = "$PPID"'

both()
{
	same 'exit 7' 'status 7'
	same 'kill -KILL $$' 'status 137'
	same 'kill -TERM $$' 'status 143'
	same 'exec /bin/echo x' "$(printf 'x\nstatus 0')"
	same "$orphans" 'status 0'
	same "$adopted" 'status 0'
	for signal in HUP INT QUIT USR1 USR2 PIPE ALRM TERM CONT WINCH IO PWR; do
		same "trap 'echo $signal; exit 9' $signal; kill -$signal \$PPID; while :; do sleep 0.01; done" \
			"$(printf '%s\nstatus 9' $signal)"
	done
	same 'grep SigBlk: /proc/self/status' "$(printf 'SigBlk:\t0000000000000000\nstatus 0')"
	same 'read -r pid name state parent group rest </proc/$$/stat; test $group = $$' 'status 0'
}

if test -n "$namespace"; then
	enter=$namespace
	both
fi
enter=
both

# SIGCHLD that was ignored before us
env --ignore-signal=CHLD "$PIDEPOCH" run --init -- grep -q 'SigIgn:.*1[0-9a-f]\{4\}$' /proc/self/status
test $? -eq 0 || fail 'SIGCHLD is not ignored by the command, or its status was lost'

ours /nowhere/at/all 2>"$TMPDIR/err"
test $? -eq 127 || fail 'a command that is not there'

# beside what is counted
try run --init --summary -- sh -c 'exit 5'
status 5
grep -q 'nothing to report' "$TMPDIR/err" || { show; fail 'no summary'; }

# the command has the terminal
if command -v script >/dev/null; then
	export PIDEPOCH
	SHELL=/bin/sh script -qec '"$PIDEPOCH" run --init -- sh -c "read -r pid name state parent group session terminal \
		foreground rest </proc/\$\$/stat; test \$foreground = \$\$"' /dev/null >"$TMPDIR/out" 2>&1 </dev/null ||
		{ cat "$TMPDIR/out"; fail 'the command does not have the terminal'; }
fi
test -n "$namespace" || skip 'cannot create a pid namespace: tested as a subreaper only'
