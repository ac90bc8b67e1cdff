#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program with the library signals its children without the supervisor being asked, as long as all
# its waits are the library's; without a supervisor nothing is left of the question.
. "$(dirname "$0")/../support/cli.sh"
program=$PIDEPOCH_BUILDDIR/tests/supervisor/notified_calls

"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
caps=0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
if [ $((caps >> 19 & 1)) = 0 ] && [ $((caps >> 6 & 3)) != 0 ]; then
	skip "a user who may become another, but has no CAP_SYS_PTRACE, is not let in"
fi
for play in opened raw threads taken hidden by_number filtered disturbed waits; do
	try_env "$program" "$PIDEPOCH" run --supervisor=on -- "$program" "$play"
	status 0
	printed well
done

# a library of another build has a tree that the supervisor does not know its way in
for mark in 2 2:0 1; do
	try_env "$program" "$PIDEPOCH" run --supervisor=on -- \
		env PIDEPOCH_SUPERVISED=$mark "$program" shown
	status 0
	printed well
done

# whoever may change users is not let in by a supervisor who could not bar it then
without='setpriv --bounding-set=-sys_ptrace'
if [ "$(id -u)" = 0 ] && $without true 2>"$TMPDIR/err"; then
	for play in users shown; do
		# shellcheck disable=SC2086 # several words
		try_env "$program" $without "$PIDEPOCH" run --supervisor=on -- "$program" "$play"
		status 0
		printed well
	done
fi
