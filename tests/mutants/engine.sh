#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: whoever drops a step of the reap protocol is told so by the storm of
# tests/stress/kill_and_reap.c.
#
# Each row breaks one line of a copy of the engine, in which threads are held up for a round of the
# numbers where the protocol has to bear it. Unbroken, that copy must pass. What no storm shows for
# sure, the order of DEAD and the expired entry and the look before the publication among it, is
# shown by tests/model/run-slot-model.sh.
set -u

test "$(uname -m)" = x86_64 || { echo "skip: the copy is built by hand, for x86-64 only"; exit 77; }
work=${TMPDIR:-/tmp}/mutants-engine.$$
trap 'rm -rf "$work"' EXIT
mkdir "$work" || exit 99
storm=$PIDEPOCH_BUILDDIR/tests/stress/kill_and_reap
export PIDEPOCH_LOG=/dev/null
unset PIDEPOCH_FORCE_OLD
bad=0
tried=0
turn=0

# replace FILE FROM TO: in the copy; FROM must be there
replace()
{
	FROM=$2 TO=$3 awk '
		BEGIN { from = ENVIRON["FROM"]; to = ENVIRON["TO"] }
		!done && (at = index($0, from)) {
			$0 = substr($0, 1, at - 1) to substr($0, at + length(from)); done = 1 }
		{ print }
		END { exit !done }' "$work/src/core/$1" >"$work/new" && mv "$work/new" "$work/src/core/$1"
}

fresh_copy()
{
	rm -rf "$work/src" "$work/preload"
	cp -R "$PIDEPOCH_SRCDIR/src" "$PIDEPOCH_SRCDIR/preload" "$work" && chmod -R u+w "$work/src" &&
		rm "$work/src/lib/linked.c" # the other library's
}

# One call in so many is held up before its hold is published, and between the look at the slot and
# the gate; a birth before it is recorded.
hold_ups()
{
	replace sys.h 'static inline int pe_sys_sched_yield(void)' 'static inline void hold_up(void)
{
	static _Atomic unsigned int calls;
	struct timespec t = { .tv_nsec = 20000000 };

	if (atomic_fetch_add(&calls, 1) % 61 == 0)
		while (pe_sys2(SYS_nanosleep, (long)&t, (long)&t) != 0)
			;
}

static inline int pe_sys_sched_yield(void)' &&
		replace engine/guard.c '	h = pe_hold_publish(' '	hold_up(); h = pe_hold_publish(' &&
		replace engine/guard.c '	return act(' '	hold_up(); return act(' &&
		replace engine/birth.c '		mask = pe_frame_lock(p);' '		hold_up(); mask = pe_frame_lock(p);'
}

build()
{
	# shellcheck disable=SC2086 # CC is a list of words
	$CC -shared -fPIC -std=gnu11 -D_GNU_SOURCE -DPACKAGE_VERSION='"0"' -O1 -w -fvisibility=hidden \
		-ftls-model=initial-exec -fno-stack-protector -U_FORTIFY_SOURCE \
		-I"$work/src" -I"$PIDEPOCH_SRCDIR/include" -I"$PIDEPOCH_BUILDDIR" \
		"$work"/preload/*.c "$work"/src/lib/*.c "$work"/src/core/*.c "$work"/src/core/*/*.c \
		"$work"/preload/arch/*.c "$work"/preload/arch/x86_64/*.S "$work"/src/core/arch/x86_64/*.S -Wl,-z,now -Wl,-z,nodelete \
		-Wl,--version-script="$work/src/lib/libpidepoch.map" \
		-Wl,--version-script="$work/preload/spawn-x86_64.map" -o "$work/broken.so" || exit 99
}

# A second run of the tests has every third mutant.
is_due()
{
	turn=$((turn + 1))
	test -z "${PIDEPOCH_QUICK:-}" || test $((turn % 3)) -eq 1
}

# mutate FILE FROM TO
mutate()
{
	is_due || return 0
	tried=$((tried + 1))
	fresh_copy
	if ! { replace "$@" && hold_ups; }; then
		echo "NOT THERE in $1: $2"
		bad=$((bad + 1))
		return
	fi
	build
	timeout -s KILL 60 "$storm" "$work/broken.so" 400000 >"$work/log" 2>&1
	status=$?
	# 1: the storm counted something wrong. A crash or a hang would be no proof of what is
	# looked for.
	if [ $status -ne 1 ]; then
		echo "NOT NOTICED (status $status): $1: $2 -> $3"
		bad=$((bad + 1))
	fi
	cat "$work/log"
}

fresh_copy
hold_ups || { echo "the places to be held up at have moved"; exit 1; }
build
timeout -s KILL 60 "$storm" "$work/broken.so" 20000
status=$?
test $status -ne 77 || exit 77
test $status -eq 0 || { echo "unbroken, yet the storm fails: $status"; exit 1; }

mutate engine/reap.c '	pe_hold_drain(&p->records, t, k->index);' '	;'
mutate engine/release.c '	pe_hold_kill_own(&p->records, t, k->index);' '	;'
mutate engine/guard.c 'pe_hold_dead(h)' '&(const uint32_t){ 0 }'
mutate engine/guard.c 'if (unlikely(open != 0))' 'if (0)'
mutate engine/guard.c 'pe_identity_is_child(pid);' '0;'
mutate engine/birth.c 'if (unlikely(atomic_load(&p->early_reaps) != b->early_reaps))' 'if (0)'

echo "$tried mutants, $bad not noticed"
exit $((bad != 0))
