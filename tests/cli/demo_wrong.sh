#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The demo can fail: with a library that protects nothing, its table and its status show it.
. "$(dirname "$0")/../support/cli.sh"

mkdir "$TMPDIR/lib"
# shellcheck disable=SC2086
echo 'int pidepoch_test_nothing;' | $CC -shared -fPIC -x c - -o "$TMPDIR/lib/libpidepoch-preload.so" ||
	skip "$CC makes no library"
try_env PIDEPOCH_LIBDIR="$TMPDIR/lib" "$PIDEPOCH" demo
if test $got -eq 125 && grep -qE 'namespace|/proc' "$TMPDIR/err"; then
	skip "$(cat "$TMPDIR/err")"
fi
status 1
grep -qx '4 of 12 runs as claimed\.' "$TMPDIR/out" || { show; fail "four native runs are right, and no other"; }
test "$(grep -c ' HIT  *HIT WRONG  *HIT WRONG$' "$TMPDIR/out")" -eq 4 || { show; fail "eight cells must be wrong"; }
