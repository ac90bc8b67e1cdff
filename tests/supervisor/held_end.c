// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The program's parent is notified of its end after the supervisor has ended (end.h). The test
 * traces the worker, so that the monitor has to wait for it; the program is a zombie meanwhile,
 * and no wait of its parent finds it. The program needs a moment for its exit, since it frees much
 * memory. Still the monitor may be late on a busy machine, so there are several attempts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATTEMPTS 20
#define MEMORY	 (64u << 20)
#define STATUS	 7

enum outcome { HELD, LATE, NOT_TRACEABLE };

static _Noreturn void fail(const char *what)
{
	printf("FAIL: %s\n", what);
	exit(1);
}

/* --- the program --- */

static int program(void)
{
	char *memory =
		     mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	     c;

	if (memory == MAP_FAILED)
		return 98;
	memset(memory, 1, MEMORY);
	if (write(1, "r", 1) != 1)
		return 98;
	return read(0, &c, 1) == 0 ? STATUS : 98;
}

/* Its end follows that of *@in. */
static pid_t start(int *in, int *out)
{
	char own[4096] = "";
	int to[2], from[2];
	pid_t pid;

	if (readlink("/proc/self/exe", own, sizeof(own) - 1) < 0)
		exit(99);
	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		exit(99);
	pid = fork();
	if (pid == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		execl(getenv("PIDEPOCH"), "pidepoch", "run", "--supervisor=on", "--", own,
		      "program", (char *)NULL);
		_exit(96);
	}
	close(to[0]);
	close(from[1]);
	*in = to[1];
	*out = from[0];
	return pid;
}

/* --- its supervisor --- */

/* The process with this command line, or 0. */
static pid_t find(const char *role, pid_t run)
{
	char wanted[64], path[300], got[64];
	struct dirent *e;
	DIR *all = opendir("/proc");
	pid_t found = 0;

	snprintf(wanted, sizeof(wanted), "pidepoch: %s of %d", role, run);
	while (all && !found && (e = readdir(all))) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
		f = atoi(e->d_name) > 0 ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		if (fgets(got, sizeof(got), f) && strcmp(got, wanted) == 0)
			found = atoi(e->d_name);
		fclose(f);
	}
	if (all)
		closedir(all);
	return found;
}

/* Its state in /proc, or 0. */
static char state_of(pid_t pid)
{
	char path[32], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (f)
		fclose(f);
	return state;
}

/* --- an attempt --- */

static void await_zombie(pid_t pid)
{
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };

	if (end.fd < 0 || poll(&end, 1, -1) != 1)
		exit(99);
	close(end.fd);
}

static enum outcome attempt(void)
{
	int in, out, status;
	pid_t run = start(&in, &out), monitor, worker, early;
	char c;

	if (read(out, &c, 1) != 1)
		exit(99);
	monitor = find("monitor", run);
	worker = find("worker", run);
	if (!monitor || !worker)
		fail("the supervisor is not there");
	if (ptrace(PTRACE_SEIZE, worker, NULL, NULL) < 0)
		return NOT_TRACEABLE;
	close(in);
	await_zombie(run);
	early = waitpid(run, &status, WNOHANG);
	if (waitpid(worker, NULL, __WALL) != worker) /* now the monitor can reap it */
		fail("the worker has not ended");
	if (!early && waitpid(run, &status, 0) != run)
		fail("no status");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != STATUS)
		fail("another status");
	c = state_of(monitor);
	if (!early && c != 0 && c != 'Z' && c != 'X')
		fail("the monitor has not ended");
	close(out);
	return early ? LATE : HELD;
}

/* end.1 */
static bool is_old_kernel(void)
{
	struct utsname u;
	int major, minor;

	return uname(&u) == 0 && sscanf(u.release, "%d.%d", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor < 11));
}

static bool works(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl(getenv("PIDEPOCH"), "pidepoch", "run", "--supervisor=on", "--", "true",
		      (char *)NULL);
		_exit(96);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static int skip(const char *why)
{
	printf("skip: %s\n", why);
	return 77;
}

int main(int argc, char **argv)
{
	enum outcome o = LATE;

	(void)argv;
	if (argc > 1)
		return program();
	if (!getenv("PIDEPOCH"))
		return 99;
	if (is_old_kernel())
		return skip("before Linux 6.11 the end of a filter is reported too late");
	if (!works())
		return skip("no supervisor here");
	for (int i = 0; i < ATTEMPTS && o == LATE; i++)
		o = attempt();
	if (o == NOT_TRACEABLE)
		return skip("other processes may not be traced here");
	if (o == LATE)
		fail("the program's end was not held");
	return 0;
}
