#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stacks from outside of a static Go program, which has frame pointers and no unwind tables.
. "$(dirname "$0")/stacks.inc"

for go in "$(command -v go)" /usr/lib/go-*/bin/go; do
	test ! -x "$go" || break
done
test -x "$go" || skip 'Go is not installed (Debian: golang-go)'
HOME=$TMPDIR GOCACHE=$TMPDIR/cache GO111MODULE=off GOFLAGS='' CGO_ENABLED=0 \
	"$go" build -o "$TMPDIR/program" "$(dirname "$0")/stacked.go" || fail 'it does not build'
watched "$TMPDIR/program"
is ' by thread ' 'main.misuse main.use main.main'
is 'was released by wait4' 'main.release main.main'
grep -q ' in main\.misuse .*stacked\.go:[0-9]*$' "$TMPDIR/out" || { show; fail "no line number"; }
! grep -q '"stack_end"' "$events" || { cat "$events"; fail "the stacks are whole"; }
