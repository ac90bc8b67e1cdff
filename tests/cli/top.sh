#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# top lists the programs of a run as a tree, with their children, those that were reaped, and their
# stale uses; live, in tmux, it shows a use when it happens and ends by its keys.
. "$(dirname "$0")/../support/cli.sh"
test -x /usr/bin/python3 || skip "python3 is not installed"
unshare -rmpf --mount-proc true 2>/dev/null || skip "cannot create a pid namespace"

# In a pid namespace: reap a child, give its pid to an orphan, and use it for each line of standard
# input.
cat >"$TMPDIR/subject" <<'END'
import os, signal, sys
def birth(wanted):
    for attempt in range(1000):
        with open("/proc/sys/kernel/ns_last_pid", "w") as f:
            f.write(str(wanted - 1))
        pid = os.fork()
        if pid == 0:
            signal.pause() if os.getpid() == wanted else None
            os._exit(0)
        if pid == wanted:
            return
        os.waitpid(pid, 0)
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
middle = os.fork()
if middle == 0:
    try:
        birth(pid)
    except OSError:
        os._exit(77)
    os._exit(0)
if os.waitstatus_to_exitcode(os.waitpid(middle, 0)[1]) != 0:
    os._exit(77)
print("ready", flush=True)
for line in sys.stdin:
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass
    print("done", flush=True)
END

cat >"$TMPDIR/inside" <<'END'
cd "$TMPDIR" || exit 1
fail() { echo "FAIL: $*"; exit 1; }
mkfifo to from
"$PIDEPOCH" run --log="$TMPDIR/log" -- /usr/bin/python3 subject <to >from & run=$!
exec 3>to 4<from
read -r line <&4 || { wait $run; test $? -ne 77 || exit 77; fail "the subject does not start"; }
use() { echo >&3; read -r line <&4 && test "$line" = done || fail "the subject does not answer"; }
use
"$PIDEPOCH" top --json >json || fail "top --json"
/usr/bin/python3 - "$run" <<'PY' || { cat json; fail "the list is wrong"; }
import json, sys
d = json.load(open("json"))
p = {p["pid"]: p for p in d["processes"]}[int(sys.argv[1])]
assert p["library"] and not p["watched"] and p["command"] == "python3" and p["policy"] == "refuse", p
assert p["released"] == 2 and p["children"] == 0 and p["uses"] == 1 and p["refused"] == 1, p
assert not d["supervisors"]
PY
"$PIDEPOCH" top --once $run | grep -q "^ *$run  *0  *2 .* refuse  act  *1  *1  python3\$" || fail "top --once"
"$PIDEPOCH" top --once 1 >/dev/null || fail "below pid 1 is the run"
"$PIDEPOCH" top --once $$ 99999 >/dev/null || fail "of several roots one is enough"
! "$PIDEPOCH" top --once 99999 >/dev/null || fail "nothing to show is status 1"
test "$WITH_TMUX" || exit 0
tmux() { command tmux -S "$TMPDIR/tmux" -f /dev/null "$@"; }
shows() # PATTERN
{
	for i in $(seq 300); do
		tmux capture-pane -p >screen 2>/dev/null && grep -q -e "$1" screen && return
		sleep 0.1
	done
	cat screen
	fail "the screen does not show: $1"
}
tmux new-session -d -x 120 -y 30 "$PIDEPOCH top -d 0.2; echo status \$? >'$TMPDIR/status'"
shows "$run  *0  *2 .* 1  *1  python3"
use
shows "[0-9:]* python3\[$run\]: kill([0-9]*): stale pid, refused\$"
tmux send-keys h
shows 'REAPED  *children that were'
tmux send-keys h F6
shows 'Sort:PID'
tmux send-keys '\' nothing Enter
shows 'no program runs under pidepoch'
tmux send-keys q
for i in $(seq 300); do test ! -s status || break; sleep 0.1; done
test "$(cat status)" = 'status 0' || fail "q does not end it"
END
with_tmux=''
command -v tmux >/dev/null && with_tmux=yes
status=0
WITH_TMUX=$with_tmux unshare -rmpf --mount-proc sh -c '"$@"; exit $?' init sh "$TMPDIR/inside" >"$TMPDIR/out" 2>&1 || status=$?
test $status -ne 77 || skip "this kernel does not set a namespace's next pid"
test $status -eq 0 || { cat "$TMPDIR/out"; exit 1; }
test "$with_tmux" || skip "tmux is not installed (the list was tried)"
