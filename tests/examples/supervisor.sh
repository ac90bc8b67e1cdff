#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Ten thousand workers under ulimit -n 1024: those that end are replaced, each end is reported once,
# and all are stopped.
. "$(dirname "$0")/../support/example.sh"

workers=10000
test -z "${PIDEPOCH_QUICK:-}" || workers=1000
ulimit -n 1024
skip()
{
	echo "skip: $*"
	exit 77
}

most=$(awk '/^Max processes/ { print $3 }' /proc/self/limits)
test "$most" = unlimited || test "$most" -gt 12000 || skip "$most processes are allowed"

line() # the next one of the supervisor
{
	read -r said <&3 || fail "ended early"
}

# a supervisor that hangs would keep its workers
end()
{
	test -z "${supervisor:-}" || kill -TERM "$supervisor" 2>/dev/null
}
trap end EXIT

run_scenario()
{
	rm -f "$TMPDIR/lines"
	mkfifo "$TMPDIR/lines"
	library=
	test "$how" = linked || library=$PIDEPOCH_PRELOAD
	env ${library:+"LD_PRELOAD=$library"} "$program" $workers 3 >"$TMPDIR/lines" &
	supervisor=$!
	exec 3<"$TMPDIR/lines"
	line
	test "$said" = "$workers started" || fail "said $said"
	descriptors=$(ls "/proc/$supervisor/fd" | wc -l)
	test "$descriptors" -lt 10 || fail "$descriptors descriptors"

	for n in 3 500 900; do
		subject=$(cut -d' ' -f$n "/proc/$supervisor/task/$supervisor/children")
		kill -KILL "$subject"
		line
		test "$said" = "$subject ended" || fail "$subject was killed, and not: $said"
	done
	kill -TERM $supervisor
	line
	test "$said" = "all $((workers + 3)) ended" || fail "said $said"
	wait $supervisor || fail "status $?"
	supervisor=
	exec 3<&-
}
run_twice
