#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: ThreadSanitizer finds no race where threads meet in the tree and the arena, and finds
# each of those put in.
set -u

work=${TMPDIR:-/tmp}/tree-tsan.$$
trap 'rm -rf "$work"' EXIT
mkdir "$work" || exit 99
tests=$PIDEPOCH_SRCDIR/tests
stores=20000
test -z "${PIDEPOCH_QUICK:-}" || stores=5000
export TSAN_OPTIONS="halt_on_error=0 exitcode=66" CK_FORK=no
bad=0

echo 'int main(void) { return 0; }' >"$work/try.c"
# shellcheck disable=SC2086 # CC is a list of words
if ! $CC -fsanitize=thread "$work/try.c" -o "$work/try" 2>/dev/null || ! "$work/try"; then
	echo "skipped: $CC has no ThreadSanitizer that runs here"
	exit 77
fi
check=$(pkg-config --cflags --libs check 2>/dev/null) || { echo "skipped: the arena's threads are Check's"; exit 77; }

# build NAME SOURCE: with the copy of the engine
build()
{
	# shellcheck disable=SC2086 # CC and check are lists of words
	$CC -std=gnu11 -D_GNU_SOURCE -g -O1 -w -fsanitize=thread -I"$work" "$2" \
		"$work/core/memory/tree.c" "$work/core/memory/arena.c" -o "$work/$1" -pthread $check || exit 99
}

tree()
{
	build tree_readers "$tests/stress/tree_readers.c"
	timeout 120 "$work/tree_readers" $stores >"$work/log" 2>&1
}

arena()
{
	build test_arena "$tests/unit/test_arena.c"
	timeout 120 "$work/test_arena" >"$work/log" 2>&1
}

fresh_copy()
{
	rm -rf "$work/core"
	cp -R "$PIDEPOCH_SRCDIR/src/core" "$work/core" && chmod -R u+w "$work/core"
}

# race NAME FILE LINE FROM: FROM becomes relaxed in that line and the two that follow; the race must
# be found
race()
{
	tried=$((tried + 1))
	fresh_copy
	sed "/$3/,+2s/memory_order_$4/memory_order_relaxed/" "$work/core/$2" >"$work/new"
	if cmp -s "$work/new" "$work/core/$2"; then
		echo "NOT THERE in $2: $3"
		bad=1
		return
	fi
	cp "$work/new" "$work/core/$2"
	if "$1" || ! grep -q 'data race' "$work/log"; then
		echo "NOT NOTICED in $2: no $4 at $3"
		bad=1
	fi
}

tried=0
fresh_copy
tree || { cat "$work/log"; exit 1; }
cat "$work/log"
arena || { cat "$work/log"; exit 1; }
tail -1 "$work/log"

race tree memory/tree.c 'store_explicit(at, slot' release
race arena memory/arena.c 'exchange_explicit(&a->freed, 0' acquire
race arena memory/arena.c '&a->freed, &newest, index' release

test $bad -eq 0 && echo "$tried races put in and found"
exit $bad
