#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The reaper in Go gets the status of each command under --waits=share, from the supervisor.
. "$(dirname "$0")/../support/cli.sh"

for go in "$(command -v go)" /usr/lib/go-*/bin/go; do
	test ! -x "$go" || break
done
test -x "$go" || skip 'Go is not installed (Debian: golang-go)'
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
"$PIDEPOCH_BUILDDIR/tests/supervisor/share_waits" support || skip 'no status by pidfd (Linux 6.15)'

export HOME="$TMPDIR" GOCACHE="$TMPDIR/cache" GO111MODULE=off GOFLAGS=
CGO_ENABLED=0 "$go" build -o "$TMPDIR/reaper" "$PIDEPOCH_SRCDIR/docs/examples/reaper.go" ||
	fail 'it does not build'
timeout 60 "$TMPDIR/reaper" 100 >"$TMPDIR/said" || fail 'natively'
grep -q 'of 100 answers$' "$TMPDIR/said" || fail "natively: $(cat "$TMPDIR/said")"
timeout 120 "$PIDEPOCH" run --supervisor=on --waits=share -- "$TMPDIR/reaper" 500 >"$TMPDIR/said" ||
	fail 'shared'
grep -qx '500 of 500 answers' "$TMPDIR/said" || fail "shared: $(cat "$TMPDIR/said")"
