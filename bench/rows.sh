# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# rows.sh - what the scripts of this folder share: source it with the rounds asked for, then
# measure, then print rows.
#
# Each round runs every variant once, one after the other, in an order that alternates, so that a
# machine that slows down slows them all. A row is the median over rounds of the ratio within a
# round, and the quartiles.
set -u
here=${PIDEPOCH_BUILDDIR:-$(cd "$(dirname "$0")/.." && pwd)}
preload=${PIDEPOCH_PRELOAD:-$here/.libs/libpidepoch-preload.so}
[ -e "$preload" ] || { echo "bench: $preload is not there: run make first" >&2; exit 1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# a program of this folder: as it is, and with the library
native() { "$here/bench/$1" "${@:2}"; }
guarded() { LD_PRELOAD=$preload "$here/bench/$1" "${@:2}"; }

# measure FILE-STEM VARIANT PROGRAM ARGS...: one figure more for that row
measure() { "$2" "${@:3}" >>"$work/$1.$2.${4:-x}"; }

# row TITLE BAR UNIT NUMERATOR-FILE DENOMINATOR-FILE
row() {
	paste "$work/$4" "$work/$5" | awk -v title="$1" -v bar="$2" -v unit="$3" '
	function pick(a, n, q,    i) { i = int(q * (n - 1) + 0.5) + 1; return a[i] }
	function sort(a, n,    i, j, t) { for (i = 2; i <= n; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t } }
	{ r[NR] = $1 / $2; x[NR] = $1; y[NR] = $2 }
	END {
		sort(r, NR); sort(x, NR); sort(y, NR)
		m = pick(r, NR, .5)
		printf "%-46s %6.3f  [%5.3f .. %5.3f]  bar %-5s %-7s (%.1f / %.1f %s)\n", title, m,
			pick(r, NR, .25), pick(r, NR, .75), bar, bar == "-" ? "" : m <= bar + 0 ? "met" : "NOT MET",
			pick(x, NR, .5), pick(y, NR, .5), unit
	}'
}
