#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: a test fails when the copy, the merge, the version or a bit of the tree's order is
# dropped.
#
# Each row breaks one line of a copy of tree.c or arena.c; the property test, the interleavings or
# the steps must then fail.
set -u

work=${TMPDIR:-/tmp}/mutants-tree.$$
trap 'rm -rf "$work"' EXIT
mkdir "$work" || exit 99
tests=$PIDEPOCH_SRCDIR/tests
bad=0
tried=0
turn=0

# replace FILE FROM TO [NTH]: in the copy; FROM must be there
replace()
{
	FROM=$2 TO=$3 NTH=${4:-1} awk '
		BEGIN { from = ENVIRON["FROM"]; to = ENVIRON["TO"] }
		(at = index($0, from)) && ++n == ENVIRON["NTH"] {
			$0 = substr($0, 1, at - 1) to substr($0, at + length(from)); done = 1 }
		{ print }
		END { exit !done }' "$work/core/$1" >"$work/new" && mv "$work/new" "$work/core/$1"
}

fresh_copy()
{
	rm -rf "$work/core"
	cp -R "$PIDEPOCH_SRCDIR/src/core" "$work/core" && chmod -R u+w "$work/core"
}

# Where a thread can be held up: see tree_interleave.c.
hold_ups()
{
	replace memory/tree.c '	atomic_store_explicit(hung_at, copy, memory_order_release);' \
		'	explore(0); atomic_store_explicit(hung_at, copy, memory_order_release);' &&
		replace memory/tree.c 'uint32_t seen = atomic_load_explicit(entry, memory_order_relaxed);' \
			'explore(1); uint32_t seen = atomic_load_explicit(entry, memory_order_relaxed);' 1 &&
		replace memory/tree.c '	uint32_t seen = atomic_load_explicit(entry, memory_order_relaxed);' \
			'	explore(1); uint32_t seen = atomic_load_explicit(entry, memory_order_relaxed);' 1 &&
		replace memory/tree.c '		if (index == 0)' '		explore(2); if (index == 0)' &&
		replace memory/tree.c '		if (epoch < PE_TREE_EPOCHS)' '		explore(3); if (epoch < PE_TREE_EPOCHS)' &&
		replace memory/tree.c '&e->state, 0, memory_order_release);' '&e->state, 0, memory_order_release); explore(4);' &&
		replace memory/tree.c '#include "core/memory/tree.h"' '#include "core/memory/tree.h"
extern void explore(int);'
}

# check NAME[:ARGUMENT]: build the copy with it; its exit status, which is 1 when something was
# noticed
check()
{
	argument=${1#*:}
	set -- "${1%%:*}"
	case $1 in
	property) source="$work/property.c $tests/libfuzzer/tree_model.c" ;;
	interleave) source=$tests/mutants/tree_interleave.c ;;
	steps) source=$tests/stress/tree_steps.c ;;
	esac
	# shellcheck disable=SC2086 # CC and the sources are lists of words
	$CC -std=gnu11 -D_GNU_SOURCE -O1 -w -I"$work" -I"$tests/libfuzzer" $source \
		"$work/core/memory/tree.c" "$work/core/memory/arena.c" -o "$work/$1" || exit 99
	timeout 120 "$work/$1" "$argument" >"$work/log" 2>&1
}

cat >"$work/property.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include "tree_model.h"
int main(void)
{
	static unsigned char data[4000];
	const char *wrong = NULL;
	for (unsigned int run = 0; !wrong && run < 200; run++) {
		srandom(run);
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (unsigned char)(random() >> 8);
		wrong = tree_model_run(data, sizeof(data));
	}
	puts(wrong ? wrong : "agrees");
	return wrong != NULL;
}
END

# A second run of the tests has every third mutant.
is_due()
{
	turn=$((turn + 1))
	test -z "${PIDEPOCH_QUICK:-}" || test $((turn % 3)) -eq 1
}

# mutate CHECK FILE FROM TO [NTH]
mutate()
{
	is_due || return 0
	name=$1
	shift
	tried=$((tried + 1))
	fresh_copy
	if ! { replace "$@" && { test $name != interleave || hold_ups; }; }; then
		echo "NOT THERE in $1: $2"
		bad=$((bad + 1))
		return
	fi
	check "$name"
	status=$?
	if test $status -ne 1; then
		echo "NOT NOTICED by $name, status $status: $1: $2 -> $3"
		bad=$((bad + 1))
	fi
}

fresh_copy
check property || { echo "unbroken, yet the property test fails:"; cat "$work/log"; exit 1; }
hold_ups || { echo "the places to be held up at have moved"; exit 1; }
check interleave || { echo "unbroken, yet an interleaving fails:"; cat "$work/log"; exit 1; }

mutate property memory/tree.c 'if (node_at(t, height, index)->lap == lap)' 'if (1)'
mutate property memory/tree.c 'locate(t, root_of(t, i), pid)' 'locate(t, root_of(t, before_current(t, 0)), pid)'
mutate property memory/tree.c '&t->epoch[before_current(t, 1)];' '&t->epoch[before_current(t, 0)];'
mutate property memory/tree.c '&t->epoch[before_current(t, 1)];' '&t->epoch[before_current(t, 2)];'
mutate property memory/tree.c 'let_die(t, height, index);' ';'
mutate property memory/tree.c 'free_list(t, 0, e->dying_leaf);' ';'
mutate property memory/tree.c 'seen | PE_TREE_EXPIRED' 'seen'
mutate property memory/tree.c 'back >= 2' 'back >= 1'
mutate property memory/tree.c '(seen & PE_TREE_SLOT) == slot' '1'
mutate property memory/tree.c 'atomic_store_explicit(&n->entry[i], 0, memory_order_relaxed);' ';'
mutate property memory/tree.c 'atomic_load(&e->lap) < lap' '1'
mutate property memory/tree.c 'last->dying++;' ';'
mutate property memory/arena.c 'index > a->limit ||' '0 ||'
mutate property memory/arena.c 'atomic_fetch_sub_explicit(&a->live, 1, memory_order_relaxed);' ';'
mutate property memory/arena.c 'uint32_t older = *link_of(a, index);' 'uint32_t older = 0;'
mutate interleave memory/tree.c 'merge_bits(to, from);' ';'
mutate interleave memory/tree.c '	move_version(t);' '	;' 1
mutate interleave memory/tree.c '	move_version(t);' '	;' 2
mutate interleave memory/tree.c 'return atomic_load_explicit(&t->version, memory_order_relaxed) == version;' 'return 1;'
mutate interleave memory/tree.c 'while (atomic_load_explicit(&t->version, memory_order_seq_cst) != version)' 'while (0)' 1
mutate interleave memory/tree.c 'while (atomic_load_explicit(&t->version, memory_order_seq_cst) != version)' 'while (0)' 2
mutate interleave memory/tree.c '	/* The root stays:' '	atomic_store(&e->root, 0); /* The root stays:'

# A handler at each instruction. Each in the tree that shows it.
if test "$(uname -m)" = x86_64; then
	fresh_copy
	check steps:full || { echo "unbroken, yet a step fails:"; cat "$work/log"; exit 1; }
	mutate steps:full memory/tree.c 'if (unlikely(!node))' 'if (0)'
	mutate steps:full memory/tree.c 'return node ? &node' 'return index ? &node'
	mutate steps:full memory/tree.c '	to->lap = lap;' '	to->lap = lap; atomic_store(hung_at, copy);'
	mutate steps:full memory/tree.c '	/* lap and root before state' '	atomic_store(&t->current, next); /* lap and root before state'
	mutate steps:one memory/tree.c 'if (atomic_compare_exchange_weak_explicit(entry, &seen, seen | PE_TREE_EXPIRED,' \
		'if (atomic_store(entry, seen | PE_TREE_EXPIRED), 1 || atomic_compare_exchange_weak_explicit(entry, &seen, seen,'
	mutate steps:full_and_own memory/tree.c 'if (atomic_compare_exchange_weak_explicit(entry, &seen, seen | PE_TREE_RELEARNED,' \
		'if (atomic_store(entry, seen | PE_TREE_RELEARNED), 1 || atomic_compare_exchange_weak_explicit(entry, &seen, seen,'
	mutate steps:full memory/tree.c 'while (!undisturbed(t, version));' 'while (0);'
else
	echo "the steps are left out: no trap flag on this CPU"
fi

echo "$tried mutants, $bad not noticed"
exit $((bad != 0))
