#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: the examples of vrange are built as a user would build them, and run.
set -u

export VRANGE_LEDGER="/dev/shm/vrange-examples-$$"
trap 'rm -f "$VRANGE_LEDGER"' EXIT
bad=0

# example NAME [ARGUMENT...]
example()
{
	name=$1
	shift
	# shellcheck disable=SC2086 # CC is a list of words
	$CC -Wall -Wextra -Werror "$PIDEPOCH_SRCDIR/docs/examples/$name.c" -o "$TMPDIR/$name" \
		-I"$PIDEPOCH_SRCDIR/include" -L"$PIDEPOCH_BUILDDIR/.libs" -lvrange \
		-Wl,-rpath,"$PIDEPOCH_BUILDDIR/.libs" || { echo "FAIL: $name does not build"; bad=1; return; }
	timeout 60 "$TMPDIR/$name" "$@" || { echo "FAIL: $name: status $?"; bad=1; }
}

example vrange-tiles 200 2000
example vrange-lru
example vrange-shared
exit $bad
