/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * misuses - one mistake with a pid for each word on the command line. Each is made
 * in functions of its own, whose names a report must give: obtain_here, release_here, misuse_here,
 * and what called them.
 */
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int after; /* the calls are to stay, and in their order */

__attribute__((noinline)) static pid_t obtain_here(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	after++;
	return child;
}

__attribute__((noinline)) static pid_t obtain_by_vfork(void)
{
	pid_t child = vfork();

	if (child == 0)
		_exit(0);
	after++;
	return child;
}

__attribute__((noinline)) static void release_here(pid_t child)
{
	waitpid(child, NULL, 0);
	after++;
}

__attribute__((noinline)) static void release_any(void)
{
	waitpid(-1, NULL, 0);
	after++;
}

__attribute__((noinline)) static void misuse_here(pid_t number, int signal)
{
	kill(number, signal);
	after++;
}

static void latent(void)
{
	pid_t child = obtain_here();

	release_here(child);
	misuse_here(child, SIGTERM);
}

static void probe(void)
{
	pid_t child = obtain_here();

	release_here(child);
	misuse_here(child, 0);
}

static void twice(void)
{
	pid_t child = obtain_here();

	release_here(child);
	release_here(child);
}

static void stolen(void)
{
	pid_t child = obtain_here();

	release_any();
	release_here(child);
}

static void vforked(void)
{
	pid_t child = obtain_by_vfork();

	release_here(child);
	misuse_here(child, SIGTERM);
}

/* In a vfork child nothing is judged: the memory is another process's. */
static void in_vfork_child(void)
{
	pid_t child = obtain_here(), other;

	release_here(child);
	other = vfork();
	if (other == 0) {
		misuse_here(child, SIGTERM);
		_exit(0);
	}
	release_here(other);
}

/* --- in other contexts --- */

static pid_t number;

static void on_signal(int signal)
{
	(void)signal;
	release_here(number);
	misuse_here(number, SIGTERM);
	after++;
}

static void in_handler(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_sp = malloc(16384), .ss_size = 16384 };

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	number = obtain_here();
	raise(SIGUSR1);
	free(stack.ss_sp);
}

static void *run_thread(void *unused)
{
	release_here(number);
	after++;
	return unused;
}

static void in_thread(void)
{
	pthread_t t;

	number = obtain_here();
	pthread_create(&t, NULL, run_thread, NULL);
	pthread_join(t, NULL);
	release_here(number); /* stolen by the thread */
	misuse_here(number, SIGTERM);
}

static void *stay(void *tid)
{
	*(volatile pid_t *)tid = gettid();
	pause();
	return NULL;
}

static void own_thread(void)
{
	volatile pid_t tid = 0;
	pthread_t t;

	pthread_create(&t, NULL, stay, (void *)&tid);
	while (!tid)
		sched_yield();
	misuse_here(tid, 0);
}

/* A filter that ends the program for a call that only events need. */
static void sandboxed(void)
{
	static const unsigned int calls[] = { SYS_process_vm_readv, SYS_readlinkat };
	pid_t child = obtain_here();

	for (int i = 0; i < 2; i++) {
		struct sock_filter rule[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		};
		const struct sock_fprog program = { 4, rule };

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
			exit(77);
	}
	release_here(child);
	misuse_here(child, SIGTERM);
}

/* --- a real unrelated process, in a namespace of our own --- */

static pid_t fork_as(pid_t wanted)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&wanted,
		.set_tid_size = 1,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* The misuser. The parent makes the unrelated process, which must not descend from it
 * (ancestry.1). */
static void misuse_beside(int ask, int answer)
{
	pid_t child = obtain_here();
	char c;

	release_here(child);
	if (write(ask, &child, sizeof(child)) != sizeof(child) || read(answer, &c, 1) != 1)
		_exit(77);
	misuse_here(child, SIGTERM);
	_exit(0);
}

/* A child with that pid, which does not mind. */
static void make_unrelated(int ask, int answer)
{
	pid_t wanted;

	signal(SIGTERM, SIG_IGN);
	if (read(ask, &wanted, sizeof(wanted)) != sizeof(wanted))
		_exit(77);
	if (fork_as(wanted) == 0)
		for (;;)
			pause();
	if (write(answer, "", 1) != 1)
		_exit(77);
}

/* pid 1 of the namespace: all in it end with it */
static void stale(void)
{
	int ask[2], answer[2], status;
	pid_t first, misuser;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) != 0)
		exit(77);
	first = fork();
	if (first != 0) {
		waitpid(first, &status, 0);
		exit(WEXITSTATUS(status));
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) != 0)
		_exit(77);
	if (pipe(ask) || pipe(answer))
		_exit(77);
	misuser = fork();
	if (misuser == 0)
		misuse_beside(ask[1], answer[0]);
	make_unrelated(ask[0], answer[1]);
	waitpid(misuser, &status, 0);
	_exit(WEXITSTATUS(status));
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "sandboxed", sandboxed },
	{ "latent", latent },
	{ "probe", probe },
	{ "twice", twice },
	{ "stolen", stolen },
	{ "vforked", vforked },
	{ "in-vfork-child", in_vfork_child },
	{ "in-handler", in_handler },
	{ "in-thread", in_thread },
	{ "own-thread", own_thread },
	{ "stale", stale },
};

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (size_t m = 0; m < sizeof(mistakes) / sizeof(mistakes[0]); m++)
			if (strcmp(argv[i], mistakes[m].name) == 0)
				mistakes[m].make();
	return 0;
}
