#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# If the log cannot be written to, one line gives its path and the reason, and nothing is run; a log
# that can be written to is kept.
. "$(dirname "$0")/../support/cli.sh"

mkdir "$TMPDIR/folder"
mkfifo "$TMPDIR/unread"

unwritable() # PATH REASON
{
	try run --log="$1" -- "$marker"
	status 125
	said "$1" "$2"
	unmarked
	try_env PIDEPOCH_LOG="$1" "$PIDEPOCH" run -- "$marker"
	status 125
	said "$1" "$2"
	unmarked
	try run --events="$1" -- "$marker"
	status 125
	said "the events $1" "$2"
	unmarked
}

unwritable "$TMPDIR/missing/log" 'No such file or directory'
unwritable "$TMPDIR/folder" 'Is a directory'
unwritable "$marker/log" 'Not a directory'
unwritable "$TMPDIR/unread" 'No such device or address'
test ! -e "$TMPDIR/missing" || fail "a folder was made"
if test "$(id -u)" -ne 0; then
	chmod a-w "$TMPDIR/folder"
	unwritable "$TMPDIR/folder/log" 'Permission denied'
fi

echo before >"$TMPDIR/log"
try run --log="$TMPDIR/log" true
status 0
test "$(cat "$TMPDIR/log")" = before || fail "the log was not appended to"
try run --log="$TMPDIR/new" true
status 0
test -f "$TMPDIR/new" || fail "the log was not made"
