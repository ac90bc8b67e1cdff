#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A find is reproduced from its file, and the file contains all that is needed; an invalid file is
# refused with the line number.
. "$(dirname "$0")/../support/cli.sh"
cd "$TMPDIR" || exit 1

odd='sleep 0 & wait $!; kill -9 $! 2>/dev/null; # 100%
true'
try fuzz --seed=5 --runs=3 --save=again -- bash -c "$odd"
test "$got" -ne 125 || skip "$(cat "$TMPDIR/err")"
status 1
grep -v '^to repeat it:' out >first
try fuzz --replay=again --save=twice
status 1
grep -q 'signal 9 (KILL) reached an unrelated process, pid 2001; the pid was release 1 of the run' out || { show; fail "not the same"; }
cmp again twice || fail "the second file is another"
grep -qx 'policy immediate' again || fail "no policy in the file"
grep -qx 'seed 5' again || fail "no seed in the file"

wrong() # LINE-NUMBER TEXT
{
	printf "$2" >bad
	try fuzz --replay=bad
	status 2
	said "bad: line $1 is invalid"
}
wrong 1 ''
wrong 1 'pidepoch-fuzz 2\n'
wrong 2 'pidepoch-fuzz 1\npolicy sudden\n'
wrong 3 'pidepoch-fuzz 1\npolicy window\nseed x\n'
wrong 2 'pidepoch-fuzz 1\nargument\n'
wrong 2 'pidepoch-fuzz 1\nargument %%zz\n'
wrong 2 'pidepoch-fuzz 1\nseed 1\n'
try fuzz --replay=nowhere
status 2
said 'cannot read nowhere'
