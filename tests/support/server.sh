# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For tests of a correct server under pidepoch. The test runs itself again, as a user, in a pid
# namespace with 400 pids:
#
#   ./server_nginx.sh                  server_outside NAME FILE ARGUMENT...
#     ./server_nginx.sh inside FOLDER ARGUMENT...     with FOLDER/log, FOLDER/events, FOLDER/server

few_pids='echo 400 >/proc/sys/kernel/pid_max'

# Skip if FILE is missing, a program of the server NAME. Run this script inside; afterwards none of
# the three files may have a line of pidepoch's.
server_outside() # NAME FILE ARGUMENT...
{
	test -x "$2" || skip "$1 is not installed"
	shift 2
	unshare --user --map-root-user --pid --fork --mount-proc sh -c "$few_pids" 2>/dev/null ||
		skip "no pid namespace with a pid_max of its own (Linux 6.14, user namespaces)"
	mkdir -m 700 "$TMPDIR/server"
	# another user than root, who is one in this namespace only: as root, nginx would become yet
	# another user, and PostgreSQL does not start
	unshare --user --map-root-user --pid --fork --mount-proc sh -c "$few_pids"' &&
		exec unshare --user --map-user=1000 --map-group=1000 "$0" inside "$@"' \
		"$0" "$TMPDIR/server" "$@" || { tail "$TMPDIR/server/server"; fail "the server"; }
	for file in log events server; do
		test ! -e "$TMPDIR/server/$file" ||
			! grep -nE 'pidepoch: |"pidepoch"' "$TMPDIR/server/$file" || fail "in the $file"
	done
}
