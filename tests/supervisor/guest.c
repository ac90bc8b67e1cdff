// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * guest - a static program that searches its own files and processes for its supervisor, ends all
 * processes by kill(-1, SIGKILL), and must still be served.
 *
 *   guest PID CLONES HOW    the pid that it must have; may it have a clone child (1) or not even
 *                           that (0); how it is restricted: free, filter (a seccomp filter of its
 *                           own) or domain (a Landlock domain). In a domain the kernel decides, and
 *                           ends the supervisor. covered: it mounts something over /proc.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/namespace.h"

static int faults;

static void expect(const char *what, int right)
{
	if (right)
		return;
	printf("not so: %s (%s)\n", what, strerror(errno));
	faults++;
}

static int count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = -3; /* "." and ".." and the program itself */

	while (d && readdir(d))
		n++;
	return n;
}

static void look_for_it(const char *pid, int clones)
{
	sigset_t pending;

	expect("the pid is the caller's", getpid() == atoi(pid));
	expect("three descriptors", count_descriptors() == 3);
	expect("no signal is pending",
	       sigpending(&pending) == 0 && !sigismember(&pending, SIGCHLD));
	expect("no child", waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	expect("no child, blocking", waitpid(-1, NULL, 0) < 0 && errno == ECHILD);
	if (!clones)
		expect("no clone child",
		       waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
}

static void fork_and_kill(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	expect("a child is killed", kill(child, SIGKILL) == 0);
	expect("and reaped", waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
	expect("and gone", kill(child, SIGKILL) < 0 && errno == ESRCH);
}

/* A child that forks while all processes are being ended: none may be left. @chosen: its pid is
 * above those of its children, which an earlier call may have met; so a search through /proc misses
 * them. (Only a program that adopts and reaps what it has killed can have the same pids again.) */
static void kill_all(int chosen)
{
	int status, held[2];
	char c;

	if (pipe(held) < 0)
		exit(98);
	if ((chosen ? namespace_fork(399) : fork()) == 0) {
		close(held[0]);
		for (int i = 0; i < 50; i++)
			if ((chosen ? namespace_fork(300 + i) : fork()) == 0)
				break; /* each of them only waits for its end */
		for (;;)
			pause();
	}
	close(held[1]);
	expect("all are killed", kill(-1, SIGKILL) == 0);
	expect("and no process is left", read(held[0], &c, 1) == 0);
	while (waitpid(-1, &status, 0) > 0)
		;
	close(held[0]);
}

/* Nor by their group, also as a member of it. (The first process of a session cannot join one.) */
static void kill_group_of(pid_t pid)
{
	pid_t group = getpgid(pid), own = getpgrp();

	expect("it has a group", group > 1 && group != own);
	expect("its group is not killed", kill(-group, SIGKILL) < 0 && errno == EPERM);
	expect("nor stopped", kill(-group, SIGSTOP) < 0 && errno == EPERM);
	if (setpgid(0, group) < 0)
		return;
	expect("nor killed by a member", kill(0, SIGKILL) < 0 && errno == EPERM);
	expect("nor stopped by a member", kill(-group, SIGSTOP) < 0 && errno == EPERM);
	expect("back in its own group", setpgid(0, own) == 0);
}

/* Its processes, which must be visible: two, or three with one of helper.h. Returns how many. */
static int find_them(pid_t pids[3])
{
	DIR *all = opendir("/proc");
	struct dirent *e;
	int found = 0;

	while (all && (e = readdir(all))) {
		char path[300], name[32] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		f = atoi(e->d_name) > 0 ? fopen(path, "r") : NULL;
		if (f && fgets(name, sizeof(name), f) && strncmp(name, "pidepoch-", 9) == 0 &&
		    found++ < 3)
			pids[found - 1] = atoi(e->d_name);
		if (f)
			fclose(f);
	}
	if (all)
		closedir(all);
	expect("there are two, or three", found == 2 || found == 3);
	return found < 3 ? found : 3;
}

static void kill_by_pid(pid_t pid)
{
	expect("it is not killed", kill(pid, SIGKILL) < 0 && errno == EPERM);
	expect("nor stopped", syscall(SYS_tgkill, pid, pid, SIGSTOP) < 0 && errno == EPERM);
	expect("nor killed as a thread", syscall(SYS_tkill, pid, SIGKILL) < 0 && errno == EPERM);
	expect("it is there", kill(pid, 0) == 0);
}

static void kill_them(void)
{
	pid_t pids[3];
	int count = find_them(pids);

	for (int i = 0; i < count; i++) {
		kill_by_pid(pids[i]);
		kill_group_of(pids[i]);
	}
}

/* With something mounted over /proc, a process that has made no call before. */
static void kill_covered(void)
{
	int count, status = -1;
	pid_t pids[3], child;

	count = find_them(pids);
	expect("another /proc", mount("none", "/proc", "tmpfs", 0, NULL) == 0);
	child = fork();
	if (child == 0) {
		for (int i = 0; i < count; i++)
			kill_by_pid(pids[i]);
		fflush(stdout);
		_exit(faults != 0);
	}
	expect("a child", waitpid(child, &status, 0) == child && status == 0);
}

/* kill(-1) is for the test's own namespace, whose first process is the test or this program */
static int is_at_home(void)
{
	char name[16] = "";
	FILE *f = fopen("/proc/1/comm", "r");

	if (!f || !fgets(name, sizeof(name), f))
		return 0;
	fclose(f);
	return strcmp(name, "visibility\n") == 0 || strcmp(name, "guest\n") == 0;
}

/* --- restricted --- */

static int enter_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sethostname, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* without scopes: it does not restrict signals */
static int enter_domain(void)
{
	enum { CREATE_RULESET = 444, RESTRICT_SELF = 446 };
	const uint64_t files = 1; /* LANDLOCK_ACCESS_FS_EXECUTE */
	long fd = syscall(CREATE_RULESET, &files, sizeof(files), 0);

	return fd >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(RESTRICT_SELF, fd, 0) == 0;
}

/* The kernel makes the call, and stops the supervisor. No call may wait for it for ever (resume.1).
 */
static void stop_all(void)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	expect("all are stopped", kill(-1, SIGSTOP) == 0);
	expect("a child is stopped",
	       waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
	expect("all are continued", kill(-1, SIGCONT) == 0);
	expect("a child is continued",
	       waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
	kill(child, SIGKILL);
	expect("a child is reaped", waitpid(child, NULL, 0) == child);
}

/* The kernel makes the call. What survives gets ENOSYS from the calls that are notified. */
static void end_it(void)
{
	expect("all are killed", kill(-1, SIGKILL) == 0);
	expect("nothing answers", kill(getppid(), 0) < 0 && errno == ENOSYS);
	expect("nothing waits", waitpid(-1, NULL, 0) < 0 && errno == ENOSYS);
}

static void stay_served(int adopts)
{
	kill_all(0);
	for (int i = 0; adopts && i < 20; i++)
		kill_all(1);
	fork_and_kill();
	kill_them();
	fork_and_kill();
}

static void be_restricted(const char *how, int adopts)
{
	if (strcmp(how, "covered") == 0) {
		kill_covered();
		fork_and_kill();
	} else if (strcmp(how, "domain") != 0) {
		expect("a filter", strcmp(how, "filter") != 0 || enter_filter());
		stay_served(adopts);
	} else if (enter_domain()) {
		stop_all();
		end_it();
	} else {
		printf("no Landlock: ");
	}
}

int main(int argc, char **argv)
{
	if (argc != 4 || !is_at_home())
		return 98;
	look_for_it(argv[1], atoi(argv[2]));
	fork_and_kill();
	be_restricted(argv[3], atoi(argv[2]));
	printf("%s\n", faults ? "faults" : "well");
	return faults != 0;
}
