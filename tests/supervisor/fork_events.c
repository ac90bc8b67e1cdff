// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A child that is born and reaped while another thread waits for any child is known if the kernel
 * sends fork events (wait.2, fork_events.1 to fork_events.5): its old pid can no longer be
 * signalled. The pids are this machine's own here, because fork events exist only for the first
 * namespaces; only unrelated processes of the test are targets.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/kernel/probe.h"
#include "../support/worker.h"

#define FLOOD 20000 /* births, twice as many as the socket holds */

enum how { NATIVE, WITHOUT, WITH };

static const char *const names[] = { "native", "without births", "with births" };

static struct run {
	enum how how;
	pid_t pid;
	int to;
	FILE *from;
} run;

static _Noreturn void fail(const char *what, const char *said)
{
	printf("FAIL: %s: %s; it printed '%s'\n", names[run.how], what, said);
	exit(1);
}

/* --- the program --- */

static void become(enum how how, const char *part)
{
	static char program[4096];
	const char *argv[] = { getenv("PIDEPOCH"), "run", "--log=/dev/null", program, part, NULL };
	const char *const *from = argv + (how == NATIVE ? 3 : 0);

	snprintf(program, sizeof(program), "%s/tests/supervisor/reaper",
		 getenv("PIDEPOCH_BUILDDIR"));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid(); /* which identifies its worker */
	if (how == WITHOUT)
		setenv("PIDEPOCH_FORCE_OLD", "births", 1);
	execv(from[0], (char *const *)from);
	_exit(96);
}

/* its answer to @line; the answer before, if that is NULL */
static const char *ask(const char *line, int number)
{
	static char said[64];
	char text[64];
	int n = line ? snprintf(text, sizeof(text), "%s %d\n", line, number) : 0;

	if (n && write(run.to, text, (size_t)n) != n)
		fail("it does not listen", line);
	if (!fgets(said, sizeof(said), run.from))
		fail("it has ended", line ? line : "");
	said[strcspn(said, "\n")] = '\0';
	return said;
}

static void start(enum how how, const char *part)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		exit(99);
	run = (struct run){ .how = how, .pid = fork() };
	if (run.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		become(how, part);
	}
	close(in[0]);
	close(out[1]);
	run.to = in[1];
	run.from = fdopen(out[0], "r");
	if (strcmp(ask(NULL, 0), "ready") != 0)
		fail("it did not begin", "");
}

static void end(void)
{
	int status;

	close(run.to);
	fclose(run.from);
	if (waitpid(run.pid, &status, 0) != run.pid || status != 0)
		fail("its status is wrong", "");
}

static int spawn(void)
{
	int number = 0;
	const char *said = ask("spawn", 0);

	if (sscanf(said, "reaped %d", &number) != 1)
		fail("it reaped no process", said);
	return number;
}

/* --- unrelated processes --- */

/* 0: another process on this machine holds the pid */
static pid_t spawn_unrelated(int number)
{
	struct clone_args how = { .exit_signal = SIGCHLD,
				  .set_tid = (uintptr_t)&number,
				  .set_tid_size = 1 };
	pid_t pid;

	fflush(NULL);
	pid = (pid_t)syscall(SYS_clone3, &how, sizeof(how));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid < 0 ? 0 : pid;
}

/* The program uses @number while an unrelated process holds it. Returns false if the pid could
 * not be taken. */
static bool aim(int number, bool passes, const char *what)
{
	pid_t unrelated = spawn_unrelated(number);
	const char *said;
	int status;

	if (!unrelated)
		return false;
	said = ask("kill", number);
	kill(unrelated, SIGKILL);
	if (waitpid(unrelated, &status, 0) != unrelated ||
	    (WTERMSIG(status) == SIGTERM) != passes || strcmp(said, passes ? "ok" : "ESRCH") != 0)
		fail(what, said);
	return true;
}

/* --- the scenarios --- */

/* How many of @count uses must be refused? All, except those with a pid that was taken. */
static void run_rounds(enum how how, int count)
{
	start(how, NULL);
	for (int done = 0, tries = 0; done < count && tries < 2 * count; tries++)
		done += aim(spawn(), how != WITH, "a stale pid");
	end();
}

/* Does this process have a socket that receives fork events? */
static bool is_member(unsigned long inode)
{
	FILE *f = fopen("/proc/net/netlink", "r");
	unsigned long here;
	unsigned int protocol, groups;
	char line[256];
	bool found = false;

	while (f && fgets(line, sizeof(line), f))
		found = found || (sscanf(line, "%*s %u %*d %x %*d %*d %*d %*d %*d %lu", &protocol,
					 &groups, &here) == 3 &&
				  protocol == 11 && here == inode && groups);
	if (f)
		fclose(f);
	return found;
}

static bool listens(int pid)
{
	char path[64], link[64];
	bool found = false;
	unsigned long inode;
	struct dirent *e;
	DIR *all;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	all = opendir(path);
	while (all && (e = readdir(all))) {
		ssize_t n = readlinkat(dirfd(all), e->d_name, link, sizeof(link) - 1);

		link[n < 0 ? 0 : n] = '\0';
		found = found || (sscanf(link, "socket:[%lu]", &inode) == 1 && is_member(inode));
	}
	if (all)
		closedir(all);
	return found;
}

/* fork_events.1: not for a wait of a process with one thread */
static void run_asking(void)
{
	start(WITH, NULL);
	if (listens(worker_find_in(run.pid, 0)))
		fail("no process has registered for fork events yet", "");
	spawn();
	if (!listens(worker_find_in(run.pid, 0)))
		fail("a process has registered for fork events", "");
	end();
}

/* fork_events.2: another process that registers changes nothing */
static void run_beside(void)
{
	start(WITH, NULL);
	for (bool done = false; !done;) {
		int number = spawn();

		ask("beside", 0);
		done = aim(number, false, "a pid from before another process registered");
	}
	end();
}

/* fork_events.6 */
static void run_below(void)
{
	start(WITH, "below");
	spawn();
	if (listens(worker_find_in(run.pid, 0)))
		fail("its children's pids cannot be translated", "");
	end();
}

/* the kernel's times must be ours */
static void run_clock(void)
{
	static const char shift[] = "monotonic 1000 0";
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);

		if (unshare(CLONE_NEWTIME) < 0 || write(fd, shift, strlen(shift)) < 0) {
			printf("left out: no time namespace\n");
			exit(0);
		}
		_exit(pe_probe_try(PE_PROBE_BIRTHS) == 0); /* tried in a child, which is inside */
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fail("fork events were received with another clock", "");
}

/* it is not stale any more */
static void run_again(void)
{
	const char *said;

	start(WITH, NULL);
	for (int i = 0; i < 20; i++) {
		said = ask("again", spawn());
		if (strcmp(said, "ok") != 0 && strcmp(said, "taken") != 0)
			fail("its own child", said);
	}
	end();
}

/* fork_events.3: a child of an earlier program in the same process */
static void run_exec(void)
{
	for (bool done = false; !done; end()) {
		int number;

		start(WITH, NULL);
		number = spawn();
		if (strcmp(ask("exec", 0), "ready") != 0)
			fail("it did not begin anew", "");
		spawn();
		done = aim(number, true, "a pid from before the exec");
	}
}

/* fork_events.3: a child of an earlier process with the same pid */
static void run_heir(void)
{
	for (bool done = false; !done; end()) {
		int number;

		start(WITH, "heir");
		number = spawn();
		if (strcmp(ask("end", 0), "ready") != 0)
			continue;
		spawn();
		done = aim(number, true, "a pid of its predecessor's");
	}
}

static void flood(void)
{
	for (int i = 0; i < FLOOD; i++) {
		pid_t pid = vfork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* fork_events.4: the beginning of a flood is known completely; its end is known after the next
 * read */
static void run_flood(void)
{
	int first, lost;

	start(WITH, NULL);
	first = spawn();
	flood();
	aim(first, false, "a pid from before the flood");
	ask("wait", 0);
	flood();
	lost = spawn();
	aim(lost, true, "a pid that there was no room for");
	aim(first, false, "a pid from before both floods");
	flood();
	aim(spawn(), false, "a pid from after a flood, and after a wait");
	end();
}

static int parent_of(int pid)
{
	char path[32];
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%*d (%*[^)]) %*c %d", &parent) != 1)
		fail("the worker has gone by itself", "");
	fclose(f);
	return parent;
}

/* fork_events.5: the worker that would have read it has ended, or has become the monitor of
 * another */
static void run_death(void)
{
	start(WITH, NULL);
	for (int i = 0, done = 0; done < 6 && i < 20; i++) {
		int number = spawn(), worker = worker_find_in(run.pid, 0);

		kill(i % 2 ? parent_of(worker) : worker, SIGKILL);
		worker_find_in(run.pid, worker);
		done += aim(number, false, "a pid that a killed worker had not read");
	}
	end();
}

/* --- whether it can be had --- */

/* Is this the first user namespace, and has this process CAP_NET_ADMIN there? */
static bool is_privileged(void)
{
	FILE *map = fopen("/proc/self/uid_map", "r"), *status = fopen("/proc/self/status", "r");
	unsigned long long capabilities = 0;
	unsigned int count = 0;
	char line[256];

	if (!map || !status || fscanf(map, "%*u %*u %u", &count) != 1)
		return false;
	while (fgets(line, sizeof(line), status) &&
	       sscanf(line, "CapEff: %llx", &capabilities) != 1)
		;
	fclose(map);
	fclose(status);
	return count == UINT32_MAX && capabilities & 1u << CAP_NET_ADMIN;
}

/* Where all this holds, the mechanism must work: its own report is no reason to skip. */
static bool is_due(void)
{
	struct stat st;

	return is_privileged() && stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == 0xeffffffcu &&
	       access("/proc/self/net/connector", F_OK) == 0;
}

static void skip_where_not(void)
{
	int r = pe_probe_try(PE_PROBE_BIRTHS), number = getpid();

	if (r == 0 && (spawn_unrelated(number) != 0 || errno != EEXIST)) {
		printf("skip: no process with a chosen pid can be created\n");
		exit(77);
	}
	if (r == 0)
		return;
	printf("%s: no births are reported: %s\n", is_due() ? "FAIL" : "skip", strerror(-r));
	exit(is_due() ? 1 : 77);
}

int main(void)
{
	if (!getenv("PIDEPOCH") || !getenv("PIDEPOCH_BUILDDIR"))
		return 99;
	unsetenv("PIDEPOCH_FORCE_OLD");
	skip_where_not();
	run_rounds(NATIVE, 10);
	run_rounds(WITHOUT, 10);
	run_rounds(WITH, 100);
	run_asking();
	run_beside();
	run_below();
	run_clock();
	run_again();
	run_exec();
	run_heir();
	run_flood();
	run_death();
	return 0;
}
