#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# If the processes of a supervisor cannot be created, one line reports it, and the run continues
# with the library alone. Limits of files and of the stack that are enough for the program are
# enough for its supervisor, and the program has them.
. "$(dirname "$0")/../support/cli.sh"
unset PIDEPOCH_SUPERVISOR

# The limit does not bind root. In a user namespace of its own the user has one process.
become_user
limited() # PROCESSES COMMAND...
{
	# shellcheck disable=SC2086
	processes=$1
	shift
	try_env $user unshare --user --map-root-user prlimit "--nproc=$processes" "$@"
}

# 0: watched (a call that only a supervisor serves), 38: not
program=$TMPDIR/number_bare
$CC -O2 -ffreestanding -fno-stack-protector -nostdlib -static -I"$PIDEPOCH_SRCDIR/include" \
	-o "$program" "$(dirname "$0")/emulated_bare.c" || fail 'it does not build'

limited 1000 "$PIDEPOCH" run -- sh -c "exec '$program'"
test "${got:-1}" -eq 0 -a ! -s "$TMPDIR/err" || skip "no supervisor for an ordinary user here: $(cat "$TMPDIR/err")"

# 1: not even for the process that makes the monitor; 2: not for the monitor
for count in 1 2; do
	limited $count "$PIDEPOCH" run -- sh -c "exec '$program'"
	status 38
	said 'no supervisor: there is no room' 'are not watched'
done

# shellcheck disable=SC2016 # the inner shell expands these
try_env sh -c '{ prlimit --fsize=0 "$@"; echo $?; } 2>&1 | tail -n 1' sh "$PIDEPOCH" run --supervisor=on -- "$program"
printed 0

try_env prlimit --stack=65536: "$PIDEPOCH" run --supervisor=on -- sh -c "ulimit -s; exec '$program'"
status 0
test "$(cat "$TMPDIR/out")" = 64 || { show; fail 'the program has another limit'; }

# a hard limit: enough, or one line
try_env prlimit --stack=65536 "$PIDEPOCH" run --supervisor=on -- "$program"
test "$got" -eq 0 || {
	status 125
	grep -q "no supervisor: there is no memory for it, .*'ulimit -s'" "$TMPDIR/err" || { show; fail 'no reason'; }
}
