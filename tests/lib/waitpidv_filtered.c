/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program's own seccomp filter that kills it for using an io_uring takes only the ring from a
 * preloaded program, whether it is installed before the first waitpidv() or after; one that kills
 * it for calls that references need makes the API fail with EAGAIN.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>

#include "vector.h"

static pthread_barrier_t meet;

static void forbid(long nr, unsigned int flags)
{
	struct sock_filter rule[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = 4, .filter = rule };

	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0);
}

static void finds_an_end(pid_t pid)
{
	MUST(vector_ask(WNOHANG) == 0);
	vector_kill(pid);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_EXITED);
	/* protected as before */
	MUST(kill(pid, 0) == -1 && errno == ESRCH);
}

static void without_ring(long nr, bool asked_before)
{
	pid_t pid = vector_child();

	vector_of_one(pid);
	if (asked_before)
		MUST(vector_ask(WNOHANG) == 0);
	forbid(nr, 0);
	finds_an_end(pid);
}

static void before(long nr)
{
	without_ring(nr, false);
}

static void after(long nr)
{
	without_ring(nr, true);
}

/* The descriptor of an event loop ceases to work, and the program is told, once. */
static void with_descriptor(long nr)
{
	pid_t pid = vector_child();
	int fd = pidepoch_waitfd(0);

	if (fd < 0) {
		MUST(errno == EOPNOTSUPP);
		return;
	}
	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0);
	forbid(nr, 0);
	MUST(vector_ask(WNOHANG) == -1 && errno == EPIPE);
	MUST(pidepoch_waitfd(0) == -1 && errno == EOPNOTSUPP);
	finds_an_end(pid);
}

static void *ask_and_end(void *unused)
{
	MUST(vector_ask(WNOHANG) == 0);
	pthread_barrier_wait(&meet);
	pthread_barrier_wait(&meet);
	return unused;
}

/* A thread with a ring ends after the filter was installed for all threads. */
static void in_another_thread(long nr)
{
	pthread_t thread;
	pid_t pid = vector_child();

	vector_of_one(pid);
	pthread_barrier_init(&meet, NULL, 2);
	MUST(pthread_create(&thread, NULL, ask_and_end, NULL) == 0);
	pthread_barrier_wait(&meet);
	forbid(nr, SECCOMP_FILTER_FLAG_TSYNC);
	pthread_barrier_wait(&meet);
	MUST(pthread_join(thread, NULL) == 0);
	finds_an_end(pid);
}

static void confined(long nr)
{
	pid_t pid = vector_child();

	vector_of_one(pid);
	forbid(nr, 0);
	MUST(vector_ask(WNOHANG) == -1 && errno == EAGAIN);
	MUST(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

static void apart(void (*part)(long nr), long nr)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; vector_long && i < VECTOR_FILL; i++)
			vector_fill[i] = vector_child();
		part(nr);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
}

static void run_scenario(void)
{
	static const long listening[] = { SYS_io_uring_setup, SYS_io_uring_enter,
					  SYS_io_uring_register, SYS_eventfd2, SYS_madvise };
	static const long referring[] = { SYS_fstatfs, SYS_ppoll, SYS_readlinkat };

	if (!api_preloaded())
		return; /* prctl() is the kernel's own there */
	for (size_t i = 0; i < sizeof(listening) / sizeof(listening[0]); i++) {
		apart(before, listening[i]);
		apart(after, listening[i]);
		apart(with_descriptor, listening[i]);
		/* free() and a thread's end call madvise() themselves */
		if (listening[i] != SYS_madvise)
			apart(in_another_thread, listening[i]);
	}
	for (size_t i = 0; i < 3; i++)
		apart(confined, referring[i]);
}

static void both(void)
{
	vector_both(run_scenario);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, both);
}
