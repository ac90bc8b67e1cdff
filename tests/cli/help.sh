#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Help and version go to standard output and name every command and option; a full disk is an error.
. "$(dirname "$0")/../support/cli.sh"

helps() # WORDS-IN-THE-HELP ARGUMENT...
{
	words=$1
	shift
	try "$@"
	status 0
	test ! -s "$TMPDIR/err" || { show; fail "there must be no error"; }
	for word in $words; do
		grep -qw -e "$word" "$TMPDIR/out" || { show; fail "the help must name $word"; }
	done
	test "$(awk 'length > 100' "$TMPDIR/out")" = "" || { show; fail "a line is too long"; }
}

helps 'Usage run demo doctor --help --version' --help
helps 'Usage --on-stale --errno --log --trust --supervisor --help auto on off report refuse abort ESRCH EEPOCH 2 125 126 127' run --help
helps 'Usage --help 1 2 125' demo --help
helps 'Usage --json --help exact detected none 0 1 2' doctor --help
helps 'Usage --on-stale' run --on-stale=refuse --help -- false

try --version
status 0
grep -qx 'pidepoch [0-9][0-9.]*' "$TMPDIR/out" || { show; fail "the version must be one"; }

for words in --help --version 'run --help' 'demo --help' 'doctor --help' doctor; do
	# shellcheck disable=SC2086
	"$PIDEPOCH" $words >/dev/full 2>"$TMPDIR/err" && fail "'$words' into a full disk succeeded"
	grep -q 'standard output' "$TMPDIR/err" || fail "'$words' onto a full disk reported no error"
done
