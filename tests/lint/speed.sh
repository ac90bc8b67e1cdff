#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A row of the bench whose measurement is missing is not met, and fails; docs/speed.md is what
# docs/speed.json gives.
. "$(dirname "$0")/lint.sh"
need /usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1
bench=$PIDEPOCH_SRCDIR/bench docs=$PIDEPOCH_SRCDIR/docs

# nothing is built in this folder
mkdir "$TMPDIR/empty"
(
	unset PIDEPOCH PIDEPOCH_PRELOAD
	cd "$TMPDIR/empty" && PIDEPOCH_BUILDDIR=$TMPDIR/empty /usr/bin/python3 "$bench/bench.py" --rounds=1 --out="$TMPDIR/out" \
		library supervisor fuzz report vrange >"$TMPDIR/table" 2>/dev/null
)
status=$?
test $status -eq 1 || { cat "$TMPDIR/table"; echo "without programs the bench ended with $status"; exit 1; }
grep -q MISSING "$TMPDIR/table" || { echo 'the table must say what is missing'; exit 1; }
! grep -E '.{81}' "$TMPDIR/table" || { echo 'the table must fit in 80 columns'; exit 1; }
! grep -E ' met ' "$TMPDIR/table" || { echo 'without programs nothing can be met'; exit 1; }

# a page with another figure
mkdir "$TMPDIR/docs"
cp "$docs/speed.json" "$docs/speed.md" "$TMPDIR/docs" || exit 1
sed -i 's/\(median.*\)/\1 /; s/^| guarded kill/| Guarded kill/' "$TMPDIR/docs/speed.md"
! /usr/bin/python3 "$bench/speed.py" --check "$TMPDIR/docs" 2>/dev/null ||
	{ echo 'this lint cannot be trusted: it finds no change of the page'; exit 1; }
/usr/bin/python3 "$bench/speed.py" --check "$docs"
