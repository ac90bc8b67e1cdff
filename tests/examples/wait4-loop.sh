#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The ported wait4 loop reports how each command ended, including those that had already ended when
# the loop wanted to stop them.
. "$(dirname "$0")/../support/example.sh"

run_scenario()
{
	status 0 1 'exit 3' 'exec sleep 1000' true
	sed 's/, [0-9]*\.[0-9]\{6\} s$//' "$TMPDIR/said" >"$TMPDIR/ends"
	printf 'exit 3: status 3\nexec sleep 1000: signal 15\ntrue: status 0\n' | cmp - "$TMPDIR/ends" || fail "said $(cat "$TMPDIR/said")"
}
run_twice
