// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program's own filter forbids a call that the library makes and the program does not: the
 * program's call is still made, and no thread spins. And the temporary descriptor of a child that
 * may vanish is closed although its pid is 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../support/attack.h"

static void deny(unsigned int nr)
{
	struct sock_filter rule[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = 4, .filter = rule };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
		printf("skip: no seccomp filter: %m\n");
		exit(77);
	}
}

static pid_t born(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	return pid;
}

static void no_waitid(void)
{
	int status = 0;
	pid_t pid;

	deny(SYS_waitid);
	pid = born();
	if (waitpid(pid, &status, WNOHANG) != 0 || kill(pid, SIGKILL) != 0)
		attack_fail("no waitid: a child that lives: %m");
	if (waitpid(pid, &status, 0) != pid || status != SIGKILL)
		attack_fail("no waitid: its end: %m, status %#x", status);
	if (waitpid(pid, NULL, 0) != -1 || errno != ECHILD || kill(pid, 0) != -1 || errno != ESRCH)
		attack_fail("no waitid: after it: %m");
}

static void no_waitid_ignored(void)
{
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	deny(SYS_waitid);
	pid = born();
	if (kill(pid, 0) != 0 || kill(pid, SIGKILL) != 0)
		attack_fail("no waitid, SIGCHLD ignored: a child that lives: %m");
	if (waitpid(pid, NULL, 0) != -1 || errno != ECHILD || kill(pid, 0) != -1 || errno != ESRCH)
		attack_fail("no waitid, SIGCHLD ignored: after it: %m");
}

static void no_wait4(void)
{
	siginfo_t seen;
	pid_t pid;

	deny(SYS_wait4);
	pid = born();
	kill(pid, SIGKILL);
	attack_raw(SYS_waitid, P_PID, pid, (long)&seen, WEXITED | WNOWAIT, 0);
	if (waitpid(pid, NULL, 0) != -1 || errno != EPERM)
		attack_fail("no wait4: %m");
	if (waitid(P_PID, (id_t)pid, &seen, WEXITED) != 0 || seen.si_pid != pid)
		attack_fail("no wait4, but waitid: %m");
}

static void no_descriptor_left(void)
{
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	pid = born();
	close(0);
	if (kill(pid, 0) != 0)
		attack_fail("a child that lives: %m");
	if (fcntl(0, F_GETFD) != -1)
		attack_fail("the program has a descriptor 0 that it did not open");
	kill(pid, SIGKILL);
}

/* A filter is permanent: each scenario has its own process. A process that spins has its signals
 * masked most of the time. */
static void alone(void (*scenario)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(20);
		scenario();
		exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		attack_fail("waitpid: %m");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	if (WIFSIGNALED(status))
		attack_fail("ended by signal %d", WTERMSIG(status));
	exit(WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	(void)argc;
	attack_begin(argv);
	alone(no_descriptor_left);
	alone(no_waitid);
	alone(no_wait4);
	alone(no_waitid_ignored);
	return 0;
}
