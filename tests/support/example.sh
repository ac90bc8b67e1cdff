# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For the tests of docs/examples/: the program named as the test is built as a user would build it,
# and run_scenario() is called twice: for a program that is linked with libpidepoch.so only, and for
# one that is preloaded as well.
set -u

name=$(basename "$0" .sh)
program=$TMPDIR/$name
source=$PIDEPOCH_SRCDIR/docs/examples/$name.c

fail()
{
	echo "FAIL: $name, $how: $*"
	exit 1
}

run() # ARGUMENT...
{
	if test "$how" = preloaded; then
		timeout 60 env LD_PRELOAD="$PIDEPOCH_PRELOAD" "$program" "$@"
	else
		timeout 60 "$program" "$@"
	fi
}

# status WANTED ARGUMENT...
status()
{
	wanted=$1
	shift
	run "$@" >"$TMPDIR/said" 2>&1
	got=$?
	test $got -eq "$wanted" || fail "$*: status $got, and not $wanted: $(cat "$TMPDIR/said")"
}

run_twice()
{
	how=built
	$CC -D_GNU_SOURCE -Wall -Wextra -Werror "$source" -o "$program" -I"$PIDEPOCH_SRCDIR/include" \
		-L"$PIDEPOCH_BUILDDIR/.libs" -lpidepoch -Wl,-rpath,"$PIDEPOCH_BUILDDIR/.libs" || fail "does not build"
	for how in linked preloaded; do
		run_scenario
	done
}
