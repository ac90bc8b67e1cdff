#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: a libvrange that is broken on purpose, in one line, is noticed by a test.
#
# Each row: the test that must fail, the file, what is there, what comes in its place.
set -u

work=$TMPDIR/mutants
sources=$PIDEPOCH_SRCDIR/src
tests=$PIDEPOCH_SRCDIR/tests/vrange
lanes=2
mkdir -p "$work/library" "$work/test" || exit 99

# the first failure ends a test
export VRANGE_TEST_STOP=1

# compile SOURCE OBJECT
compile()
{
	# shellcheck disable=SC2086 # CC is a list of words
	$CC -std=gnu11 -D_GNU_SOURCE -O1 -w -pthread -I"$PIDEPOCH_SRCDIR/include" -I"$sources" -c "$1" -o "$2"
}

# run TEST [MUTANT-OBJECT]: the test with the library, whose object of that name is replaced
run()
{
	set -- "$1" "$work/library/${2:-none}" ${2:+"$PWD/$2"}
	objects=
	for each in "$work"/library/*.o; do
		test "$each" = "$2" || objects="$objects $each"
	done
	# shellcheck disable=SC2086
	$CC -pthread "$work/test/$1.o" "$work/test/pressure.o" $objects ${3:+"$3"} -o "$1" || exit 99
	timeout 60 "./$1" >log 2>&1
}

# replace FILE FROM TO: a copy in this folder; FROM must be there
replace()
{
	FROM=$2 TO=$3 awk '
		BEGIN { from = ENVIRON["FROM"]; to = ENVIRON["TO"] }
		!done && (at = index($0, from)) {
			$0 = substr($0, 1, at - 1) to substr($0, at + length(from)); done = 1 }
		{ print }
		END { exit !done }' "$sources/vrange/$1" >"$1"
}

# An ordinary user's userfaultfd has no events of forks and not all kinds of faults: what handles
# them is not in use then.
is_in_use() # TEST
{
	test "$(id -u)" -eq 0 || case $1 in forks | objects) return 1 ;; esac
}

is_due() # TEST
{
	is_in_use "$1" || return 1
	turn=$((turn + 1))
	test $((turn % lanes)) -eq "$lane" || return 1
	test -z "${PIDEPOCH_QUICK:-}" || test $((turn % 3)) -eq 1
}

# mutate TEST FILE FROM TO
mutate()
{
	is_due "$1" || return 0
	object=${2%.c}.o
	if ! replace "$2" "$3" "$4" || ! compile "$2" "$object"; then
		echo "NOT THERE in $2: $3"
		bad=$((bad + 1))
		return
	fi
	run "$1" "$object"
	status=$?
	tried=$((tried + 1))
	case $status in
	0 | 77)
		echo "NOT NOTICED by $1, status $status: $2: $3 -> $4"
		bad=$((bad + 1))
		;;
	esac
	rm -f "$object"
}

for file in "$sources"/vrange/*.c "$sources/core/text.c" "$sources/core/maps.c" "$sources/core/memory/arena.c"; do
	compile "$file" "$work/library/$(basename "$file" .c).o" || exit 99
done
# shellcheck disable=SC2086
$CC -c "$sources/vrange/arch/$(uname -m)/syscall.S" -o "$work/library/syscall.o" || exit 99
compile "$tests/pressure.c" "$work/test/pressure.o" || exit 99
cd "$work" || exit 99
purger=yes locks=yes
for test in ranges forks objects files model bad_input steps; do
	compile "$tests/$test.c" "$work/test/$test.o" || exit 99
	run $test
	case $? in
	0) ;;
	77) cat log; exit 77 ;;
	*) cat log; echo "unbroken, yet $test fails"; exit 1 ;;
	esac
	! grep -q '^left out: the purger' log || purger=no
	! grep -q '^left out: mlockall' log || locks=no
done

# Without a memory cgroup, files leaves the purger out.
purger_mutants()
{
	mutate files file.c 'if (left < LOW)' 'if (0)'
	mutate files file.c ' && files->marked < UNSEEN' ''
	mutate files file.c 'files->marked += bytes;' 'files->marked = bytes;'
}

mutants()
{
	mutate ranges mark.c 'error ? error : vr_walk_gaps(st, part, register_gap, arg);' '0;'
	mutate ranges unmark.c 'vr_kernel_unregister(vr_state_uffd(st), part) == -ENOMEM' '0'
	mutate ranges unmark.c 'vr_kernel_populate_write(run);' '0;'
	mutate ranges mark.c 'int error = vr_walk_gaps(st, part, fill, arg);' 'int error = 0;'
	mutate ranges mark.c '		abandon_part(st, part, arg);' '		;'
	mutate ranges mark.c '		unregister_gap(st, s, NULL);' '		;'
	mutate ranges unmark.c 'keep || vr_kernel_drop(part) != 0' 'keep'
	mutate ranges stale.c 'if (is_registered(st, one) == 0)' 'if (0)'
	mutate ranges stale.c 'vr_walk_entries(st, s, forget_part, NULL);' ';'
	mutate ranges mark.c 'error = begin_part(st, s, NULL);' 'error = 0 * begin_part(st, s, NULL);'
	mutate ranges move.c 'register_moved(st, &e);' ';'
	mutate ranges state.c 'st->ledger.entry[i].flags |= VR_LEDGER_LOST;' ';'
	mutate ranges ledger.c 'if (at < to && l->entry[to - 1].span.end > s.end) {' 'if (0) {'
	mutate forks state.c '	register_all(&state);' '	;'
	mutate forks state.c 'vr_stale_before_fork(st);' ';'
	mutate forks mark.c 'if (shared)' 'if (0)'
	mutate forks state.c 'if (unlikely(!o->alive)) {' 'if (0) {'
	mutate model unmark.c '		keep_survivors(st, part);' ';'
	mutate model walk.c 'st->ledger, s);' 'st->ledger, s); e = NULL;'
	mutate model ledger.c 'e.span = part;' ';'
	mutate objects objects.c 'vr_kernel_is_registered(uffd, o->span) == 1;' '1;'
	mutate objects objects.c 'if (vr_mark_dirty(st, o->span) != 0)' 'if (0)'
	mutate objects objects.c 'while (all->listed.bytes > all->cap)' 'while (0)'
	mutate objects objects.c 'error = fill_missing(st, uffd, o->span);' ';'
	mutate objects objects.c 'return large ?' 'return 0 ?'
	mutate objects objects.c 'o->forks != st->forks' '0'
	mutate objects objects.c 'if (word & VR_OBJECT_REFERENCED)' 'if (0)'
	mutate objects object.c 'give_up(o);' ';'
	export VRANGE_FORCE_OLD=userfaultfd
	mutate objects witness.c 'lost += VR_PAGE;' ';'
	unset VRANGE_FORCE_OLD
	mutate objects state.c 'vr_objects_adopt(st, true);' ';'
	mutate objects state.c 'vr_objects_adopt(st, false);' ';'
	mutate files file.c 'm.inode == key->inode' '1'
	mutate files shared.c 'error ? error : lost;' 'error;'
	mutate files shared.c '|| e->state == VR_EXTENT_VOLATILE)' '|| 1)'
	mutate files shared.c '(st.st_mode & 077)' '0'
	mutate files shared.c 'st.st_size == sizeof(struct vr_shared) ? 1 : -EBADMSG' '1'
	mutate files shared.c 'carry_over(was, place->at);' ';'
	mutate files shared.c 'e->state != VR_EXTENT_VOLATILE && i < l->count' '0'
	mutate files robust.c 'is_whole(r) ?' '1 ?'
	mutate files file.c 'punch(st, part->fd, &part->key, e);' ';'
	mutate files unmark.c 'u->lost |= result == 1;' ';'
	mutate steps file.c '	e->state = VR_EXTENT_PURGING;' '	;'
	test $purger = no || purger_mutants
	test $locks = no || mutate bad_input objects.c 'memset((void *)o->span.start, 0,' 'memset((void *)o->span.start, 5,'
	mutate bad_input mapped.c 'vr_kernel_is_special(part)' '0'
	mutate bad_input mapped.c 'return vr_file_can_mark(st, &f);' 'return 0;'
	mutate bad_input shared.c 'return d.full ? -ENOSPC : 0;' ';'
	mutate bad_input mark.c 'if (st->forks && vr_kernel_is_locked(s))' 'if (0)'
	mutate bad_input state.c 'if (vr_kernel_can_free() != 0)' 'if (0)'
	mutate bad_input mark.c 'error = vr_walk_mappings(st, s, &files);' ';'
}

# lane NUMBER: every so manieth mutant, in a folder of its own
lane()
{
	lane=$1 turn=0 tried=0 bad=0
	mkdir "$work/lane$lane" && cd "$work/lane$lane" || exit 99
	mutants
	echo "$tried mutants, $bad not noticed"
	exit $((bad != 0))
}

failed=0
(lane 0) &
first=$!
(lane 1) || failed=1
wait $first || failed=1
exit $failed
