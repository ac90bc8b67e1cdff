#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: a dropped step of the reap protocol is noticed by the storm of
# tests/stress/kill_and_reap.c, and a dropped repetition of token.7 by
# tests/supervisor/both_killed.sh.
#
# Each row breaks one line of a copy of the engine, in which threads are delayed for one lap of the
# pids where the protocol has to tolerate it. Unbroken, that copy must pass. A storm does not find
# every fault for certain: the order of DEAD and of the expired entry, for instance, or a look
# before the publication. tests/model/run-slot-model.sh finds these.
set -u

test "$(uname -m)" = x86_64 || { echo "skip: the copy is built by hand, for x86-64 only"; exit 77; }
work=${TMPDIR:-/tmp}/mutants-engine.$$
trap 'rm -rf "$work"' EXIT
mkdir "$work" || exit 99
export PIDEPOCH_LOG=/dev/null
unset PIDEPOCH_FORCE_OLD
# the protocol by itself
export PIDEPOCH_EVIDENCE=off
bad=0
tried=0

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

copy()
{
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
		replace engine/guard.c '	return u->group ?' '	hold_up(); return u->group ?' &&
		replace engine/birth.c '		mask = pe_frame_lock(p);' '		hold_up(); mask = pe_frame_lock(p);'
}

flags="-fPIC -std=gnu11 -D_GNU_SOURCE -include $work/version.h -O1 -w -fvisibility=hidden
	-ftls-model=initial-exec -fno-stack-protector -U_FORTIFY_SOURCE
	-I$work/src -I$PIDEPOCH_SRCDIR/include -I$PIDEPOCH_BUILDDIR"
export flags CC

# sources: of the copy
sources()
{
	find "$work/preload" "$work/src/lib" "$work/src/core" ! -path '*/libc/musl/*' -name '*.c' -o -path '*/x86_64/*.S'
}

# compile: the sources on standard input, each into an object beside it
compile()
{
	# shellcheck disable=SC2016 # $CC, $flags and $1 are the inner shell's
	xargs -n 1 -P 2 sh -c '$CC $flags -c "$1" -o "$1.o"' compile || exit 99
}

link()
{
	# shellcheck disable=SC2046,SC2086 # lists of words
	$CC -shared $(sources | sed 's/$/.o/') -Wl,-z,now -Wl,-z,nodelete \
		-Wl,--version-script="$work/src/lib/libpidepoch.map" \
		-Wl,--version-script="$work/preload/spawn-x86_64.map" -o "$work/broken.so" || exit 99
}

# storm SIGNALS: under the copy
storm()
{
	link
	timeout -s KILL 240 "$PIDEPOCH_BUILDDIR/tests/stress/kill_and_reap" "$work/broken.so" "$1"
}

# without_supervisor: both_killed.sh under the copy
without_supervisor()
{
	link
	rm -rf "$work/installed" "$work/tmp"
	mkdir "$work/installed" "$work/tmp"
	cp "$work/broken.so" "$work/installed/libpidepoch-preload.so" || exit 99
	TMPDIR=$work/tmp timeout -s KILL 120 \
		"$PIDEPOCH_SRCDIR/tests/supervisor/both_killed.sh" "$work/installed"
}

# break_lines FILE FROM TO...: each FROM in the copy becomes the TO behind it
break_lines()
{
	broken=$1
	shift
	while test $# -gt 0; do
		replace "$broken" "$1" "$2" || return
		shift 2
	done
}

# judge WHAT: the trial must fail. 1: something was wrong. A crash or a hang would prove nothing.
judge()
{
	$trial >"$work/log" 2>&1
	status=$?
	cat "$work/log"
	if [ $status -ne 1 ]; then
		echo "NOT NOTICED (status $status): $*"
		bad=$((bad + 1))
	fi
}

# mutate FILE FROM TO...: one part of the copy, and back again. $compiled: what is compiled again,
# if not the file; $trial: what must notice it
compiled=
trial='storm 400000'
mutate()
{
	file=$work/src/core/$1
	source=$work/src/core/${compiled:-$1}
	tried=$((tried + 1))
	cp "$file" "$work/whole.c" && cp "$source.o" "$work/whole.o" || exit 99
	if break_lines "$@"; then
		echo "$source" | compile
		judge "$1: $2 -> $3"
	else
		echo "NOT THERE in $1: $2"
		bad=$((bad + 1))
	fi
	mv "$work/whole.c" "$file" && mv "$work/whole.o" "$source.o"
}

# token.7
mutate_repetitions()
{
	without_supervisor
	case $? in
	0) ;;
	77) return ;;
	*) echo "unbroken, yet both_killed.sh fails"; exit 1 ;;
	esac
	trial=without_supervisor
	compiled=engine/act.c
	mutate engine/act.h 'if (likely(n != -ENOSYS) ||' 'if (true ||'
	compiled=
	mutate engine/guard.c 'return likely(n != -ENOSYS) ? n :' 'return true ? n :'
	compiled=engine/reap.c
	mutate sys.h 'if (n == -ENOSYS && token)' 'if (false)'
	mutate sys.h '		n = pe_sys6(SYS_waitid,' '		if (false) n = pe_sys6(SYS_waitid,'
}

echo '#define PACKAGE_VERSION "0"' >"$work/version.h"
copy
hold_ups || { echo "the places to be held up at have moved"; exit 1; }
sources | compile
storm 20000
status=$?
test $status -ne 77 || exit 77
test $status -eq 0 || { echo "unbroken, yet the storm fails: $status"; exit 1; }

mutate engine/reap.c '	pe_hold_drain(&p->records, t, k->index);' '	;'
mutate engine/release.c '	pe_hold_kill_own(&p->records, t, k->index);' '	;'
mutate engine/guard.c 's, &u->call, pe_hold_dead(h))' 's, &u->call, &(const uint32_t){ 0 })'
mutate engine/guard.c 'if (unlikely(open != 0))' 'if (0)'
# a child that the engine takes for released: three looks find it
mutate engine/guard.c 'pe_identity_is_child(pid);' '0;' 'is_related(p, &use, pid);' 'false;' \
	'if (use.held)' 'if (0)'
mutate engine/birth.c 'if (unlikely(atomic_load(&p->early_reaps) != b->early_reaps))' 'if (0)'
mutate_repetitions

echo "$tried mutants, $bad not noticed"
exit $((bad != 0))
