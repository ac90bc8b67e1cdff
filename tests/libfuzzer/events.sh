#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One promise: no file makes the reader of events read or write out of bounds, overflow, leak or
# hang. (libFuzzer, with AddressSanitizer and UndefinedBehaviorSanitizer, for a bounded number of
# runs; FUZZ_RUNS for more.)
set -u

command -v clang >/dev/null || { echo "skipped: clang is not installed, and libFuzzer is its"; exit 77; }
work=${TMPDIR:-/tmp}/fuzz-events.$$
trap 'rm -rf "$work"' EXIT
mkdir "$work" "$work/corpus" || exit 99

# what a program really writes is where it begins
PIDEPOCH_EVENTS=$work/corpus/real PIDEPOCH_ON_STALE=report PIDEPOCH_LOG=/dev/null LD_PRELOAD=$PIDEPOCH_PRELOAD \
	"$PIDEPOCH_BUILDDIR/tests/report/misuses" latent twice
tail -n 2 "$work/corpus/real" >"$work/corpus/tail"
test "$(wc -l <"$work/corpus/tail")" -eq 2 || { echo "the subject wrote no events"; exit 99; }
cd "$PIDEPOCH_SRCDIR" || exit 99

build() # JSON-READER OUTPUT
{
	clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-Isrc tests/libfuzzer/events.c src/report/events.c src/report/findings.c src/report/symbols.c \
		src/report/image_none.c src/report/json_write.c src/report/suppress.c src/report/print.c src/report/plain.c src/report/print_text.c \
		src/report/print_json.c src/report/print_sarif.c "$1" -o "$2"
}

run()
{
	(cd "$work" && timeout 300 "$1" -seed=2019 -max_len=3000 -timeout=10 -runs="$2" corpus >log 2>&1)
}

build src/report/json.c "$work/fuzz" || exit 99
runs=${FUZZ_RUNS:-40000}
test -z "${PIDEPOCH_QUICK:-}" || runs=10000
run ./fuzz "$runs" || { tail -30 "$work/log"; exit 1; }
grep Done "$work/log"

# It can fail: a reader that trusts a backslash at the end of a line is found out.
sed 's/^	if (l->end - l->at < 4)/	if (0)/; s/PE_JSON_VALUES ?/PE_JSON_VALUES + 400 ?/; s,#include "json.h",#include "report/json.h",' \
	src/report/json.c >"$work/broken.c"
build "$work/broken.c" "$work/broken" || exit 99
awk 'BEGIN { printf "["; for (i = 0; i < 700; i++) printf "1,"; print "1]" }' >"$work/corpus/many"
if run ./broken 20000; then
	echo "a reader without its bounds was not found out"
	exit 1
fi
grep -m1 'ERROR: AddressSanitizer\|runtime error' "$work/log"
