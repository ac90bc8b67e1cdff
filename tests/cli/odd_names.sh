#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A name with a newline, an escape sequence or 10,000 letters in it is still one line, and harmless
# to a terminal.
. "$(dirname "$0")/../support/cli.sh"

odd=$(printf 'a\nb\033[31mc\177')
plain() # STATUS ARGUMENT...
{
	expected=$1
	shift
	try "$@"
	status "$expected"
	said ''
	test "$(LC_ALL=C tr -d '\n -~' <"$TMPDIR/err" | wc -c)" -eq 0 || { show; fail "a control character got out"; }
}

plain 2 "$odd"
plain 2 "--$odd"
plain 2 run "--$odd" true
plain 2 run "--on-stale=$odd" true
plain 127 run "$odd"
plain 125 run --log="$TMPDIR/$odd/log" true

long=$(awk 'BEGIN { while (i++ < 10000) printf "x" }')
plain 127 run "$long"
plain 127 run "$TMPDIR/$long"
plain 125 run --log="$TMPDIR/$long" true
plain 125 run --log="$long/$long" true
plain 2 run --on-stale="$long" true

try_env PIDEPOCH_LIBDIR="$long" "$PIDEPOCH" run true
status 125
said libpidepoch-preload.so
