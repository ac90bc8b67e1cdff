#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# top lists the programs of a run as a tree, with their children, those that were reaped, and their
# stale uses; static programs as well, where a supervisor sees them. Live, in tmux, it shows a use
# when it happens, in each size of the window, and ends by its keys.
. "$(dirname "$0")/../support/cli.sh"
. "$(dirname "$0")/../support/stale.sh"
test -x /usr/bin/python3 || skip "python3 is not installed"
unshare -rmpf --mount-proc true 2>/dev/null || skip "cannot create a pid namespace"
stale_programs "$TMPDIR"
$CC -static "$TMPDIR/uses.c" -o "$TMPDIR/static" || fail "$CC -static"

cat >"$TMPDIR/inside" <<'END'
cd "$TMPDIR" || exit 1
fail() { echo "FAIL: $*"; exit 1; }
. "$SUPPORT/stale.sh"
as_json() # EXPRESSION of the list d and the program p
{
	"$PIDEPOCH" top --json >json || fail "top --json"
	/usr/bin/python3 - "$run" "$1" <<'PY' || { cat json; fail "not so: $1"; }
import json, sys
d = json.load(open("json"))
p = {p["pid"]: p for p in d["processes"]}[int(sys.argv[1])]
assert eval(sys.argv[2])
PY
}
if test "$WATCHED"; then
	stale_begin "$PIDEPOCH" run --supervisor=on --log="$TMPDIR/log" -- ./static
	stale_use 3
	as_json 'not p["library"] and p["watched"] and p["command"] == "static" and p["policy"] == "refuse"'
	as_json 'p["children"] == 0 and p["released"] == 1 and p["uses"] == 3 and p["refused"] == 3'
	as_json 'd["supervisors"][0]["run"] == p["pid"] and d["supervisors"][0]["calls"] >= 4 and d["supervisors"][0]["latency_us"] > 0'
	"$PIDEPOCH" top --once | grep -q "^ *$run  *0  *1  *-  *-  refuse  -  *3  *3  static\$" || fail "top --once of a static program"
	stale_end
	exit 0
fi
stale_begin "$PIDEPOCH" run --log="$TMPDIR/log" -- /usr/bin/python3 uses.py
stale_use 1
as_json 'p["library"] and not p["watched"] and p["command"] == "python3" and p["policy"] == "refuse"'
as_json 'p["released"] == 1 and p["children"] == 0 and p["uses"] == 1 and p["refused"] == 1 and not d["supervisors"]'
"$PIDEPOCH" top --once $run | grep -q "^ *$run  *0  *1 .* refuse  act  *1  *1  python3\$" || fail "top --once"
"$PIDEPOCH" top --once 1 >/dev/null || fail "below pid 1 is the run"
"$PIDEPOCH" top --once $$ 99999 >/dev/null || fail "of several roots one is enough"
! "$PIDEPOCH" top --once 99999 >/dev/null || fail "nothing to show is status 1"
test "$WITH_TMUX" || exit 0
tmux() { command tmux -S "$TMPDIR/tmux" -f /dev/null "$@"; }
shows() # PATTERN
{
	for i in $(seq 600); do
		tmux capture-pane -p >screen 2>/dev/null && grep -q -e "$1" screen && return
		sleep 0.1
	done
	cat screen
	fail "the screen does not show: $1"
}
tmux new-session -d -x 80 -y 24 "$PIDEPOCH top -d 0.2; echo status \$? >'$TMPDIR/status'"
shows "$run  *0  *1 .* 1  *1  python3"
shows "^before   python3\[$run\]: kill($stale, SIGCONT): stale pid, refused\$"
stale_use 1
shows "^[0-9:]* python3\[$run\]: kill($stale, SIGCONT): stale pid, refused\$"
shows " 2  *2  python3"
stale_use 30
shows " python3: 14 more\| 32  *32  python3"
tmux resize-window -x 40 -y 10
shows "^ *PID  CHILD  USES  REFUSED  COMMAND"
shows "^ *$run  *0  *32  *32  python3"
shows 'F10Quit$'
tmux resize-window -x 200 -y 50
shows '^ *PID .* LAG '
tmux send-keys h
shows 'REAPED  *children that were'
tmux send-keys h F6
shows 'Sort:PID'
tmux send-keys '<'
shows 'Sort:tree'
tmux send-keys / pyth Enter
tmux send-keys '\' nothing Enter
shows 'no program runs under pidepoch'
tmux send-keys q
for i in $(seq 600); do test ! -s status || break; sleep 0.1; done
test "$(cat status)" = 'status 0' || fail "q does not end it"
END
export SUPPORT="$PIDEPOCH_SRCDIR/tests/support"
# inside a pid namespace; 77: no next pid can be set
inside()
{
	status=0
	env "$@" unshare -rmpf --mount-proc sh -c '"$@"; exit $?' init sh "$TMPDIR/inside" >"$TMPDIR/out" 2>&1 || status=$?
	test $status -ne 77 || skip "this kernel does not set a namespace's next pid"
	test $status -eq 0 || { cat "$TMPDIR/out"; exit 1; }
	rm -f "$TMPDIR/to" "$TMPDIR/from" "$TMPDIR/log"
}
without=''
if "$PIDEPOCH" run --supervisor=on -- true 2>/dev/null; then
	inside WATCHED=yes WITH_TMUX=
else
	without="no supervisor here"
fi
with_tmux=''
command -v tmux >/dev/null && with_tmux=yes
inside WATCHED= WITH_TMUX=$with_tmux
test "$with_tmux" || skip "tmux is not installed (the list was tried) $without"
test -z "$without" || skip "$without"
