#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# leftover.1, leftover.3, leftover.4: no table of evidence stays after the end of a run, also of one
# that was killed or whose last process was left in the background; and none is removed before.
. "$(dirname "$0")/../support/cli.sh"
command -v pgrep >/dev/null || skip 'pgrep is not installed'
if test "${1-}" != inside; then
	user=
	test "$(id -u)" -eq 0 || user='--user --map-root-user'
	unshare $user --ipc --pid --fork --mount-proc true 2>/dev/null ||
		skip 'cannot create namespaces'
	test -r /proc/sysvipc/shm || skip 'no System V segments'
	exec unshare $user --ipc --pid --fork --mount-proc sh "$0" inside
fi

tables()
{
	awk 'NR > 1 { n++ } END { print n + 0 }' /proc/sysvipc/shm
}

# Before Linux 6.11 the program's parent is notified before the supervisor ends.
is_removed()
{
	tries=0
	while test "$(tables)" -ne 0; do
		tries=$((tries + 1))
		test "$tries" -lt 200 || { cat /proc/sysvipc/shm; fail "$1: a table stays"; }
		sleep 0.1
	done
	echo "ok   $1: no table stays"
}

# begin_background SUPERVISOR - a run of which a process is left in the background, and waits
begin_background()
{
	mkfifo "$TMPDIR/end.$1" "$TMPDIR/ready.$1"
	"$PIDEPOCH" run --supervisor="$1" -- sh -c '
		pgrep -x nosuch
		sh -c "echo ready >\"$TMPDIR/ready.$1\"; read -r line <\"$TMPDIR/end.$1\"" &' sh "$1"
	read -r line <"$TMPDIR/ready.$1"
}

end_background()
{
	echo end >"$TMPDIR/end.$1"
}

if "$PIDEPOCH" run --supervisor=on -- true 2>/dev/null; then
	"$PIDEPOCH" run --supervisor=on -- sh -c 'pgrep -x nosuch; :'
	is_removed 'supervised'
	"$PIDEPOCH" run --supervisor=on --summary -- sh -c 'pgrep -x nosuch; :' 2>/dev/null
	is_removed 'with a summary'
	# shellcheck disable=SC2016 # it is the inner shell's pid
	"$PIDEPOCH" run --supervisor=on -- sh -c 'pgrep -x nosuch; kill -KILL $$' || :
	is_removed 'killed'
	begin_background on
	"$PIDEPOCH" run --supervisor=off -- true
	test "$(tables)" -eq 1 || fail 'a table was removed during its run'
	end_background on
	is_removed 'in the background'
fi

# without a supervisor the next run does it
# shellcheck disable=SC2016
"$PIDEPOCH" run --supervisor=off -- sh -c 'pgrep -x nosuch; kill -KILL $$' || :
test "$(tables)" -eq 1 || skip 'no table could be made'
"$PIDEPOCH" run --supervisor=off -- true
is_removed 'killed, without a supervisor'
begin_background off
"$PIDEPOCH" run --supervisor=off -- true
test "$(tables)" -eq 1 || fail 'a table was removed during its run, without a supervisor'
end_background off
tries=0
while "$PIDEPOCH" run --supervisor=off -- true && test "$(tables)" -ne 0; do
	tries=$((tries + 1))
	test "$tries" -lt 200 || fail 'in the background, without a supervisor: a table stays'
	sleep 0.1
done
echo 'ok   in the background, without a supervisor: no table stays'
