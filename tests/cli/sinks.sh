#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Notices are not lost: a log or event file that cannot be written is reported once and again in the
# summary, and its notices follow on standard error; the journal and the system log get theirs with
# fields; notices beyond the rate limit are counted (sink.2, sink.3, sink.4, outcome.3).
. "$(dirname "$0")/../support/cli.sh"
. "$(dirname "$0")/../support/stale.sh"
test -x /usr/bin/python3 || skip "python3 is not installed"

# In a pid namespace: an unrelated process, an orphan, gets the pid of a child that was reaped. Each
# signal to it is then a stale use.
stale_programs "$TMPDIR"
cat >"$TMPDIR/uses" <<'END'
import os, shutil, signal, subprocess, sys
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
if subprocess.run([sys.executable, sys.argv[1], str(pid)], stderr=subprocess.DEVNULL).returncode != 0:
    sys.exit(77)
for folder in sys.argv[3:]:
    shutil.rmtree(folder)
for i in range(int(sys.argv[2])):
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass
END
unshare -rmpf --mount-proc true 2>/dev/null || skip "cannot create a pid namespace"

folder='' # removed before the uses
uses() # NUMBER OPTION...
{
	number=$1
	shift
	tried="$number uses with $*" got=0
	unshare -rmpf --mount-proc sh -c '"$@"; exit $?' init "$PIDEPOCH" run "$@" -- \
		/usr/bin/python3 "$TMPDIR/uses" "$TMPDIR/birth.py" "$number" $folder >"$TMPDIR/out" 2>"$TMPDIR/err" || got=$?
	test "$got" -ne 77 || skip "this kernel does not set a namespace's next pid"
}

lines() # NUMBER PATTERN FILE
{
	test "$(grep -c -e "$2" "$3")" -eq "$1" || { show; fail "there must be $1 lines with '$2' in $3"; }
}

uses 3 --summary
lines 3 'stale pid: ' "$TMPDIR/err"
lines 1 "^pidepoch run: summary: 3 stale uses refused, 3 notices\$" "$TMPDIR/err"
lines 1 '^pidepoch run: summary: 3 calls judged: 3 kill$' "$TMPDIR/err"
uses 1 --summary --on-stale=warn
lines 1 "summary: 1 stale use let through, 1 notice\$" "$TMPDIR/err"
uses 0 --summary
lines 1 'summary: nothing to report, 0 notices' "$TMPDIR/err"
# In an IPC namespace of its own: of what other programs make nothing is seen. The table of evidence
# stays, and is larger.
if unshare -ri true 2>/dev/null && command -v ipcs >/dev/null; then
	unshare -ri sh -c '"$PIDEPOCH" run --summary -- true; ipcs -m' >"$TMPDIR/out" 2>"$TMPDIR/err"
	lines 1 'summary: nothing to report, 0 notices' "$TMPDIR/err"
	awk '$5 ~ /^[0-9]+$/ && $5 < 100000 { exit 1 }' "$TMPDIR/out" || { show; fail "the tally stays behind"; }
fi
try run --summary -- sh -c 'exit 7'
status 7

# The log is gone while the command runs: said once, and the notices follow.
mkdir "$TMPDIR/folder"
folder=$TMPDIR/folder
uses 3 --summary --log="$TMPDIR/folder/log" --events="$TMPDIR/folder/events"
folder=''
lines 1 "cannot write to the log $TMPDIR/folder/log: No such file or directory; its notices follow here" "$TMPDIR/err"
lines 1 "cannot write to the events $TMPDIR/folder/events: No such file or directory; events are lost" "$TMPDIR/err"
lines 3 'stale pid: ' "$TMPDIR/err"
lines 1 "^pidepoch run: 3 notices could not be written to $TMPDIR/folder/log: No such file" "$TMPDIR/err"
lines 1 "^pidepoch run: 3 events could not be written to $TMPDIR/folder/events: No such file" "$TMPDIR/err"

# A file that is full: the limit of file sizes is one of this process, as a full disk would be.
head -c 1024 /dev/zero >"$TMPDIR/full"
(
	ulimit -f 1
	uses 2 --log="$TMPDIR/full" 2>&1
	cat "$TMPDIR/err"
) | cat >"$TMPDIR/err.2"
mv "$TMPDIR/err.2" "$TMPDIR/err"
lines 1 "cannot write to the log $TMPDIR/full: File too large; its notices follow here" "$TMPDIR/err"
lines 2 'stale pid: ' "$TMPDIR/err"

# The rate: of more than 100 notices in a second the others are counted, and events are not left
# out. The uses go on until a later second says how many were; a machine that is too slow for the
# rate never says so.
cat >"$TMPDIR/loop" <<'END'
cd "$TMPDIR" || exit 1
fail() { echo "FAIL: $*"; exit 1; }
. "$1"
notices=$2
shift 2
rm -f log events
stale_begin "$PIDEPOCH" run --summary --events="$TMPDIR/events" "$@"
before=$(date +%s) rounds=0
until grep -qs 'left out: more than 100 in a second$' "$notices" || test $rounds -eq 20; do
	stale_use 1000
	rounds=$((rounds + 1))
done
stale_end
echo "$((rounds * 1000)) $(($(date +%s) - before + 2))" >done
END
loop() # FILE-OF-NOTICES OPTION... -- PROGRAM
{
	tried="a loop with $*" got=0
	unshare -rmpf --mount-proc sh -c '"$@"; exit $?' init sh "$TMPDIR/loop" \
		"$PIDEPOCH_SRCDIR/tests/support/stale.sh" "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" || got=$?
	status 0
	read -r uses seconds <"$TMPDIR/done"
	lines "$uses" '"kind":"stale"' "$TMPDIR/events"
	written=$(grep -c 'stale pid: ' "$1")
	left=$(sed -n 's/^pidepoch run: \([0-9]*\) notices\{0,1\} w[a-z]* left out.*/\1/p' "$TMPDIR/err")
	said=$(sed -n 's/^pidepoch: .*: \([0-9]*\) notices\{0,1\} w[a-z]* left out: more than 100 in a second$/\1/p' "$1" |
		awk '{ sum += $1 } END { print sum + 0 }')
	test "$((written + ${left:-0}))" -eq "$uses" || { show; fail "written and left out must be $uses"; }
	test "$written" -ge 100 && test "$written" -le $((seconds * 100)) ||
		{ show; fail "$written notices were written in $seconds seconds"; }
	test "$said" -le "${left:-0}" || { show; fail "$said are said to be left out"; }
	test "$said" -gt 0 || test "$uses" -le $((seconds * 100)) || { show; fail "it is not said how many were left out"; }
}
loop "$TMPDIR/log" --log="$TMPDIR/log" -- /usr/bin/python3 "$TMPDIR/uses.py"

# the journal and the system log, as sockets of this test in a mount namespace
cat >"$TMPDIR/receive" <<'END'
import os, socket, subprocess, sys
path, log = sys.argv[1:3]
os.makedirs(os.path.dirname(path), exist_ok=True)
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
status = subprocess.run([os.environ["PIDEPOCH"], "run", "--log=" + log, "--"] + sys.argv[3:]).returncode
s.setblocking(False)
n = 0
while True:
    try:
        text = s.recv(65536).decode()
    except BlockingIOError:
        break
    n += 1
    print(text)
print("datagrams:", n)
sys.exit(status)
END
receive() # LOG
{
	mkdir -p "$TMPDIR/dev"
	unshare -rmpf --mount-proc sh -c '
		case $1 in
		journal) mount -t tmpfs none /run && path=/run/systemd/journal/socket ;;
		*) mount --rbind /dev "$2/dev" && mount -t tmpfs none /dev &&
			for f in null zero urandom; do : >/dev/$f && mount --bind "$2/dev/$f" /dev/$f; done
			path=/dev/log ;;
		esac || exit 77
		/usr/bin/python3 "$2/receive" "$path" "$1" /usr/bin/python3 "$2/uses" "$2/birth.py" 2
		exit $?' sh "$1" "$TMPDIR" >"$TMPDIR/out" 2>"$TMPDIR/err"
	got=$?
	test $got -ne 77 || skip "this machine permits no mounts for a $1 of this test"
	tried="run --log=$1"
	test ! -s "$TMPDIR/err" || { show; fail "there must be nothing on standard error"; }
	lines 1 'datagrams: 2' "$TMPDIR/out"
}
receive journal
for field in 'MESSAGE=python3 uses\[[0-9]*\]: kill([0-9]*, SIGCONT): stale pid: ' 'PRIORITY=4' 'SYSLOG_IDENTIFIER=pidepoch' \
	'PIDEPOCH_PROGRAM=python3 uses' 'PIDEPOCH_PID=[0-9]*' 'PIDEPOCH_STALE_PID=[0-9]*' 'PIDEPOCH_CALL=kill' 'PIDEPOCH_SIGNAL=18' \
	'PIDEPOCH_EVIDENCE=own' 'PIDEPOCH_OUTCOME=refused'; do
	lines 2 "^$field" "$TMPDIR/out"
done
receive syslog
lines 2 '^<12>pidepoch\[[0-9]*\]: python3 uses\[[0-9]*\]: kill(' "$TMPDIR/out"

# A supervisor that cannot write: the notices of a static program and the reasons follow on the
# program's standard error, once, and again in the summary.
"$PIDEPOCH" run --supervisor=on -- true 2>/dev/null || skip "no supervisor here (the library was tried)"
$CC -static "$TMPDIR/uses.c" -o "$TMPDIR/static" || fail "$CC -static"
cat >"$TMPDIR/inside" <<'END'
cd "$TMPDIR" || exit 1
fail() { echo "FAIL: $*"; exit 1; }
. "$1"
shift
stale_begin "$PIDEPOCH" run --supervisor=on --summary "$@" -- ./static
rm -rf folder
stale_use 3
stale_end
END
supervised() # OPTION...
{
	tried="a static program with $*" got=0
	mkdir -p "$TMPDIR/folder"
	unshare -rmpf --mount-proc sh -c '"$@"; exit $?' init sh "$TMPDIR/inside" \
		"$PIDEPOCH_SRCDIR/tests/support/stale.sh" "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" || got=$?
	status 0
}
supervised --log="$TMPDIR/folder/log" --events="$TMPDIR/folder/events"
lines 1 "cannot write to the log $TMPDIR/folder/log: No such file or directory; its notices follow here" "$TMPDIR/err"
lines 1 "cannot write to the events $TMPDIR/folder/events: No such file or directory; events are lost" "$TMPDIR/err"
lines 3 'static\[[0-9]*\]: kill([0-9]*, SIGCONT): stale pid: ' "$TMPDIR/err"
lines 1 '^pidepoch run: summary: [0-9]* calls* judged: .*3 kill' "$TMPDIR/err"
lines 1 '^pidepoch run: summary: 3 stale uses refused, 0 notices' "$TMPDIR/err"
lines 1 "^pidepoch run: 3 notices could not be written to $TMPDIR/folder/log: No such file" "$TMPDIR/err"
lines 1 "^pidepoch run: 3 events could not be written to $TMPDIR/folder/events: No such file" "$TMPDIR/err"
supervised --events="$TMPDIR/folder/events"
lines 1 "cannot write to the events $TMPDIR/folder/events: No such file or directory; events are lost" "$TMPDIR/err"
lines 3 'stale pid: ' "$TMPDIR/err"
# a full disk
supervised --log=/dev/full
lines 1 'cannot write to the log /dev/full: No space left on device; its notices follow here' "$TMPDIR/err"
lines 3 'stale pid: ' "$TMPDIR/err"
# the rate of a program without the library, by a log and by its own standard error
loop "$TMPDIR/log" --supervisor=on --log="$TMPDIR/log" -- ./static
loop "$TMPDIR/err" --supervisor=on -- ./static
