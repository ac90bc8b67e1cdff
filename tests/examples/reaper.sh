#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The reaper gets each answer of its library under --waits=share; it reaps its orphan natively, too.
set -u

program=$TMPDIR/reaper
source=$PIDEPOCH_SRCDIR/docs/examples/reaper.c

fail()
{
	echo "FAIL: $*: $(cat "$TMPDIR/said")"
	exit 1
}

$CC -D_GNU_SOURCE -Wall -Wextra -Werror "$source" -o "$program" >"$TMPDIR/said" 2>&1 ||
	fail "does not build"
timeout 60 "$program" 50 >"$TMPDIR/said" 2>&1 || fail "natively"
grep -qx 'the service was reaped' "$TMPDIR/said" || fail "natively"
export PIDEPOCH_WAITS=share
timeout 60 env LD_PRELOAD="$PIDEPOCH_PRELOAD" "$program" 200 >"$TMPDIR/said" 2>&1 || fail "shared"
printf '200 of 200 answers\nthe service was reaped\n' | cmp -s - "$TMPDIR/said" || fail "shared"
