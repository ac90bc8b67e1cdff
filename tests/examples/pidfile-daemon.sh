#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The daemon is found and stopped by its pidfile; a pidfile that is stale, that names another
# process, or that identifies no process for certain does no harm.
. "$(dirname "$0")/../support/example.sh"

file=$TMPDIR/pid

run_scenario()
{
	rm -f "$file"
	status 3 status "$file"
	if ! run start "$file" 2>"$TMPDIR/said"; then
		grep -q 'not supported' "$TMPDIR/said" || fail "does not start: $(cat "$TMPDIR/said")"
		echo "skip: this kernel's pidfds have no inodes of their own (before Linux 6.9)"
		exit 77
	fi
	daemon=$(sed 's/:.*//' "$file")
	status 1 start "$file"
	status 0 status "$file"
	test "$(cat "$TMPDIR/said")" = "running as $daemon" || fail "said $(cat "$TMPDIR/said")"
	cp "$file" "$file.old"
	status 0 stop "$file"
	test ! -e "$file" || fail "the file is still there"

	# left over from a crash, say
	cp "$file.old" "$file"
	status 3 status "$file"
	grep -q stale "$TMPDIR/said" || fail "said $(cat "$TMPDIR/said")"

	# this shell, whose pid another process had before
	echo "$$:1" >"$file"
	status 3 stop "$file"
	echo "$$" >"$file"
	status 1 stop "$file"
}

run_twice
