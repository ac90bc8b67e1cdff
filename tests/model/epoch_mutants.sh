#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One promise: a broken comparison of the clock or of a verdict makes a test fail. Each row breaks
# one line of a copy of the engine; each test named in it must then fail.
set -u

core=$PIDEPOCH_SRCDIR/src/core
tests=$PIDEPOCH_SRCDIR/tests
work=${TMPDIR:-/tmp}/mutants.$$
trap 'rm -rf "$work"' EXIT
mkdir "$work" || exit 99

if check=$(pkg-config --cflags --libs check 2>/dev/null); then
	have_check=yes
else
	have_check=
	echo "Check was not found: only what epoch_sim notices is tried"
fi

# build TEST: from the copy in $work
build() {
	case $1 in
	epoch_sim) source=$tests/model/epoch_sim.c libs= ;;
	*) source=$tests/unit/$1.c libs=$check ;;
	esac
	# shellcheck disable=SC2086 # CC and the libraries are lists of words
	$CC -std=gnu11 -D_GNU_SOURCE -O1 -I"$PIDEPOCH_SRCDIR/include" -I"$work" "$source" \
		"$work/core/time/clock.c" "$work/core/frame/verdict.c" "$work/core/text.c" -o "$work/$1" $libs
}

fails() {
	! timeout 60 "$work/$1" >"$work/log" 2>&1
}

bad=0
tried=0
turn=0
copied() {
	rm -rf "$work/core"
	cp -R "$core" "$work/core" && chmod -R u+w "$work/core"
}

# A second run of the tests has every third mutant.
is_due()
{
	turn=$((turn + 1))
	test -z "${PIDEPOCH_QUICK:-}" || test $((turn % 3)) -eq 1
}

# mutate FILE FROM TO TEST...: FROM must occur exactly once
mutate() {
	is_due || return 0
	file=$work/core/$1 from=$2 to=$3
	shift 3
	copied || exit 99
	FROM=$from TO=$to awk '
		BEGIN { from = ENVIRON["FROM"]; to = ENVIRON["TO"] }
		(at = index($0, from)) { $0 = substr($0, 1, at - 1) to substr($0, at + length(from)); n++ }
		{ print }
		END { exit n != 1 }' "$file" >"$work/mutant" || {
		echo "NOT ONCE in ${file##*/}: $from"
		bad=$((bad + 1))
		return
	}
	mv "$work/mutant" "$file"
	for test; do
		[ "$test" = epoch_sim ] || [ "$have_check" ] || continue
		build "$test" || exit 99
		tried=$((tried + 1))
		fails "$test" && continue
		echo "NOT NOTICED by $test: $from -> $to"
		bad=$((bad + 1))
	done
}

# The unbroken engine must pass: otherwise nothing below is a proof.
copied || exit 99
for test in epoch_sim ${have_check:+test_clock test_clock_laps test_verdict}; do
	build "$test" || exit 99
	if fails "$test"; then
		cat "$work/log"
		echo "$test fails as it is"
		exit 1
	fi
done

# S1, S13: eps
mutate time/clock.h 'pid <= pe_clock_cursor(t)' 'pid < pe_clock_cursor(t)' epoch_sim test_clock
mutate time/clock.h 'pid <= pe_clock_cursor(t)' 'pid >= pe_clock_cursor(t)' epoch_sim test_clock
mutate time/clock.h '? lap : lap - 1' '? lap : lap' epoch_sim test_clock
mutate time/clock.h '? lap : lap - 1' '? lap : lap - 2' epoch_sim test_clock
mutate time/clock.h '? lap : lap - 1' '? lap - 1 : lap - 1' epoch_sim test_clock
mutate time/clock.h ' || lap == 0' '' test_clock
# clock.3: laps
mutate time/clock.c 'pid > pe_clock_cursor(t) ? lap' 'pid >= pe_clock_cursor(t) ? lap' test_clock
mutate time/clock.c '? lap : lap + 1' '? lap : lap' epoch_sim test_clock test_clock_laps
mutate time/clock.c '? lap : lap + 1' '? lap : lap + 2' epoch_sim test_clock
mutate time/clock.c 'pe_clock_time t = after(before, pid)' 'pe_clock_time t = after(pe_clock_now(c), pid)' test_clock
# clock.4: a fork that slept through a lap
mutate time/clock.c ' && pe_clock_lap(t) > tagged' '' test_clock test_clock_laps
mutate time/clock.c 'pe_clock_lap(t) > tagged' 'pe_clock_lap(t) >= tagged' test_clock
mutate time/clock.c 'pe_clock_lap(t) > known && ' '' test_clock test_clock_laps
mutate time/clock.c 'pe_clock_lap(t) > known' 'pe_clock_lap(t) >= known' test_clock
mutate time/clock.c 't = after(now, pid); /* clock.4' 't = after(before, pid) + 1; /*' test_clock
mutate time/clock.c 'lift(&c->given, now)' 'lift(&c->given, 0)' test_clock
# clock.2, clock.7, the kernel's cursor
mutate time/clock.c 'seen < to' 'seen != to' test_clock
mutate time/clock.c 'pe_clock_lap(start) == 0' 'pe_clock_lap(start) == 1' test_clock
mutate time/clock.c 'cursor != pe_clock_cursor(before)' 'cursor != 0' epoch_sim test_clock
mutate time/clock.c 'value > PE_CLOCK_CURSOR_MASK' 'value > PE_CLOCK_CURSOR_MASK + 1' test_clock
# verdict.1: S2
mutate frame/verdict.c 'r->epoch > current' 'r->epoch > current + 1' test_verdict
mutate frame/verdict.c 'r->epoch > current' 'r->epoch >= current' epoch_sim test_verdict
mutate frame/verdict.c 'PE_HOLDER_OWN_CHILD && r->birth <= r->epoch' 'PE_HOLDER_OWN_CHILD && r->birth < r->epoch' epoch_sim test_verdict
mutate frame/verdict.c 'PE_HOLDER_OWN_CHILD && r->birth <= r->epoch' 'PE_HOLDER_OWN_CHILD' epoch_sim test_verdict
mutate frame/verdict.c 'r->epoch + 1 < current' 'r->epoch < current' epoch_sim test_verdict
mutate frame/verdict.c 'r->epoch + 1 < current' 'r->epoch + 2 < current' test_verdict
mutate frame/verdict.c 'r->epoch + 1 < current' 'false' test_verdict
mutate frame/verdict.c 'return r->birth <= r->epoch' 'return r->birth < r->epoch' epoch_sim test_verdict
mutate frame/verdict.c 'return r->birth <= r->epoch' 'return r->birth <= r->epoch + 1' epoch_sim test_verdict
mutate frame/verdict.c 'return r->epoch == current ? -ESRCH' 'return r->epoch != current ? -ESRCH' test_verdict
mutate frame/verdict.c 'r->epoch == current && r->no_lap_missed' 'r->epoch == current' epoch_sim test_verdict
mutate frame/verdict.c 'r->epoch == current && r->no_lap_missed' 'r->no_lap_missed' epoch_sim test_verdict
mutate frame/verdict.c 'ahead <= INT32_MAX' 'ahead < INT32_MAX' test_verdict
mutate frame/verdict.c 'behind > lap' 'behind >= lap' test_verdict
# verdict.2, verdict.4, verdict.5: S10
mutate frame/verdict.c 'if (!released(u->knowledge))' 'if (u->knowledge == PE_KNOWN_NOTHING)' test_verdict
mutate frame/verdict.c ' || k == PE_KNOWN_INHERITED' '' test_verdict
mutate frame/verdict.c 'v.relearned = u->own_child_now' 'v.relearned = u->own_child_now && u->held' test_verdict
mutate frame/verdict.c 'u->held || u->policy == PE_POLICY_REPORT' 'u->held' test_verdict
mutate frame/verdict.c 'if (u->knowledge == PE_KNOWN_INHERITED)' 'if (0)' test_verdict
mutate frame/verdict.c ' && !u->related' '' test_verdict
mutate frame/verdict.c 'if (u->policy == PE_POLICY_REPORT)' 'if (0)' test_verdict
mutate frame/verdict.c 'u->held && u->policy == PE_POLICY_ABORT' 'u->policy == PE_POLICY_ABORT' test_verdict

echo "$tried broken builds, $bad not noticed"
[ $bad -eq 0 ]
