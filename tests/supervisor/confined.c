// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * If a process may not signal another one, the supervisor does not signal it on its behalf
 * (confinement.h, credentials.h): the process is in a Landlock domain, by its own act or by birth
 * and whatever its parent is; it has its own seccomp filter; or the other process is the first of
 * its pid namespace. Calls of processes that are not confined are answered.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "../support/emulated.h"

#define SCOPE_SIGNAL 2 /* LANDLOCK_SCOPE_SIGNAL, linux/landlock.h, ABI 6 */

enum { CREATE_RULESET = 444, RESTRICT_SELF = 446 };

struct ruleset {
	uint64_t files, net, scoped;
};

/* --- ways to become confined --- */

static bool enter_domain(void)
{
	const struct ruleset r = { .scoped = SCOPE_SIGNAL };
	long fd = syscall(CREATE_RULESET, &r, sizeof(r), 0);

	return fd >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(RESTRICT_SELF, fd, 0) == 0;
}

static bool enter_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* --- what a confined process tries --- */

static void *sleeps(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int tries(pid_t subject)
{
	pthread_t thread;
	long epoch = number_ref(subject);

	number_holds("a reference", epoch >= 0);
	number_is("kill(2)", kill(subject, SIGTERM) < 0 ? -errno : 0, -EPERM);
	number_is("by number", number_kill(subject, epoch, SIGTERM), -EPERM);
	number_is("by pid, to go on", number_kill(subject, epoch, SIGCONT), -EPERM);
	number_is("queued by pid", number_call(PIDEPOCH_NR_sigqueue, subject, epoch, 9, 0), -EPERM);
	/* a signal that the supervisor sends in the place of a process with threads */
	if (pthread_create(&thread, NULL, sleeps, NULL) != 0)
		exit(98);
	number_is("with a thread", kill(subject, SIGKILL) < 0 ? -errno : 0, -EPERM);
	fflush(stdout);
	return number_faults != 0;
}

static void heir(int reported, pid_t subject)
{
	int r = tries(subject);

	if (write(reported, &r, sizeof(r)) != sizeof(r))
		_exit(98);
	_exit(0);
}

/* the result of a process that is, or is not, our child */
static int result(int from)
{
	int r;

	return read(from, &r, sizeof(r)) == sizeof(r) ? r : 98;
}

enum how { ITSELF, CHILD, ORPHAN, SIBLING };

static void run_scenario(bool (*enter)(void), enum how how, pid_t subject, int reported)
{
	struct clone_args args = { .flags = CLONE_PARENT };

	if (!enter())
		_exit(97);
	if (how == ITSELF || (how != SIBLING && fork() == 0))
		heir(reported, subject);
	if (how == SIBLING && syscall(SYS_clone3, &args, sizeof(args)) == 0)
		heir(reported, subject);
	if (how == CHILD)
		wait(NULL);
	_exit(0); /* so that the other processes are orphans */
}

static bool lives(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

/* 0; 97: this kind of confinement is not available here */
static int confine(const char *name, bool (*enter)(void), enum how how)
{
	int keepalive, reported[2], status;
	pid_t subject = number_child(&keepalive, 0), pid;

	if (pipe(reported) < 0)
		exit(98);
	pid = fork();
	if (pid == 0) {
		close(reported[0]);
		run_scenario(enter, how, subject, reported[1]);
	}
	close(reported[1]);
	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) != 97) {
		number_is(name, result(reported[0]), 0);
		number_holds("its subject lives", lives(subject));
	}
	close(reported[0]);
	close(keepalive);
	waitpid(subject, NULL, 0);
	return WEXITSTATUS(status);
}

/* --- the first process of a pid namespace --- */

static int in_namespace(void)
{
	int status, reported[2];
	pid_t first;
	char c;

	if (pipe(reported) < 0 || unshare(CLONE_NEWPID) < 0)
		return 97;
	first = fork();
	if (first == 0) {
		pid_t pid = fork();

		if (pid == 0) {
			long epoch = number_ref(1);

			number_is("SIGKILL to init", number_kill(1, epoch, SIGKILL), -EPERM);
			number_is("SIGTERM to init", number_kill(1, epoch, SIGTERM), -EPERM);
			fflush(stdout);
			_exit(number_faults != 0);
		}
		waitpid(pid, &status, 0);
		_exit(WEXITSTATUS(status));
	}
	close(reported[1]);
	if (read(reported[0], &c, 1) != 0)
		return 98;
	waitpid(first, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* --- processes that are not confined --- */

static void free_one(const char *name)
{
	int keepalive;
	pid_t pid = number_child(&keepalive, 0);

	number_is(name, number_kill(pid, number_ref(pid), SIGKILL), 0);
	close(keepalive);
	waitpid(pid, NULL, 0);
}

static int younger(void)
{
	free_one("a younger process that can gain privileges");
	return number_faults != 0;
}

/* the status of a child that does it */
static int apart(int (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		exit(what());
	waitpid(pid, &status, 0);
	number_holds("a child's scenario", WEXITSTATUS(status) % 97 == 0);
	return WEXITSTATUS(status);
}

static int inside(void)
{
	int left_out = 0;

	free_one("before any domain");
	left_out += apart(in_namespace) == 97;
	left_out += confine("its own filter", enter_filter, ITSELF) == 97;
	left_out += confine("an inherited filter", enter_filter, CHILD) == 97;
	free_one("beside a filter");
	left_out += confine("its own domain", enter_domain, ITSELF) == 97;
	left_out += confine("an inherited domain", enter_domain, CHILD) == 97;
	left_out += confine("an orphan's domain", enter_domain, ORPHAN) == 97;
	left_out += confine("a sibling's domain", enter_domain, SIBLING) == 97;
	free_one("an older process");
	if (geteuid() ==
	    0) /* other runs are watched with no_new_privs, which may have come with a domain */
		number_is("a younger process", apart(younger), 0);
	if (left_out)
		printf("left out: %d kinds that this kernel or user does not have\n", left_out);
	return number_done();
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!number_is_inside())
		number_go_inside(argv);
	return inside();
}
