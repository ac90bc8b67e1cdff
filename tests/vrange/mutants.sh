#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: a libvrange that is broken on purpose, in one line, is noticed by a test.
#
# Each row: the test that must fail, the file, what is there, what comes in its place.
set -u

work=$TMPDIR/mutants
tests=$PIDEPOCH_SRCDIR/tests/vrange
bad=0
tried=0
turn=0
mkdir "$work" || exit 99

# build TEST: the copy of the library and this test, in one program
build()
{
	# shellcheck disable=SC2086 # CC is a list of words
	$CC -std=gnu11 -D_GNU_SOURCE -O1 -w -pthread -I"$PIDEPOCH_SRCDIR/include" -I"$work/src" \
		-I"$PIDEPOCH_SRCDIR/src" "$tests/$1.c" "$tests/pressure.c" "$work"/src/vrange/*.o -o "$work/$1"
}

# compile FILE...: of the copy
compile()
{
	for file; do
		# shellcheck disable=SC2086
		$CC -std=gnu11 -D_GNU_SOURCE -O1 -w -I"$PIDEPOCH_SRCDIR/include" -I"$work/src" \
			-I"$PIDEPOCH_SRCDIR/src" -c "$file" -o "${file%.c}.o" || return 1
	done
}

run() # TEST
{
	build "$1" || exit 99
	timeout 60 "$work/$1" >"$work/log" 2>&1
}

# replace FILE FROM TO: in the copy; FROM must be there
replace()
{
	FROM=$2 TO=$3 awk '
		BEGIN { from = ENVIRON["FROM"]; to = ENVIRON["TO"] }
		!done && (at = index($0, from)) {
			$0 = substr($0, 1, at - 1) to substr($0, at + length(from)); done = 1 }
		{ print }
		END { exit !done }' "$work/src/vrange/$1" >"$work/new" && mv "$work/new" "$work/src/vrange/$1"
}

is_due()
{
	turn=$((turn + 1))
	test -z "${PIDEPOCH_QUICK:-}" || test $((turn % 3)) -eq 1
}

# mutate TEST FILE FROM TO
mutate()
{
	is_due || return 0
	tried=$((tried + 1))
	cp "$work/src/vrange/$2" "$work/original"
	if replace "$2" "$3" "$4" && compile "$work/src/vrange/$2"; then
		run "$1"
		status=$?
		case $status in
		0 | 77)
			echo "NOT NOTICED by $1, status $status: $2: $3 -> $4"
			bad=$((bad + 1))
			;;
		esac
	else
		echo "NOT THERE in $2: $3"
		bad=$((bad + 1))
	fi
	cp "$work/original" "$work/src/vrange/$2"
	compile "$work/src/vrange/$2"
}

mkdir -p "$work/src/vrange"
cp "$PIDEPOCH_SRCDIR"/src/vrange/*.[ch] "$work/src/vrange/"
chmod -R u+w "$work/src"
cp "$PIDEPOCH_SRCDIR/src/core/text.c" "$PIDEPOCH_SRCDIR/src/core/memory/arena.c" "$work/src/vrange/"
# shellcheck disable=SC2086
$CC -c "$PIDEPOCH_SRCDIR/src/vrange/arch/$(uname -m)/syscall.S" -o "$work/src/vrange/syscall.o" || exit 99
compile "$work"/src/vrange/*.c || exit 99
for test in ranges forks objects files model; do
	run $test
	case $? in
	0) ;;
	77) cat "$work/log"; exit 77 ;;
	*) cat "$work/log"; echo "unbroken, yet $test fails"; exit 1 ;;
	esac
done

mutate ranges mark.c 'error ? error : each_gap(st, part, register_gap, arg);' '0;'
mutate ranges mark.c 'error = vr_kernel_unregister(vr_state_uffd(st), part);' 'error = 0;'
mutate ranges mark.c 'vr_kernel_populate_write(run);' '0;'
mutate ranges mark.c 'int error = each_gap(st, part, fill, arg);' 'int error = 0;'
mutate ranges mark.c '		abandon_part(st, part, arg);' '		;'
mutate ranges mark.c '		unregister_gap(st, s, NULL);' '		;'
mutate ranges mark.c 'keep || vr_kernel_drop(part) != 0' 'keep'
mutate ranges mark.c 'if (is_registered(st, one) == 0)' 'if (0)'
mutate ranges mark.c 'each_entry(st, s, forget_if_stale, NULL);' '0;'
mutate ranges move.c 'register_moved(st, &e);' ';'
mutate ranges state.c 'st->ledger.entry[i].flags |= VR_LEDGER_LOST;' ';'
mutate ranges ledger.c 'if (at < to && l->entry[to - 1].span.end > s.end) {' 'if (0) {'
mutate forks state.c '	register_all(&state);' '	;'
mutate forks state.c 'vr_mark_verify(st);' ';'
mutate forks mark.c 'if (st->forked)' 'if (0)'
mutate forks state.c 'if (unlikely(!o->alive)) {' 'if (0) {'
mutate model mark.c 'keep_survivors(st, part);' ';'
mutate model mark.c 'st->ledger, s);' 'st->ledger, s); e = NULL;'
mutate model ledger.c 'e.span = part;' ';'
mutate objects objects.c 'vr_kernel_is_registered(uffd, o->span) == 1;' '1;'
mutate objects objects.c 'if (vr_mark_dirty(st, o->span) != 0)' 'if (0)'
mutate objects objects.c 'while (all->listed.bytes > all->cap)' 'while (0)'
mutate objects objects.c 'error = vr_kernel_zero_fill(uffd, o->span);' ';'
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
mutate files file.c 'punch(st, part->fd, &part->key, e);' ';'
mutate files mark.c 'u->lost |= result == 1;' ';'

echo "$tried mutants, $bad not noticed"
exit $((bad != 0))
