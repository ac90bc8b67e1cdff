#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# If the processes of a supervisor cannot be created, one line reports it, and the run continues
# with the library alone.
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
