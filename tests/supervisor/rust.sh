#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A Rust program, dynamic and static, works as without pidepoch, and its use of a stale pid is
# refused.
. "$(dirname "$0")/../support/cli.sh"

command -v rustc >/dev/null || skip 'Rust is not installed (Debian: rustc)'
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"

source=$(dirname "$0")/kept.rs
rustc -o "$TMPDIR/dynamic" "$source" 2>"$TMPDIR/err" || skip "rustc does not build here: $(head -n 1 "$TMPDIR/err")"
rustc -C target-feature=+crt-static -o "$TMPDIR/static" "$source" || fail 'it does not build'

for program in dynamic static; do
	"$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$TMPDIR/$program" || exit
done
