#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `pidepoch fuzz` finds that a program ends differently because of the reuse, says in how many runs,
# and names the queries that an unrelated process answered. A program that ends at random is not
# reported. (oracle.1 to oracle.3, lives.1)
. "$(dirname "$0")/../support/cli.sh"
built=$PIDEPOCH_BUILDDIR/tests/programs
cd "$TMPDIR" || exit 1

try fuzz --runs=1 -- true
test "$got" -ne 125 || skip "$(cat err)"

# differs POLICY RUN PATTERN COMMAND...
differs()
{
	policy=$1 run=$2 pattern=$3
	shift 3
	rm -f lock again
	try fuzz --seed=1 --runs=5 --timeout="$seconds" --policy="$policy" --save=again $compare -- "$@"
	status 1
	grep -q "^pidepoch fuzz: found in run $run " out || { show; fail "$*: it must be found in run $run"; }
	grep -qE -e "$pattern" out || { show; fail "$*: there must be: $pattern"; }
	grep -q '^  it differed in [0-9]* of [0-9]* more such runs, and in 0 of [0-9]* control runs between them (p = [0-9.e-]*, ' out ||
		{ show; fail "$*: the trial is not shown"; }
}

compare='' seconds=20
# a lock whose holder has ended, as another process is told
# shellcheck disable=SC2016
locks='sleep 0 & echo $! >lock; wait; "$@" kill -0 "$(cat lock)" 2>/dev/null'
differs immediate 1 ' ends with status 0 when an unrelated process has each pid .*, and otherwise with status 1$' sh -c "$locks"
grep -q '^  belief: kill by pid [0-9]* found an unrelated process, pid [0-9]*; the pid was release 1 of the run$' out ||
	{ show; fail "it does not name the question"; }
try fuzz --replay=again
status 1
seconds=3
# shellcheck disable=SC2016
differs immediate 1 ' ends not before its time is up when ' \
	sh -c 'sleep 0 & p=$!; wait; while kill -0 $p 2>/dev/null; do sleep 0.05; done'

# a shell that waits for SIGCHLD, which its parent has blocked, waits for ever
if test -x /usr/bin/dash; then
	differs signals-blocked 1 ' ends not before its time is up when it is started with all signals blocked' \
		/usr/bin/dash -c 'sleep 0 & wait'
fi
seconds=20

# the next child has the pid of the last one
# shellcheck disable=SC2016
own='sleep 0 & a=$!; wait $a; sleep 0 & b=$!; wait $b; test $a != $b'
differs own 1 'ends with status 1 when its next child has the pid of the one that it has reaped' sh -c "$own"
differs turns 2 'ends with status 1 when its next child has the pid' sh -c "$own"

# a lock that outlives the container: its pid is another process's (odd runs) or the program's own
# shellcheck disable=SC2016
again='if test -e lock && kill -0 "$(cat lock)" 2>/dev/null; then exit 1; fi; echo $$ >lock; sleep 0; true'
differs again 1 'ends with status 1 when it is started again' sh -c "$again"
grep -q '; the pid was that of a process before the restart$' out || { show; fail "it does not say whose pid it was"; }
differs restart 1 'ends with status 1 when it is ended and started again' sh -c "$again; sleep 0.2"
differs turns 4 'ends with status 1 when it is started again' sh -c "$again"
# it knows its own pid, and asks late, when many other pids have been reused
# shellcheck disable=SC2016
self='i=0; while test $i -lt 80; do (:); i=$((i + 1)); done
if test -e lock && n=$(cat lock) && test "$n" != $$ && kill -0 "$n" 2>/dev/null; then exit 1; fi; echo $$ >lock'
differs turns 5 'ends with status 1 when it is started again' sh -c "$self"

# the first life is killed in runs 3 and 4, and in no other
try fuzz --seed=1 --runs=2 --policy=restart -- sh -c 'echo start >>life; sleep 0.5; echo end >>life'
test "$(grep -c start life)" = "$(grep -c end life)" || { show; fail "a life was killed"; }
try fuzz --seed=1 --runs=4 --policy=restart -- sh -c 'echo start >>life; sleep 0.5; echo end >>life'
test "$(grep -c start life)" -gt "$(grep -c end life)" || { show; fail "no life was killed"; }

# what it writes; a number is equal to any other
# shellcheck disable=SC2016
says='sleep 0 & p=$!; wait; if kill -0 $p 2>/dev/null; then echo alive; else echo gone; fi; echo $p'
try fuzz --seed=1 --runs=2 -- sh -c "$says"
status 0
compare=--compare=stdout
differs immediate 1 ' has another standard output when ' sh -c "$says"
grep -qx alive out || { show; fail "the output is not printed"; }
compare=--compare=files
differs immediate 1 ' leaves other files when ' sh -c "{ $says; } >said"
try fuzz --seed=1 --runs=5 --compare=stdout,files -- sh -c 'sleep 0 & echo $! $$; wait; date +%N >said'
status 0

# at random: in each pair of runs, as often with reuse as without
echo 0 >n
# shellcheck disable=SC2016
try fuzz --seed=1 --runs=3 --policy=immediate -- sh -c 'read -r n <n; echo $((n + 1)) >n; sleep 0; exit $((n / 2 % 2))'
status 0
grep -q '; it ends in different ways with reuse and without$' out || { show; fail "it does not report that it ends in different ways"; }
test "$(cat n)" -ge 16 || { show; fail "no trial was made"; }

# the start: what a parent may hand on; a SIGCHLD that the program ignores itself is its own affair
try fuzz --seed=1 --runs=5 --policy=inherited -- "$built/fuzz_ignored"
status 1
grep -q 'found in run 1 (--policy=sigchld-ignored ' out || { show; fail "SIGCHLD is not ignored"; }
grep -q '^==[0-9]*==warning: pidepoch: ignored: ' out || { show; fail "the cause is not named"; }
try fuzz --seed=1 --runs=3 --policy=sigchld-ignored -- "$built/fuzz_ignored" own
status 3
# where it is ignored around us, nothing changes
env --ignore-signal=CHLD "$PIDEPOCH" fuzz --seed=1 --runs=2 --policy=immediate -- "$built/fuzz_ignored" >out 2>err ||
	{ show; fail "an ignored SIGCHLD of our own parent is handed on"; }
compare=
for policy in signals-blocked:'[[ $(</proc/$$/status) == *SigBlk:?00000000* ]]' stdin-closed:'test -e /dev/fd/0' \
	child-before-exec:'read -r a </proc/$$/task/$$/children; test -z "$a"'; do
	# only the start differs, so what the command sees of it is what it ends with
	differs "${policy%%:*}" 1 'when it (is started|has a child)' bash -c "${policy#*:}"
done
