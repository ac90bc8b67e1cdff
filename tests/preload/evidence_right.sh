#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Right uses of pids that come as bytes are never refused, where pids wrap every hundred forks. The
# table at the end counts them by kind. PIDEPOCH_RIGHT=10000 tests/preload/evidence_right.sh makes
# that many uses; without the variable it makes a part of them.
#
# The library alone, refusing as much as it can (--evidence=all): a refusal of a probe would be
# wrong as well.
. "$(dirname "$0")/../support/cli.sh"
rounds=${PIDEPOCH_RIGHT:-40}
command -v bash >/dev/null || skip 'bash is not installed'
command -v pgrep >/dev/null || skip 'pgrep is not installed'
user=
test "$(id -u)" -eq 0 || user='--user --map-root-user'
unshare $user --pid --fork --mount-proc true 2>/dev/null || skip 'cannot create a pid namespace'

# kind NAME ROUNDS BODY - the bash function `once` of BODY makes one right use and fails if that was
# refused
kind()
{
	cat >"$TMPDIR/$1" <<END
#!$(command -v bash)
d=\$(mktemp -d "$TMPDIR/$1.XXXXXX"); cd "\$d"
$3
for ((done = 0, wrong = 0; done < $2; done++)); do
	for ((k = RANDOM % 4; k > 0; k--)); do /bin/true; done
	once || { wrong=\$((wrong + 1)); echo "wrong in round \$done" >&2; }
done
echo "\$done \$wrong"
END
	chmod +x "$TMPDIR/$1"
	# its own pid namespace, in which pids wrap; the shell around it reaps orphans
	unshare $user --pid --fork --mount-proc sh -c '
		echo 400 >/proc/sys/kernel/pid_max 2>/dev/null || exit 77
		test ! -e "$TMPDIR/beside" || sh "$TMPDIR/beside" &
		"$@"
		exit $?' sh "$PIDEPOCH" run --evidence=all --log="$TMPDIR/log" -- "$TMPDIR/$1" \
		>"$TMPDIR/out" 2>"$TMPDIR/err" && status=0 || status=$?
	test "$status" -ne 77 || skip 'pid_max of a namespace cannot be set here'
	printf '%-22s %8s right uses, %s refused\n' "$1" $(cat "$TMPDIR/out")
	test "$status" -eq 0 && grep -qx "$2 0" "$TMPDIR/out" || {
		tail -n 5 "$TMPDIR/err"
		tail -n 5 "$TMPDIR/log"
		fail "$1: $(cat "$TMPDIR/out")"
	}
	! grep -q 'refused: ' "$TMPDIR/log" 2>/dev/null || { grep 'refused: ' "$TMPDIR/log" | tail -n 5; fail "$1: a notice"; }
}

: >"$TMPDIR/log"

kind orphans "$rounds" '
once() { p=$(sleep 60 >/dev/null 2>&1 & echo $!); kill $p; }'

# Its own child. What it saw of an earlier one with this pid says nothing.
kind child-by-kill "$((rounds * 5))" '
once() { sleep 60 & q=$!; test $((done % 3)) -gt 0 || read -r x </proc/$q/comm
	/bin/kill -0 $q && /bin/kill $q; r=$?; kill $q 2>/dev/null; wait $q 2>/dev/null; return $r; }'

kind child-by-ps "$((rounds * 5))" '
once() { sleep 60 & q=$!; test $((done % 3)) -gt 0 || ps -o pid= --ppid $$ >/dev/null
	test "$(ps -o pid= -p $q)" -eq $q; r=$?; kill $q; wait $q 2>/dev/null; return $r; }'

kind orphans-by-kill "$rounds" '
once() { p=$(sleep 60 >/dev/null 2>&1 & echo $!); /bin/kill $p; }'

# dash has no record of what bash has reaped, and its child is adopted by a process of its own group
kind orphans-by-sh "$rounds" '
once() { p=$(sh -c "sleep 60 >/dev/null 2>&1 & echo \$!"); kill $p; }'

kind orphans-by-sh-by-kill "$rounds" '
once() { p=$(sh -c "sleep 60 >/dev/null 2>&1 & echo \$!"); /bin/kill $p; }'

# a process that is no descendant, and not in the run, tells the pid of its child
mkfifo "$TMPDIR/ask" "$TMPDIR/tell"
cat >"$TMPDIR/beside" <<'END'
cd "$TMPDIR"
while read -r x <ask; do
	sleep 60 &
	echo $! >tell
done
END
kind told-by-fifo "$rounds" "
once() { echo x >$TMPDIR/ask; read -r p <$TMPDIR/tell; kill \$p; }"

kind told-by-fifo-by-kill "$rounds" "
once() { echo x >$TMPDIR/ask; read -r p <$TMPDIR/tell; /bin/kill \$p; }"
rm "$TMPDIR/beside"

kind ppid-list "$rounds" '
once() { sh -c "sleep 60 & wait" & s=$!; until c=$(ps -o pid= --ppid $s) && [ -n "$c" ]; do :; done
	kill $c; r=$?; wait $s 2>/dev/null; return $r; }'

kind pgrep-list "$rounds" '
once() { sh -c "sleep 60 & wait" & s=$!; until c=$(pgrep -P $s); do :; done
	kill -0 $c && kill $c; r=$?; wait $s 2>/dev/null; return $r; }'

kind xargs "$rounds" '
once() { sh -c "sleep 60 & wait" & s=$!; until pgrep -P $s >/dev/null; do :; done
	pgrep -P $s | xargs -n 1 kill; r=$?; wait $s 2>/dev/null; return $r; }'

kind pidfile-cat "$rounds" '
once() { (sleep 60 & echo $! >x.pid) & wait $!; kill -0 $(cat x.pid) && kill $(cat x.pid); }'

kind pidfile-read "$rounds" '
once() { (sleep 60 & echo $! >x.pid) & wait $!; read -r p <x.pid; test -d /proc/$p && kill $p; }'

kind pidfile-pkill "$rounds" '
once() { (sleep 60 & echo $! >x.pid) & wait $!; pkill -F x.pid; }'

command -v start-stop-daemon >/dev/null && kind start-stop-daemon "$rounds" '
PATH=$PATH:/usr/sbin:/sbin
once() { start-stop-daemon --start --quiet --background --make-pidfile --pidfile $d/d.pid --exec /bin/sleep -- 60 || return 1
	until start-stop-daemon --status --pidfile $d/d.pid --exec /bin/sleep; do :; done
	start-stop-daemon --stop --quiet --retry 5 --pidfile $d/d.pid --exec /bin/sleep; }'

kind lock-taken-over "$rounds" '
once() { sh -c "echo \$\$ >x.lock"; read -r p <x.lock; kill -0 $p 2>/dev/null; echo $$ >x.lock; read -r p <x.lock; kill -0 $p; }'

kind job-control "$rounds" '
set -m
once() { sleep 60 & kill -STOP %+ && kill -CONT %+ && kill %+ && { wait %+ 2>/dev/null; true; }; }'

# one shell that uses several ways in turn: what it learned by one does not count against the next
command -v fuser >/dev/null && command -v pidof >/dev/null && kind mixed "$rounds" '
start() { bash -c "exec -a target$1 sleep 60 </dev/null >/dev/null 2>&1 &"; }
by_fuser() { (sleep 60 >data 2>/dev/null &); until p=$(fuser data 2>/dev/null) && [ -n "$p" ]; do :; done
	kill $p; r=$?; rm data; return $r; }
by_pidof() { cp /bin/sleep here$((done % 5)) 2>/dev/null; (./here$((done % 5)) 60 >/dev/null 2>&1 &)
	until p=$(pidof here$((done % 5))); do :; done; kill $p; }
by_ps() { start $done; until p=$(ps axww -o pid=,args= | awk -v x=target$done "\$2 == x { print \$1 }") && [ -n "$p" ]; do :; done
	kill $p; }
by_proc() { start $done; while :; do for f in /proc/[0-9]*; do { IFS= read -r -d "" c <$f/cmdline; } 2>/dev/null
	test "$c" != target$done || { kill ${f#/proc/}; return; }; done; done; }
by_pidfile() { (sleep 60 >/dev/null 2>&1 & echo $! >x.pid); kill $(cat x.pid); }
by_json() { (sh -c "echo {\\\"pid\\\": \$\$, \\\"port\\\": 80} >s.tmp; mv s.tmp s.json; exec sleep 60" >/dev/null 2>&1 &)
	until p=$(sed -n "s/.*: \([0-9]*\),.*/\1/p" s.json 2>/dev/null) && [ -n "$p" ]; do :; done
	kill $p; r=$?; rm s.json; return $r; }
uses=(by_fuser by_pidof by_ps by_proc by_pidfile by_json)
once() { ${uses[RANDOM % 6]}; }'

if command -v python3 >/dev/null && python3 -c 'import multiprocessing' 2>/dev/null; then
	python=$(python3 -c 'import sys; print(sys.executable)')
	cat >"$TMPDIR/forkserver.py" <<'END'
import multiprocessing, subprocess, sys, time
def work():
    time.sleep(60)
if __name__ == '__main__':
    wrong, rounds = 0, int(sys.argv[1])
    context = multiprocessing.get_context('forkserver')
    for i in range(rounds):
        for _ in range(i % 5):
            subprocess.run(['/bin/true'])
        p = context.Process(target=work, daemon=True)
        p.start()
        p.terminate()
        p.join()
        wrong += p.exitcode != -15
    print('wrong' if wrong else 'right')
END
	kind forkserver 1 "once() { test \"\$($python $TMPDIR/forkserver.py $rounds)\" = right; }"
fi
