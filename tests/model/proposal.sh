#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The figures of docs/proposal.md are those of the simulation.
set -u
page=$PIDEPOCH_SRCDIR/docs/proposal.md

# a row "rule | decisions | wrong | refused" as "decisions wrong refused", without bold and commas
grep '^|.*|.*[0-9].*|.*|.*|$' "$page" | tr -d '*,' | awk -F'|' '{ print $3 + 0, $4 + 0, $5 + 0 }' >"$TMPDIR/page"
"$PIDEPOCH_BUILDDIR/tests/model/epoch_sim" >"$TMPDIR/said" || exit 1
awk '/^rule/ { next } / births in / { exit } { print $(NF - 4), $(NF - 3), $(NF - 2) }' "$TMPDIR/said" >"$TMPDIR/simulation"

test "$(wc -l <"$TMPDIR/simulation")" -eq 9 || { cat "$TMPDIR/said"; exit 1; }
for rule in $(seq 9); do
	row=$(sed -n "${rule}p" "$TMPDIR/simulation")
	grep -qx "$row" "$TMPDIR/page" || { echo "FAIL: $row: not in docs/proposal.md"; exit 1; }
done
test "$(sort "$TMPDIR/page")" = "$(sort "$TMPDIR/simulation")" || { echo "FAIL: docs/proposal.md has other rows"; exit 1; }

# and those in its sentences, which are of the same rules
for figure in $(grep -o '[0-9]*,[0-9]\{3\}' "$page" | tr -d ,); do
	test "$figure" -eq 1000 || grep -qw "$figure" "$TMPDIR/said" || { echo "FAIL: $figure: not the simulation's"; exit 1; }
done
