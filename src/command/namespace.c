// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/exit_status.h"
#include "command/kernel.h"
#include "command/message.h"

static const char *verb = "demo";

#define ERROR(status, ...) pe_message_error(status, verb, __VA_ARGS__)

#define FEW	 400 /* least value the kernel takes: 301 */
#define LAST_PID "/proc/sys/kernel/ns_last_pid"

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	n = n < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}

static int write_number(const char *path, long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	return write_text(path, text);
}

static long read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	long number = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%ld", &number) != 1)
		number = -1;
	fclose(f);
	return number;
}

/* --- create --- */

/* Why user namespaces may be forbidden. */
static const char *find_cause(void)
{
	if (read_number("/proc/sys/user/max_user_namespaces") == 0)
		return "sysctl user.max_user_namespaces is 0";
	if (read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		return "sysctl kernel.unprivileged_userns_clone is 0";
	if (read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
		return "sysctl kernel.apparmor_restrict_unprivileged_userns is 1";
	return "a container's seccomp filter, or a kernel without CONFIG_USER_NS, may be the cause";
}

static int be_root(uid_t uid, gid_t gid)
{
	char map[32];
	int r;

	write_text("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", (unsigned int)gid);
	r = write_text("/proc/self/gid_map", map);
	if (r < 0)
		return r;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned int)uid);
	return write_text("/proc/self/uid_map", map);
}

int pe_namespace_make(const char *for_verb)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int r;

	verb = for_verb;
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) == 0) {
		r = be_root(uid, gid);
		return r < 0 ? ERROR(PE_EXIT_UNABLE,
				     "cannot map ids in the new user namespace: %s; %s",
				     strerror(-r), find_cause())
			     : 0;
	}
	r = errno;
	/* with CAP_SYS_ADMIN no user namespace is needed */
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) == 0)
		return 0;
	return ERROR(PE_EXIT_UNABLE, "needs a user namespace, and cannot create one: %s; %s",
		     strerror(r), find_cause());
}

/* --- inside --- */

static int mount_proc(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
		return 0;
	return ERROR(-1,
		     "cannot mount /proc in the new namespace: %s; containers that hide parts of "
		     "/proc forbid it (docker: --security-opt systempaths=unconfined)",
		     strerror(errno));
}

/* Does each pid namespace have a pid_max (Linux 6.14)? On an older kernel a write would change the
 * machine's. */
static bool pid_max_is_ours(void)
{
	return pe_kernel_is_at_least(6, 14);
}

int pe_namespace_enter(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return mount_proc();
}

int pe_namespace_settle(bool old)
{
	int few = -ENOSYS, steered;

	if (pe_namespace_enter() < 0)
		return -1;
	if (!old && pid_max_is_ours())
		few = write_number("/proc/sys/kernel/pid_max", FEW);
	if (few == 0)
		return PE_NAMESPACE_FEW;
	steered = write_number(LAST_PID, FEW / 2);
	if (steered == 0)
		return PE_NAMESPACE_STEERED;
	return ERROR(-1, "cannot make the kernel reuse pids: own pid_max: %s; ns_last_pid: %s",
		     few == -ENOSYS ? "needs Linux 6.14" : strerror(-few), strerror(-steered));
}

/* --- pids --- */

/* Use up one pid. Returns it, or -1 after an error line. */
static pid_t use_pid(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return ERROR(-1, "fork: %s", strerror(errno));
	waitpid(pid, NULL, 0);
	return pid;
}

int pe_namespace_first_lap(enum pe_namespace_pids how)
{
	pid_t last = 0, pid;

	if (how == PE_NAMESPACE_STEERED)
		return 0;
	while ((pid = use_pid()) > last)
		last = pid;
	return pid < 0 ? -1 : 0;
}

int pe_namespace_set_next(pid_t pid)
{
	return write_number(LAST_PID, pid - 1);
}

pid_t pe_namespace_last(void)
{
	long last = read_number(LAST_PID);

	return last > 0 ? (pid_t)last : 0;
}

/* Make @pid the next pid, if the kernel permits it. 0 or -1. */
static int go_before(enum pe_namespace_pids how, pid_t pid)
{
	int r;

	if (how == PE_NAMESPACE_FEW)
		return 0;
	r = pe_namespace_set_next(pid);
	return r < 0 ? ERROR(-1, "ns_last_pid: %s", strerror(-r)) : 0;
}

/*
 * Each child compares its pid: only the one that got @pid continues. Two laps are enough to get a
 * free pid; a pid that still names a process group or session is never allocated.
 */
int pe_namespace_birth(enum pe_namespace_pids how, pid_t wanted)
{
	for (int tries = 0; tries < 2 * FEW; tries++) {
		pid_t pid;

		if (go_before(how, wanted) < 0)
			return -1;
		pid = fork();
		if (pid == 0 && getpid() == wanted)
			return 0;
		if (pid == 0)
			_exit(0);
		if (pid < 0)
			return ERROR(-1, "fork: %s", strerror(errno));
		if (pid == wanted)
			return 1;
		waitpid(pid, NULL, 0);
	}
	return ERROR(-1, "the kernel did not allocate pid %d again", (int)wanted);
}
