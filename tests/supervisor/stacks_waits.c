// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * stacks_waits - waits that block, in code with frame pointers, have the results that they have
 * without a supervisor: a status, EINTR from a handler without SA_RESTART, 0 of WNOHANG, ECHILD.
 * Then a pid that wait(-1) has released is misused.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void on_signal(int signal)
{
	(void)signal;
	handled++;
}

static void must(int holds, const char *what)
{
	if (holds)
		return;
	printf("FAIL: %s\n", what);
	exit(1);
}

static int child_until(int reported)
{
	char c;
	int pid = fork();

	if (pid == 0) {
		alarm(60);
		_exit(read(reported, &c, 1) == 1 ? 7 : 8);
	}
	return pid;
}

/* Is it in wait4? */
static int waits(int pid)
{
	char path[64], text[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	f = fopen(path, "r");
	if (f && !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	return atoi(text) == SYS_wait4 && strchr(text, ' ');
}

/* how often it has slept */
static long sleeps(int pid)
{
	char path[64], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "voluntary_ctxt_switches: %ld", &n);
	if (f)
		fclose(f);
	return n;
}

/* Until it has been in one and the same sleep for a while. A wait that is interrupted again and
 * again never is. */
static void settle(int pid)
{
	long last = -1, n;

	for (int same = 0; same < 3000; last = n) {
		n = sleeps(pid);
		same = n == last && waits(pid) ? same + 1 : 0;
		sched_yield();
	}
}

/* A process beside that acts when the parent waits: a signal to it, or a byte to the child. */
static int beside(int signal, int to)
{
	int parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	alarm(60);
	settle(parent);
	if (signal)
		kill(parent, signal);
	else
		must(write(to, "", 1) == 1, "a byte");
	_exit(0);
}

static int wait_for_any(int *status)
{
	int pid = waitpid(-1, status, 0);

	return pid;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	int reported[2], pid, other, status = 0, n;

	alarm(60);
	must(pipe(reported) == 0, "a pipe");
	sigaction(SIGUSR1, &action, NULL);
	pid = child_until(reported[0]);
	must(waitpid(pid, &status, WNOHANG) == 0, "WNOHANG");
	other = beside(SIGUSR1, -1);
	must(waitpid(pid, &status, 0) == -1 && errno == EINTR && handled == 1, "EINTR, once");
	must(waitpid(other, &status, 0) == other && status == 0, "the one beside");
	other = beside(0, reported[1]);
	must(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7, "the status");
	must(waitpid(other, &status, 0) == other && status == 0, "the other one beside");
	must(waitpid(-1, &status, 0) == -1 && errno == ECHILD, "ECHILD");
	pid = fork();
	if (pid == 0)
		_exit(0);
	n = wait_for_any(&status);
	must(n == pid && status == 0, "any");
	must(kill(pid, SIGTERM) == -1 && errno == ESRCH, "the misuse is refused");
	return 0;
}
