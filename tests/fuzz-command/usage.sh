#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Invalid arguments give one clear line and nothing is run; a command that cannot be run is not
# reported as correct; one that does not end is ended, and this is reported.
. "$(dirname "$0")/../support/cli.sh"
cd "$TMPDIR" || exit 1

for words in '--policy=sometimes' '--seed=-1' '--seed=x' '--runs=0' '--runs=x' '--timeout=0' '--timeout=1s' '--save=' '--canary=' '--canary=none' '--canary=kill,' \
	'--compare=' '--compare=stdin' '--budget=0' '--budget=' '--budget=s' '--budget=5d' '--budget=99h99' '--supervisor=maybe' \
	'--json=' '--sarif=' '--junit=' '--corpus=' '--replay=' '--nothing'; do
	try fuzz "$words" -- "$marker"
	status 2
	said 'pidepoch fuzz: '
	unmarked
done 2>/dev/null
try fuzz
status 2
said 'needs either a command or --replay'
try fuzz --replay=x -- "$marker"
status 2
unmarked
try fuzz --help
status 0
grep -q '^Usage: pidepoch fuzz ' out || { show; fail "no help"; }

try fuzz --runs=1 -- true
test "$got" -ne 125 || skip "$(cat "$TMPDIR/err")"
for file in json sarif junit; do
	try fuzz "--$file=nowhere/$file" -- "$marker"
	status 2
	said "cannot write nowhere/$file"
	unmarked
done
try fuzz --runs=5 -- ./nowhere
status 127
said './nowhere'
: >plain
try fuzz --runs=5 -- ./plain
status 126
said './plain'
printf '#!/nowhere/sh\n' >plain
chmod +x plain
try fuzz --runs=5 -- ./plain
status 127
said './plain: cannot be executed: No such file or directory'
try fuzz --runs=1 --budget=1s -- sleep 1000
status 3
grep -q ' in 0 runs .*; the time was over before the first run; ' out || { show; fail "it does not say that there was no run"; }
# a program whose waits are not visible is not simply called correct
patched /bin/true 4 '\001' "$TMPDIR/other" # EI_CLASS: 32 bits
try fuzz --runs=1 --timeout=1 --supervisor=off -- "$TMPDIR/other"
grep -q "^pidepoch fuzz: $TMPDIR/other: built for another machine than the library; only the pids of its orphans are reused, since --supervisor=off" err || { show; fail "it does not say that it is blind"; }
try fuzz --runs=1 -- true
test ! -s err || { show; fail "true is seen"; }
try fuzz --runs=2 --timeout=1 -- sleep 1000
status 3
grep -q '; 2 runs were cut off after 1 s; ' out || { show; fail "it does not report that it cut them off"; }

# the command has the descriptors that it would have natively
ls /proc/self/fd >native
try fuzz --runs=1 -- sh -c 'ls /proc/self/fd >fuzzed; true'
status 0
cmp native fuzzed || fail "a descriptor of fuzz is open in the command"

# a replay repeats the run as often as requested
printf '%s\n' 'pidepoch-fuzz 1' 'policy immediate' 'seed 1' 'run 7' 'argument true' >again
try fuzz --runs=3 --replay=again
status 3
grep -q '; nothing was tested, since no pid was released$' out || { show; fail "it does not say that nothing was tested"; }
grep -q '^pidepoch fuzz: nothing found in 3 runs' out || { show; fail "it does not replay three times"; }
try fuzz --replay=again
grep -q '^pidepoch fuzz: nothing found in 1 run ' out || { show; fail "it does not replay once"; }

# no process of a run that was cut off is left: they share a lock
try fuzz --runs=1 --timeout=1 -- sh -c 'exec 9>held; flock 9; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 1000 & done; wait'
status 0
flock -n held true || fail "a process of the run is left after it"

# entries beyond the listed ones are counted
try fuzz --runs=1 --policy=immediate -- bash -c 'for i in {1..40}; do sleep 0 & wait $!; kill $!; done'
status 1
grep -qx '  and 8 more' out || { show; fail "it does not print the number of finds"; }

# a command that fails each time is reported: it may never have reached the code under test
try fuzz --runs=2 -- sh -c 'exit 3'
status 3
grep -q '; in 2 runs the command failed with status 3; ' out || { show; fail "it does not report that the command failed"; }
try fuzz --runs=1 -- sh -c 'kill -9 $$'
status 3
grep -q '; in 1 run the command was ended by signal 9 (KILL); ' out || { show; fail "it does not name what ended the command"; }

# on a terminal it shows its progress
command -v script >/dev/null || skip "script is not installed (the progress line was not tried)"
try_env script -qec "'$PIDEPOCH' fuzz --runs=2 --seed=1 -- sh -c 'sleep 0 & wait'" /dev/null
tr '\r' '\n' <out >lines
grep -q '^pidepoch fuzz: run 2 of 2: 2 forks, 2 reuses, 0 finds' lines || { show; fail "no progress"; }
