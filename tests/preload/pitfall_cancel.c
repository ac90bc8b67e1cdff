// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every call of the wait family is a cancellation point, as it is natively: a thread that is
 * blocked in it ends at once, one with a cancellation pending never enters it, and neither consumes
 * a status: the child is still there to be waited for.
 *
 *   pitfall_cancel                       natively, then preloaded
 *   pitfall_cancel natively|preloaded    as it is started
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../support/attack.h"

#define TIMEOUT 20 /* seconds; nothing here takes any */

static pid_t child;
static int pidfd;

/* --- the calls --- */

static void wait_any(void)
{
	wait(NULL);
}

static void waitpid_one(void)
{
	int status;

	waitpid(child, &status, 0);
}

static void waitpid_any(void)
{
	waitpid(-1, NULL, WUNTRACED | WCONTINUED);
}

static void waitpid_group(void)
{
	waitpid(0, NULL, __WALL);
}

static void wait3_any(void)
{
	struct rusage used;
	int status;

	wait3(&status, WUNTRACED, &used);
}

static void wait4_one(void)
{
	struct rusage used;

	wait4(child, NULL, 0, &used);
}

static void waitid_one(void)
{
	siginfo_t info;

	waitid(P_PID, (id_t)child, &info, WEXITED);
}

static void waitid_any(void)
{
	waitid(P_ALL, 0, NULL, WEXITED | WSTOPPED | WCONTINUED);
}

static void waitid_look(void)
{
	siginfo_t info;

	waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
}

static void waitid_descriptor(void)
{
	siginfo_t info;

	waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED);
}

static void waitid_stopped(void)
{
	siginfo_t info;

	waitid(P_PID, (id_t)child, &info, WSTOPPED);
}

static const struct call {
	const char *name;
	void (*go)(void);
} calls[] = {
	{ "wait", wait_any },
	{ "waitpid, one", waitpid_one },
	{ "waitpid, any", waitpid_any },
	{ "waitpid, a group", waitpid_group },
	{ "wait3", wait3_any },
	{ "wait4", wait4_one },
	{ "waitid, one", waitid_one },
	{ "waitid, any", waitid_any },
	{ "waitid, a look", waitid_look },
	{ "waitid, a descriptor", waitid_descriptor },
	{ "waitid, a stop", waitid_stopped },
};

/* --- the threads --- */

static const struct call *call;
static _Atomic pid_t tid;
static _Atomic bool asked;
static int cleaned;

static void clean(void *unused)
{
	(void)unused;
	cleaned++;
}

static void *block(void *unused)
{
	pthread_cleanup_push(clean, NULL);
	tid = (pid_t)syscall(SYS_gettid);
	call->go();
	pthread_cleanup_pop(0);
	return unused;
}

static void *enter_asked(void *unused)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	while (!asked)
		sched_yield();
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	return block(unused);
}

/* until the thread sleeps in a wait */
static void until_blocked(void)
{
	char path[64], text[32] = "";
	long nr = -1;

	while (tid == 0)
		sched_yield();
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	do {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, text, sizeof(text) - 1);

		close(fd);
		if (fd < 0 || n <= 0)
			attack_fail("%s: %m", path);
		text[n] = '\0';
		nr = text[0] == 'r' ? -1 : atol(text);
		sched_yield();
	} while (nr != SYS_wait4 && nr != SYS_waitid);
}

static void end_as_cancelled(pthread_t thread)
{
	void *end;

	pthread_join(thread, &end);
	if (end != PTHREAD_CANCELED || cleaned != 1)
		attack_fail("%s: it did not end there", call->name);
}

/* --- the scenarios --- */

static void spawn(void)
{
	cleaned = 0;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(pause());
	}
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
}

static void reap_as(int wanted)
{
	int status = -1;

	if (waitpid(child, &status, 0) != child || status != wanted)
		attack_fail("%s: the child is gone, or has another status: %#x", call->name,
			    (unsigned int)status);
	close(pidfd);
}

static void cancel_blocked(void)
{
	pthread_t thread;

	tid = 0;
	spawn();
	if (pthread_create(&thread, NULL, block, NULL) != 0)
		attack_fail("no thread");
	until_blocked();
	pthread_cancel(thread);
	end_as_cancelled(thread);
	if (kill(child, SIGKILL) != 0)
		attack_fail("%s: a live child was not found: %m", call->name);
	reap_as(SIGKILL);
}

/* The status is available, and yet not taken. */
static void cancel_before(void)
{
	siginfo_t info;
	pthread_t thread;

	asked = false;
	spawn();
	kill(child, call->go == waitid_stopped ? SIGSTOP : SIGKILL);
	attack_raw(SYS_waitid, P_PID, child, (long)&info, WEXITED | WSTOPPED | WNOWAIT, 0);
	if (pthread_create(&thread, NULL, enter_asked, NULL) != 0)
		attack_fail("no thread");
	pthread_cancel(thread);
	asked = true;
	end_as_cancelled(thread);
	if (call->go == waitid_stopped) {
		if (waitpid(child, NULL, WUNTRACED | WNOHANG) != child)
			attack_fail("%s: the stop is gone", call->name);
		kill(child, SIGKILL);
	}
	reap_as(SIGKILL);
}

static int run_scenario(void)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		call = &calls[i];
		alarm(TIMEOUT);
		cancel_blocked();
		cancel_before();
		printf("ok   %s\n", call->name);
		fflush(stdout); /* a call that is no cancellation point ends by the alarm */
	}
	return 0;
}

static void run_natively(const char *name)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		execl("/proc/self/exe", name, "natively", NULL);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		attack_fail("natively: status %#x", (unsigned int)status);
	printf("ok   natively\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char role[] = "preloaded", *preloaded[] = { argv[0], role, NULL };

	if (argc == 1) {
		run_natively(argv[0]);
		attack_begin(preloaded);
	}
	return run_scenario();
}
