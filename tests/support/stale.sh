# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Shared by tests that need stale uses while a program runs, in a pid namespace of their own. The
# program prints the pid of a child that it has reaped, then uses that pid N times for each line N
# of its standard input (-N: by signal 0), and answers "done".
#
#   stale_programs FOLDER     writes there: uses.py, uses.c, birth.py
#   birth.py PID              in the namespace, outside the run: an unrelated process gets the pid;
#                             status 77 where the kernel does not set a namespace's next pid

stale_programs()
{
	cat >"$1/uses.py" <<'END'
import os, signal, sys
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
print(pid, flush=True)
for line in sys.stdin:
    for i in range(abs(int(line))):
        try:
            os.kill(pid, signal.SIGCONT if int(line) > 0 else 0)
        except ProcessLookupError:
            pass
    print("done", flush=True)
END
	cat >"$1/uses.c" <<'END'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	pid_t pid = fork();
	char line[32];

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	printf("%d\n", pid);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		for (int i = abs(atoi(line)); i > 0; i--)
			kill(pid, atoi(line) > 0 ? SIGCONT : 0);
		printf("done\n");
		fflush(stdout);
	}
	return 0;
}
END
	cat >"$1/birth.py" <<'END'
import os, signal, sys
wanted = int(sys.argv[1])
for attempt in range(1000):
    try:
        with open("/proc/sys/kernel/ns_last_pid", "w") as f:
            f.write(str(wanted - 1))
    except OSError:
        sys.exit(77)
    pid = os.fork()
    if pid == 0:
        if os.getpid() == wanted:
            os.closerange(0, 10)
            signal.pause()
        os._exit(0)
    if pid == wanted:
        sys.exit(0)
    os.waitpid(pid, 0)
sys.exit(77)
END
}

# a fifo "to" and "from" of the program in the current folder; descriptors 3 and 4
stale_begin() # COMMAND...
{
	mkfifo to from
	"$@" <to >from &
	run=$!
	exec 3>to 4<from
	read -r stale <&4 || { wait $run; fail "the program does not start"; }
	/usr/bin/python3 "$TMPDIR/birth.py" "$stale" || exit $?
}

stale_use() # NUMBER
{
	echo "$1" >&3
	read -r line <&4 && test "$line" = "done" || fail "the program does not answer"
}

stale_end()
{
	exec 3>&- 4<&-
	wait $run
	rm -f to from
}
