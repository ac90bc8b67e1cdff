#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# token.7: when monitor and worker have both been killed, a program with the library still forks,
# executes, signals its children and reaps them. Where libc makes the call, and where a program that
# cannot load the library is executed, a line gives the remedy; the remedy works.
# both_killed.sh [FOLDER]: with the library in that folder (tests/mutants/engine.sh)
. "$(dirname "$0")/../support/cli.sh"
test $# -eq 0 || export PIDEPOCH_LIBDIR="$1"
"$PIDEPOCH" run --supervisor=on -- true 2>"$TMPDIR/err" || skip "no supervisor here: $(cat "$TMPDIR/err")"
unshare --user --map-root-user --pid --fork --mount-proc true 2>/dev/null ||
	skip 'cannot create a pid namespace'
mkfifo "$TMPDIR/ready" "$TMPDIR/go"
# of make sanitize, whose command wants its library before ours
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"

cat >"$TMPDIR/static.c" <<'END'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(4);
	if (waitpid(child, &status, 0) == child)
		printf("static %d\n", WEXITSTATUS(status));
	else
		printf("static %s\n", strerrorname_np(errno));
}
END
# shellcheck disable=SC2086 # a command with arguments
$CC -D_GNU_SOURCE -static -o "$TMPDIR/static" "$TMPDIR/static.c" || fail 'no static program'

cat >"$TMPDIR/program" <<'END'
exec 2>/dev/null # the shell reports the signal
sleep 1000 &
sleeper=$!
echo ready >ready
read -r word <go
kill "$sleeper" && wait "$sleeper"
echo "signalled $?"
kill -0 1
echo "another process $?"
/bin/sh -c 'exit 5'
echo "executed $?"
env sh -c 'exit 6'
echo "found in PATH $?"
env ./script 7
echo "script $?"
python3 -c 'import os; os.execve(os.open("/bin/sh", os.O_RDONLY), ["sh", "-c", "exit 8"], {})'
echo "by descriptor $?"
python3 -c '
import ctypes, os
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) # PR_SET_DUMPABLE: its waits are notified from now on
child = os.fork() or os._exit(9)
print("waitid", os.waitid(os.P_PID, child, os.WEXITED).si_status)
child = os.fork() or os._exit(10)
print("wait4", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))'
python3 -c 'import os; os.system("true")' 2>hint
echo "system $?"
kill "$sleeper"
echo "stale $?"
env ./static 2>static_hint
"$PIDEPOCH" run --supervisor=on -- python3 -c 'import os; print("anew", os.system("exit 3") >> 8)'
"$PIDEPOCH" run --supervisor=on -- ./static
exec /bin/sh -c 'echo replaced'
END

# without #!
echo 'exit "$1"' >"$TMPDIR/script"
chmod +x "$TMPDIR/script"

cat >"$TMPDIR/first" <<'END'
cd "$1" || exit 99
"$PIDEPOCH" run --supervisor=on -- sh ./program &
read -r word <ready
ours=
for process in /proc/[0-9]*; do
	read -r name <"$process/comm" && case $name in
	pidepoch-*) ours="$ours ${process#/proc/}" ;;
	esac
done
# none of them makes another one between the two ends
kill -STOP $ours
kill -KILL $ours
for pid in $ours; do
	while test -e "/proc/$pid" && ! grep -qs '^State:.Z' "/proc/$pid/status"; do :; done
done
echo go >go
wait
END
try_env unshare --user --map-root-user --pid --fork --mount-proc sh "$TMPDIR/first" "$TMPDIR"
status 0
printed 'signalled 143
another process 0
executed 5
found in PATH 6
script 7
by descriptor 8
waitid 9
wait4 10
system 0
stale 1
static ENOSYS
anew 3
static 4
replaced'
for hint in "hint:start this program anew, by 'pidepoch run'" "static_hint:start it by 'pidepoch run'"; do
	grep -q " the supervisor of this run has been killed, .*: ${hint#*:}\$" "$TMPDIR/${hint%%:*}" ||
		{ cat "$TMPDIR/${hint%%:*}"; fail 'no hint'; }
done
