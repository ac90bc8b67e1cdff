#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stacks from outside of a Rust program, static and dynamic.
. "$(dirname "$0")/stacks.inc"

command -v rustc >/dev/null || skip 'Rust is not installed (Debian: rustc)'
for flags in -Ctarget-feature=+crt-static -Ctarget-feature=-crt-static; do
	rustc -g -O $flags -o "$TMPDIR/program" "$(dirname "$0")/stacked.rs" 2>"$TMPDIR/err" ||
		skip "rustc does not build here: $(head -n 1 "$TMPDIR/err")"
	watched "$TMPDIR/program"
	for function in misuse_here use_here; do
		grep -q "in stacked::$function" "$TMPDIR/out" || { show; fail "$flags: $function is missing"; }
	done
	sed -n '/was released by/,$p' "$TMPDIR/out" | grep -q 'in stacked::release_here.*stacked\.rs:[0-9]*$' ||
		{ show; fail "$flags: release_here is missing"; }
	! grep -q '"stack_end"' "$events" || { cat "$events"; fail "$flags: the stacks are whole"; }
done
