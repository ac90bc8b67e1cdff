#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: no input makes the epoch tree differ from plain arrays, read or write out of bounds,
# or overflow. (libFuzzer, with AddressSanitizer and UndefinedBehaviorSanitizer, for a bounded
# number of runs; FUZZ_RUNS for more.)
set -u

command -v clang >/dev/null || { echo "skipped: clang is not installed, and libFuzzer is its"; exit 77; }
work=${TMPDIR:-/tmp}/fuzz-tree.$$
trap 'rm -rf "$work"' EXIT
mkdir "$work" || exit 99
cd "$PIDEPOCH_SRCDIR" || exit 99

build()
{
	clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-Isrc tests/libfuzzer/tree.c tests/libfuzzer/tree_model.c "$1" src/core/memory/arena.c -o "$2"
}

run()
{
	(cd "$work" && ASAN_OPTIONS=detect_leaks=0 timeout 300 "$1" -seed=2019 -max_len=600 -runs="$2" >log 2>&1)
}

build src/core/memory/tree.c "$work/fuzz" || exit 99
runs=${FUZZ_RUNS:-100000}
test -z "${PIDEPOCH_QUICK:-}" || runs=20000
run ./fuzz "$runs" || { tail -30 "$work/log"; exit 1; }
grep Done "$work/log"

# It can fail: a tree that copies no page is found out.
sed 's/if (node_at(t, height, index)->lap == lap)/if (1)/' src/core/memory/tree.c >"$work/broken.c"
build "$work/broken.c" "$work/broken" || exit 99
if run ./broken 100000; then
	echo "a tree that copies no page was not found out"
	exit 1
fi
grep -m1 -E '^(B|tree)\.[0-9]' "$work/log"
