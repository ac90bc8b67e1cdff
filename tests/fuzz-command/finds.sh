#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `pidepoch fuzz` finds, in the bare program and within the number of runs given here, its calls on
# unrelated processes and its lost statuses, with stacks; and under `pidepoch run` no such call is
# made (docs/fuzz.md describes the programs).
. "$(dirname "$0")/../support/cli.sh"
subjects=$(cd "$(dirname "$0")/../programs" && pwd)
built=$PIDEPOCH_BUILDDIR/tests/programs
cd "$TMPDIR" || exit 1

"$PIDEPOCH" fuzz --runs=1 --save="$TMPDIR/probe" -- true >"$TMPDIR/probe.out" 2>&1
test $? -ne 125 || skip "$(cat "$TMPDIR/probe.out")"

has() # PATTERN
{
	grep -qE -e "$1" "$TMPDIR/out" || { show; fail "$what: there must be: $1"; }
}

has_not() # PATTERN
{
	! grep -qE -e "$1" "$TMPDIR/out" || { show; fail "$what: there must not be: $1"; }
}

echo 'stolen-wait:*' >"$TMPDIR/lost-is-fine"

# finds RUNS PATTERN COMMAND... - by the default settings
finds()
{
	runs=$1 pattern=$2
	shift 2
	what=$*
	rm -f again
	try fuzz --seed=1 --runs="$runs" --save=again -- "$@"
	status 1
	has "$pattern"
	has '^SUMMARY: pidepoch: '
	test -s again || fail "no file to do $what again by"
}

# hits RUNS SIGNAL COMMAND... - an unrelated process is hit; and none if the same command is
# protected
hits()
{
	runs=$1 signal=$2
	shift 2
	finds "$runs" "signal [0-9]* \($signal\) reached an unrelated process, pid [0-9]" "$@"
	has '^==[0-9]*==critical: pidepoch: stale: '
	try fuzz --seed=1 --runs="$runs" --suppressions=lost-is-fine -- env PIDEPOCH_ON_STALE=refuse "$@"
	status 0
}

# shellcheck disable=SC2016
hits 1 KILL bash -c 'sleep 0 & wait $!; kill -9 $! 2>/dev/null; true'
# shellcheck disable=SC2016
finds 1 '^    released by pid [0-9]* \(bash\): bash -c sleep 0 & wait \$!; kill' bash -c 'sleep 0 & wait $!; kill -9 $! 2>/dev/null; true'
has '^    the process that had the pid \(sleep\): sleep 0$'
hits 1 TERM "$(command -v sh)" "$subjects/fuzz_pidfile.sh"

# the group of a leader that was reaped: the canary leads one by that number
# shellcheck disable=SC2016
hits 1 KILL bash -mc 'sleep 0 & wait $!; kill -9 -- -$! 2>/dev/null; true'

# a number that its user has only read; no protection knows that, and no history is told
finds 3 'signal 15 \(TERM\) reached an unrelated process' "$(command -v sh)" "$subjects/fuzz_service.sh"
has '^==[0-9]*==critical: pidepoch: stale: '
has_not 'was released by'
has '^    released by pid 1, which reaped an orphan$'
has '^    pid [0-9]* \(sh\): sh -c kill '
has '^    which was started by pid [0-9]* \(sh\): sh -c sleep 0 & echo '

# another process has released it: its stack is there, too
if test -x /usr/bin/python3; then
	finds 1 'signal 15 \(TERM\) reached an unrelated process' /usr/bin/python3 -c 'import os, signal
def wait_first(pid, end):
    os.waitpid(pid, 0)
    os.close(end)
read, write = os.pipe()
subject = os.fork()
if subject == 0:
    os._exit(0)
late = os.fork()
if late == 0:
    os.close(write)
    os.read(read, 1)
    os.kill(subject, signal.SIGTERM)
    os._exit(0)
wait_first(subject, write)
os.waitpid(late, 0)'
	has '^  the pid was released by waitpid in thread [0-9]* of process [0-9]*, ./usr/bin/python3 -c import os'
	sed -n '/^  the pid was released by/,/^  the pid was then/p' "$TMPDIR/out" | grep -q '^    #0 ' ||
		{ show; fail "there is no stack of the release"; }
fi

# what leaves no signal; and which of it counts
finds 1 'an unrelated process, pid [0-9]*, is traced by pid [0-9]' "$built/fuzz_tracer"
finds 1 'an unrelated process, pid [0-9]*, is traced by pid [0-9]' "$built/fuzz_tracer" held
has_not 'reached an unrelated process'
try fuzz --runs=1 --canary=kill,priority -- "$built/fuzz_tracer"
status 0
# a niceness that the canary, which has ours, does not have already; 19 is the highest
if command -v renice >/dev/null && test "$(nice)" -lt 19; then
	level=$(($(nice) + 1))
	renices='sleep 0 & wait $!; renice -n '$level' -p $! >/dev/null 2>&1; true'
	finds 1 "priority $level was given to an unrelated process, pid [0-9]" bash -c "$renices"
	grep -qx 'canary kill,priority,trace' again || fail "no canaries in the file"
	try fuzz --runs=1 --canary=kill -- bash -c "$renices"
	status 0
	try fuzz --runs=1 --canary=priority --save=again -- bash -c "$renices"
	status 1
	try fuzz --replay=again
	status 1
fi

# a question that an unrelated process answered is a belief, for who asks for those
# shellcheck disable=SC2016
for ask in 'kill -0 $!' 'test -d /proc/$!' 'read -r name </proc/$!/comm'; do
	asks="sleep 0 & wait \$!; $ask 2>/dev/null; true"
	try fuzz --seed=1 --runs=1 --canary=probe -- bash -c "$asks"
	status 1
	what=$ask
	has '^  belief: (kill|a look at /proc) by pid [0-9]* found an unrelated process, pid [0-9]'
	try fuzz --seed=1 --runs=1 -- bash -c "$asks"
	status 0
done

# a status that a library took: both stacks, and it is no find for who says so
finds 10 'statuses of children were lost to another wait, in [0-9]+ places?; no unrelated process was hit' "$built/fuzz_library"
has '^==[0-9]*==warning: pidepoch: stolen-wait: '
if grep -q 'libdw\.so' "$PIDEPOCH"; then
	has ' in program_waits .*fuzz_library\.c:'
	has ' in library_reaps .*fuzz_library\.c:'
	has ' in program_starts .*fuzz_library\.c:'
	echo 'stolen-wait:library_reaps' >suppress
	try fuzz --runs=3 --suppressions=suppress -- "$built/fuzz_library"
	status 0
fi
try fuzz --runs=3 --suppressions=lost-is-fine -- "$built/fuzz_library"
status 0
printf 'what is this\n' >bad
try fuzz --suppressions=bad -- "$marker"
status 2
said 'bad, line 1'
unmarked

# Debian's CPython
test -x /usr/bin/python3 || skip "the rest needs /usr/bin/python3"
changes='import os, resource
pid = os.spawnlp(os.P_NOWAIT, "true", "true")
os.waitpid(pid, 0)
def change(call, *arguments):
    try: call(pid, *arguments)
    except ProcessLookupError: pass
'
finds 1 'sched_setaffinity by pid [0-9]* changed an unrelated process, pid [0-9]' /usr/bin/python3 -c "$changes
change(os.sched_setaffinity, os.sched_getaffinity(0))"
finds 1 'prlimit by pid [0-9]* changed an unrelated process, pid [0-9]' /usr/bin/python3 -c "$changes
change(resource.prlimit, resource.RLIMIT_CORE, (0, 0))"
try fuzz --runs=1 -- /usr/bin/python3 -c "$changes
change(resource.prlimit, resource.RLIMIT_CORE)"
status 0
# a child that the kernel reaps has ended, and may still have its pid for a moment
hits 1 TERM /usr/bin/python3 -c 'import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
pid = os.fork()
if pid == 0:
    os.setsid()
    os._exit(0)
try:
    os.wait()
except ChildProcessError:
    pass
try:
    os.kill(pid, signal.SIGTERM)
except ProcessLookupError:
    pass'
hits 10 CONT /usr/bin/python3 "$subjects/fuzz_popen.py"
hits 1 TERM /usr/bin/python3 "$subjects/fuzz_killpg.py"
hits 10 TERM /usr/bin/python3 "$subjects/fuzz_asyncio.py"
hits 3 TERM /usr/bin/python3 "$subjects/fuzz_asyncio_number.py"
