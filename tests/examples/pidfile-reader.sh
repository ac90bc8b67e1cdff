#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The daemon signals the process that a pidfile means, and no process that was born after the file
# was written; an invalid file harms no process.
. "$(dirname "$0")/../support/example.sh"

file=$TMPDIR/x.pid
if test "${1:-}" != inside; then
	user=
	test "$(id -u)" -eq 0 || user='--user --map-root-user'
	unshare $user --pid --fork --mount-proc true 2>/dev/null || {
		echo "skip: cannot create a pid namespace"
		exit 77
	}
	exec unshare $user --pid --fork --kill-child --mount-proc sh "$0" inside
fi

# answer TEXT - what the daemon says next begins with it
answer()
{
	echo >&8
	read -r got <&9
	case $got in
	"$1"*) ;;
	*) fail "said '$got', and not '$1'" ;;
	esac
}

# a service that counts its signals in a file, with the pid after LAST
serve() # LAST
{
	rm -f "$TMPDIR/signals" "$TMPDIR/ready"
	echo "$1" >/proc/sys/kernel/ns_last_pid
	sh -c 'trap "echo >>$1/signals" HUP; trap "exit 0" TERM; : >$1/ready; while :; do sleep 0.05; done' sh "$TMPDIR" &
	service=$!
	until test -e "$TMPDIR/ready"; do :; done
}

signals()
{
	if test -e "$TMPDIR/signals"; then wc -l <"$TMPDIR/signals"; else echo 0; fi
}

end_service()
{
	kill "$service"
	wait "$service"
}

# stamps and births from now on differ by more than the tolerance from those before
let_time_pass() { sleep 0.1; }

# files that contain no pid, or are no files
no_good()
{
	for content in '' x -1 1 0 4194304 99999999999999999999 '12 34' "$service.5"; do
		printf '%s' "$content" >"$file"
		answer 'no pid'
	done
	rm -f "$file" && mkfifo "$file" && answer 'no pid'
	rm -f "$file" && ln -s "$file" "$file" && answer "$file: Too many levels"
	rm -f "$file" && mkdir "$file" && answer 'no pid'
	rmdir "$file" && answer "$file: No such file"
}

run_scenario()
{
	rm -f "$file" "$TMPDIR/ask" "$TMPDIR/tell"
	mkfifo "$TMPDIR/ask" "$TMPDIR/tell"
	run "$file" 100 <"$TMPDIR/ask" >"$TMPDIR/tell" &
	daemon=$!
	exec 8>"$TMPDIR/ask" 9<"$TMPDIR/tell"
	answer "$file: No such file"

	serve 299
	test "$service" -eq 300 || fail "the service is $service"
	echo "$service" >"$file"
	answer signalled
	until test "$(signals)" -eq 1; do :; done
	end_service
	answer 'not running'

	# the next service has its pid
	let_time_pass
	serve 299
	test "$service" -eq 300 || fail "the next service is $service"
	answer 'stale: another process has the pid'
	test "$(signals)" -eq 0 || fail "the next service got a signal"
	echo "$service" >"$file"
	answer signalled
	until test "$(signals)" -eq 1; do :; done
	no_good
	test "$(signals)" -eq 1 || fail "the service got $(signals) signals"
	end_service
	exec 8>&- 9<&-
	wait "$daemon" || fail "status $?"
}

run_twice
