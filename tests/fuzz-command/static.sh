#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `pidepoch fuzz` gives the released pids of a static program to unrelated processes, and finds what
# the program does to them, with stacks; also if another program starts it. A supervisor is started
# only where it is needed.
. "$(dirname "$0")/../support/cli.sh"
built=$PIDEPOCH_BUILDDIR/tests/programs
cd "$TMPDIR" || exit 1

try fuzz --runs=1 --supervisor=on -- sh -c 'sleep 0; true'
test "$got" -ne 125 || skip "$(cat err)"
! grep -q 'no supervisor' err || skip "$(cat err)"

finds() # PATTERN STACK-PATTERN COMMAND...
{
	pattern=$1 frame=$2
	shift 2
	try fuzz --seed=1 --runs=5 -- "$@"
	status 1
	grep -qE -e "$pattern" out || { show; fail "$*: there must be: $pattern"; }
	grep -q 'libdw\.so' "$PIDEPOCH" || return 0
	grep -qE -e "$frame" out || { show; fail "$*: there must be: $frame"; }
}

finds 'signal 15 \(TERM\) reached an unrelated process, pid [0-9]' ' in act_late ' "$built/fuzz_static" pid
finds 'signal 15 \(TERM\) reached an unrelated process, pid [0-9]' ' in act_on_group_late ' "$built/fuzz_static" group

# what is sent to all is no find, and does not hide one (fuzz_page.14, reuse.4)
finds 'signal 15 \(TERM\) reached an unrelated process, pid [0-9]' ' in signal_all_and_pid ' "$built/fuzz_static" all

# questions that a canary answers count if they are to, and have the stack of the call
asked() # MODE NAME FUNCTION
{
	mode=$1 name=$2 frame=$3
	try fuzz --seed=1 --runs=2 --canary=probe -- "$built/fuzz_static" "$mode"
	status 1
	grep -qE "^  belief: $name by pid [0-9]+ found an unrelated process, pid [0-9]+; " out || { show; fail "$mode: no belief"; }
	test "$(grep -c '^  belief: ' out)" = 1 || { show; fail "$mode: not one belief"; }
	grep -qE '^    (released by )?pid [0-9]+ \(fuzz_static\): ' out || { show; fail "$mode: its process is not named"; }
	grep -q 'libdw\.so' "$PIDEPOCH" || return 0
	grep -q " in $frame " out || { show; fail "$mode: there is no stack"; }
}
asked kill kill ask_kill
asked getpgid getpgid ask_getpgid
asked getsid getsid ask_getsid
asked pidfd_open pidfd_open ask_pidfd_open
asked access 'a look at /proc' ask_access
asked open 'a look at /proc' ask_open
try fuzz --seed=1 --runs=2 -- "$built/fuzz_static" open
status 0
try fuzz --seed=1 --runs=5 --canary=probe -- "$built/fuzz_static" right
status 0

# one process releases the pid, and another one uses it, which is static or has the library: the
# finding has the stack of the wait
released() # MODE
{
	try fuzz --seed=1 --runs=5 --json=r.json --sarif=r.sarif -- "$built/fuzz_static" "$1"
	status 1
	grep -qE '^    released by pid [0-9]+ \(fuzz_static\): ' out || { show; fail "$1: its releaser is not named"; }
	grep -qE "^  the pid was released by wait4 in thread [0-9]+ of process [0-9]+, '.*/fuzz_static $1'" out || { show; fail "$1: its release is not there"; }
	grep -q 'libdw\.so' "$PIDEPOCH" || return 0
	sed -n '/^  the pid was released by/,/^  the pid was then/p' out | grep -q ' in reap ' || { show; fail "$1: there is no stack of its release"; }
	! command -v python3 >/dev/null || python3 - <<'END' || { show; cat r.json r.sarif; fail "$1: its stack is not in JSON and SARIF"; }
import json
moment = json.load(open("r.json"))["report"]["findings"][0]["released"]
assert moment["call"] == "wait4" and moment["process"] > 1 and "fuzz_static" in moment["command_line"]
assert "reap" in [f.get("function") for f in moment["stack"]]
stacks = json.load(open("r.sarif"))["runs"][0]["results"][0]["stacks"]
frames = [s for s in stacks if s["message"]["text"].startswith("released by wait4")][0]["frames"]
names = [n["fullyQualifiedName"] for f in frames for n in f["location"].get("logicalLocations", [])]
assert "reap" in names
END
}
released child
released family
released shell

finds 'statuses of children were lost to another wait' ' in wait_late ' "$built/fuzz_static" stolen

try fuzz --seed=1 --runs=5 -- "$built/fuzz_static" right
status 0
grep -qE '^pidepoch fuzz: nothing found in 5 runs .*: 0 forks, [1-9][0-9]* releases, ([1-9][0-9]|[5-9]) reuses$' out || { show; fail "its pids were not given away"; }

# below another program the control run shows that a supervisor is needed
try fuzz --seed=1 --runs=1 -- sh -c "'$built/fuzz_static' group; true"
status 1
grep -q 'signal 15 (TERM) reached an unrelated process' out || { show; fail "it is not found below a shell"; }
try fuzz --seed=1 --runs=1 -- sh -c "'$built/fuzz_static' right; true"
status 0
grep -q '; with a supervisor, for programs without the library$' out || { show; fail "it does not say that it has a supervisor"; }
try fuzz --seed=1 --runs=1 -- sh -c 'sleep 0 & wait'
! grep -q 'with a supervisor' out || { show; fail "a supervisor without a need"; }
try fuzz --seed=1 --runs=1 --supervisor=off -- sh -c "'$built/fuzz_static' group; true"
status 0
try fuzz --seed=1 --runs=1 --supervisor=off -- "$built/fuzz_static" group
status 3
