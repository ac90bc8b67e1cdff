#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A command that does not exist gives status 127, as in a shell, and one line with its name; no log
# is created.
. "$(dirname "$0")/../support/cli.sh"

missing() # NAME...
{
	try run --log="$TMPDIR/log" -- "$@"
	status 127
	said "$1"
	test ! -e "$TMPDIR/log" || fail "a log was made"
}

missing no-such-command
missing no-such-command with arguments
missing ./no-such-command
missing "$TMPDIR/no-such-command"
missing "$marker/below-a-file"
missing ''

cd "$TMPDIR" || exit
for path in "$TMPDIR/empty" /nowhere /nowhere:/nobody ''; do
	try_env PATH="$path" "$PIDEPOCH" run no-such-command
	status 127
	said no-such-command
done
if test "$(id -u)" -ne 0; then # a folder that may not be searched has nothing in it
	mkdir -m 0 "$TMPDIR/closed"
	try_env PATH="$TMPDIR/closed" "$PIDEPOCH" run no-such-command
	status 127
	said no-such-command
fi
try_env PATH=/nowhere "$PIDEPOCH" run marker
status 127
said marker

printf '#!%s/no-such-interpreter\n' "$TMPDIR" >"$TMPDIR/script"
chmod +x "$TMPDIR/script"
try run "$TMPDIR/script"
status 127
said "$TMPDIR/script" "$TMPDIR/no-such-interpreter"

# a command that execvp finds is found: in the current directory through an empty entry, in the
# standard places without a PATH
try_env PATH=:/nowhere:/bin "$PIDEPOCH" run marker
status 0
try_env -u PATH "$PIDEPOCH" run true
status 0
test -e "$mark" || fail "an empty entry of PATH is not the current folder"
