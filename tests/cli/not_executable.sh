#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A command that exists but cannot be executed gives status 126 and one line with its name; no log
# is created.
. "$(dirname "$0")/../support/cli.sh"

refused() # NAME [PATH]
{
	try_env PATH="${2:-$PATH}" "$PIDEPOCH" run --log="$TMPDIR/log" -- "$1"
	status 126
	said "$1"
	test ! -e "$TMPDIR/log" || fail "a log was made"
}

echo 'echo no' >"$TMPDIR/plain"
mkdir "$TMPDIR/folder" "$TMPDIR/first" "$TMPDIR/second"
refused "$TMPDIR/plain"
refused "$TMPDIR/folder"
refused plain "$TMPDIR"
refused folder "/nowhere:$TMPDIR"

# as execvp does, a refused one is passed over for the next in PATH
echo 'echo first' >"$TMPDIR/first/twice"
printf '#!/bin/sh\necho second\n' >"$TMPDIR/second/twice"
chmod +x "$TMPDIR/second/twice"
try_env PATH="$TMPDIR/first:$TMPDIR/second:$PATH" "$PIDEPOCH" run twice
status 0
printed second

# and a script without a first line is the shell's
echo 'echo shell' >"$TMPDIR/script"
chmod +x "$TMPDIR/script"
try run "$TMPDIR/script"
status 0
printed shell
