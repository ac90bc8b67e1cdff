# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Shared by the tests of the command line. try ARGUMENT... runs pidepoch, try_env NAME=VALUE...
# COMMAND... any command; status(), said() and printed() then check the result, and a difference
# ends the test.

# pidepoch sees only the variables that a test sets itself
unset LD_PRELOAD PIDEPOCH_ON_STALE PIDEPOCH_ERRNO PIDEPOCH_LOG PIDEPOCH_EVENTS PIDEPOCH_STACKS PIDEPOCH_TRUST PIDEPOCH_FORCE_OLD PIDEPOCH_LIBDIR
# the library alone: a supervisor would hide what it does, and has its own tests (tests/supervisor)
export PIDEPOCH_SUPERVISOR=off
: "${PIDEPOCH:?names the command to test}" "${TMPDIR:?names a folder of our own}"
library=$PIDEPOCH_PRELOAD

fail()
{
	echo "FAIL: $*"
	exit 1
}

skip()
{
	echo "skip: $*"
	exit 77
}

try_env()
{
	tried=$*
	got=0
	env "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" || got=$?
}

try()
{
	try_env "$PIDEPOCH" "$@"
}

# print what the test before this line has printed
show()
{
	echo "'$tried' ended with $got and wrote:"
	sed 's/^/  out: /' "$TMPDIR/out"
	sed 's/^/  err: /' "$TMPDIR/err"
}

status() # NUMBER
{
	test "$got" -eq "$1" || { show; fail "the status must be $1"; }
}

# standard error is exactly one line, it is ours, and every TEXT stands in it; standard output is
# empty
said() # TEXT...
{
	test ! -s "$TMPDIR/out" || { show; fail "there must be nothing on standard output"; }
	test "$(wc -l <"$TMPDIR/err")" -eq 1 || { show; fail "the error must be one line"; }
	grep -q '^pidepoch[a-z ]*: ' "$TMPDIR/err" || { show; fail "the error must say that it is ours"; }
	for text; do
		grep -qF -e "$text" "$TMPDIR/err" || { show; fail "the error must have: $text"; }
	done
}

# standard error is empty and standard output is TEXT
printed() # TEXT
{
	test ! -s "$TMPDIR/err" || { show; fail "there must be no error"; }
	test "$(cat "$TMPDIR/out")" = "$1" || { show; fail "the output must be: $1"; }
}

# root that can become another user: not the only user of a user namespace
may_change_users()
{
	test "$(id -u)" -eq 0 && setpriv --reuid=54321 --regid=54321 --clear-groups true 2>/dev/null
}

# For root: $user runs a command as another user, PIDEPOCH is a copy, and TMPDIR is open. The
# folders above the build may be closed to others. For an ordinary user $user is empty.
become_user()
{
	user=
	test "$(id -u)" -eq 0 || return 0
	may_change_users || skip 'this root cannot become another user'
	user='setpriv --reuid=54321 --regid=54321 --clear-groups'
	chmod 755 "$TMPDIR"
	cp "$PIDEPOCH" "$library" "$TMPDIR"
	PIDEPOCH=$TMPDIR/${PIDEPOCH##*/}
	export PIDEPOCH_LIBDIR="$TMPDIR"
}

# a command that leaves a mark when it is run although it must not be
mark=$TMPDIR/mark
marker=$TMPDIR/marker
printf '#!/bin/sh\n: >"%s"\n' "$mark" >"$marker"
chmod +x "$marker"

unmarked()
{
	test ! -e "$mark" || { show; fail "the command must not have been started"; }
}

# Make a copy of the program FILE with BYTES (as for printf) at OFFSET.
patched() # FILE OFFSET BYTES COPY
{
	cp "$1" "$4"
	# shellcheck disable=SC2059
	printf "$3" | dd of="$4" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
