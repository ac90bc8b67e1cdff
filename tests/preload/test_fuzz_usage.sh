#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Wrong words get one clear line and nothing is run; a command that cannot be run is not called right; one that does
# not end is cut off and said to have been.
. "$(dirname "$0")/cli.sh"
cd "$TMPDIR" || exit 1

for words in '--policy=sometimes' '--seed=-1' '--seed=x' '--runs=0' '--runs=x' '--timeout=0' '--timeout=1s' '--save=' '--nothing'; do
	try fuzz "$words" -- "$marker"
	status 2
	said 'pidepoch fuzz: '
	unmarked
done 2>/dev/null
try fuzz
status 2
said 'needs a command or --replay'
try fuzz --replay=x -- "$marker"
status 2
unmarked
try fuzz --help
status 0
grep -q '^Usage: pidepoch fuzz ' out || { show; fail "no help"; }

try fuzz --runs=1 -- true
test "$got" -ne 125 || skip "$(cat "$TMPDIR/err")"
try fuzz --runs=5 -- ./nowhere
status 127
said './nowhere'
: >plain
try fuzz --runs=5 -- ./plain
status 126
said './plain'
try fuzz --runs=2 --timeout=1 -- sleep 1000
status 0
grep -q '; 2 runs were cut off after 1 s$' out || { show; fail "it does not say that it cut them off"; }
