#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A Go program, static and with cgo, works as without pidepoch, and its use of a stale pid is
# refused.
. "$(dirname "$0")/../support/cli.sh"

for go in "$(command -v go)" /usr/lib/go-*/bin/go; do
	test ! -x "$go" || break
done
test -x "$go" || skip 'Go is not installed (Debian: golang-go)'
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"

export HOME="$TMPDIR" GOCACHE="$TMPDIR/cache" GO111MODULE=off GOFLAGS=
here=$(cd "$(dirname "$0")" && pwd)
CGO_ENABLED=0 "$go" build -o "$TMPDIR/static" "$here/jobs.go" || fail 'it does not build'
sed 's/^package main$/package main\n\nimport "C"/' "$here/jobs.go" >"$TMPDIR/cgo.go"
CGO_ENABLED=1 "$go" build -o "$TMPDIR/cgo" "$TMPDIR/cgo.go" || fail 'it does not build with cgo'

for program in static cgo; do
	"$PIDEPOCH_BUILDDIR/tests/supervisor/stale" "$TMPDIR/$program" || exit
done
