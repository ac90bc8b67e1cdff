// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program cannot notice that its handlers with siginfo are called through the library's
 * (preload/sigaction.c): what it installs, reads back, restores and gets called with is the same,
 * line by line, with the preload library and without.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* sigset */

typedef void (*siginfo_handler)(int, siginfo_t *, void *);

static volatile sig_atomic_t ran_a, ran_b, ran_plain;

static void *volatile returns_to;

static void handler_a(int sig, siginfo_t *info, void *context)
{
	returns_to = __builtin_return_address(0);
	ran_a++;
	if (sig != info->si_signo || !context || (info->si_pid != getpid() && sig != SIGSEGV))
		ran_a += 1000;
}

static void handler_b(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	ran_b++;
}

static void handler_plain(int sig)
{
	(void)sig;
	returns_to = __builtin_return_address(0);
	ran_plain++;
}

static const char *name_of(const void *handler)
{
	return handler == (void *)handler_a	  ? "a"
	       : handler == (void *)handler_b	  ? "b"
	       : handler == (void *)handler_plain ? "plain"
	       : handler == (void *)SIG_DFL	  ? "default"
	       : handler == (void *)SIG_IGN	  ? "ignore"
						  : "another";
}

static void install(int sig, siginfo_handler handler, int flags)
{
	struct sigaction act = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	if (sigaction(sig, &act, NULL) != 0)
		printf("sigaction %d: %m\n", sig);
}

static void show(const char *when, int sig)
{
	struct sigaction now;

	if (sigaction(sig, NULL, &now) != 0)
		printf("%s: %m\n", when);
	else
		printf("%s: %s, flags %x, mask of 1: %d\n", when, name_of((void *)now.sa_sigaction),
		       now.sa_flags, sigismember(&now.sa_mask, SIGHUP));
}

/* --- reading back --- */

static void read_back(void)
{
	struct sigaction act = { .sa_sigaction = handler_a, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction old, *volatile same = &act;

	sigaddset(&act.sa_mask, SIGHUP);
	show("before", SIGUSR1);
	sigaction(SIGUSR1, &act, &old);
	printf("old: %s\n", name_of((void *)old.sa_sigaction));
	show("then", SIGUSR1);
	install(SIGUSR1, handler_b, 0);
	printf("signal: %s\n", name_of((void *)signal(SIGUSR1, handler_plain)));
	printf("signal: %s\n", name_of((void *)signal(SIGUSR1, SIG_IGN)));
	install(SIGUSR1, handler_a, 0);
	printf("sigset: %s\n", name_of((void *)sigset(SIGUSR1, handler_plain)));
	install(SIGUSR1, handler_a, 0);
	printf("sysv_signal: %s\n", name_of((void *)sysv_signal(SIGUSR1, handler_plain)));
	install(SIGUSR1, (siginfo_handler)(void *)SIG_IGN, SA_RESTART);
	show("ignored with SA_SIGINFO", SIGUSR1);
	act.sa_sigaction = handler_a;
	sigaction(SIGUSR1, &act, same);
	printf("into itself: %s\n", name_of((void *)act.sa_sigaction));
	show("then", SIGUSR1);
}

static void refused(void)
{
	static const int wrong[] = { 0, -1, 65, SIGKILL, SIGSTOP, 32 };
	struct sigaction act = { .sa_sigaction = handler_a, .sa_flags = SA_SIGINFO }, old;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		errno = 0;
		printf("signal %d: %d", wrong[i], sigaction(wrong[i], &act, &old));
		printf(" errno %d\n", errno);
	}
}

static void save_and_restore(void)
{
	struct sigaction old;

	install(SIGUSR1, handler_a, SA_RESTART);
	sigaction(SIGUSR1, NULL, &old);
	install(SIGUSR1, handler_b, 0);
	sigaction(SIGUSR1, &old, NULL);
	show("restored", SIGUSR1);
	raise(SIGUSR1);
	printf("ran: %d %d\n", ran_a, ran_b);
}

/* The raw call reads and writes what the kernel has: it must keep its meaning. */
static void save_and_restore_raw(void)
{
	uint64_t raw[4];

	install(SIGUSR1, handler_a, 0);
	syscall(SYS_rt_sigaction, SIGUSR1, NULL, raw, 8);
	install(SIGUSR1, handler_b, 0);
	syscall(SYS_rt_sigaction, SIGUSR1, raw, NULL, 8);
	show("restored", SIGUSR1);
	raise(SIGUSR1);
	printf("ran: %d %d\n", ran_a, ran_b);
}

/* --- being called --- */

static void flags_count(void)
{
	install(SIGUSR1, handler_a, SA_RESETHAND);
	raise(SIGUSR1);
	show("once", SIGUSR1);
	printf("ran: %d\n", ran_a);
}

static volatile sig_atomic_t runs, depth, deepest;

static void handler_nested(int sig, siginfo_t *info, void *context)
{
	sigset_t mask;

	(void)info;
	(void)context;
	depth++;
	if (depth > deepest)
		deepest = depth;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	if (runs == 0)
		printf("masked: %d %d\n", sigismember(&mask, sig), sigismember(&mask, SIGHUP));
	if (++runs < 3)
		raise(sig);
	depth--;
}

static void masks_by(int flags)
{
	struct sigaction act = { .sa_sigaction = handler_nested, .sa_flags = SA_SIGINFO | flags };

	sigaddset(&act.sa_mask, SIGHUP);
	sigaction(SIGUSR1, &act, NULL);
	runs = 0;
	deepest = 0;
	raise(SIGUSR1);
	printf("runs: %d, deepest: %d\n", runs, deepest);
}

static void masks(void)
{
	masks_by(0);
	masks_by(SA_NODEFER);
}

static char *other_stack;
static volatile sig_atomic_t was_on_it;

static void handler_on_stack(int sig, siginfo_t *info, void *context)
{
	char here;

	(void)sig;
	(void)info;
	(void)context;
	was_on_it = &here >= other_stack && &here < other_stack + MINSIGSTKSZ;
}

/* The smallest possible stack: the library's share of it must not be more than a program can
 * spare. */
static void alternate_stack(void)
{
	stack_t stack = { .ss_size = MINSIGSTKSZ };

	other_stack =
		mmap(NULL, MINSIGSTKSZ, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack.ss_sp = other_stack;
	printf("sigaltstack: %d\n", sigaltstack(&stack, NULL));
	install(SIGUSR1, handler_on_stack, SA_ONSTACK);
	raise(SIGUSR1);
	printf("on it: %d\n", was_on_it);
}

static void value_and_errno(void)
{
	install(SIGRTMIN + 1, handler_a, 0);
	errno = 77;
	printf("sigqueue: %d\n",
	       sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = 5 }));
	printf("ran: %d, errno %d\n", ran_a, errno);
}

static void way_back(void)
{
	void *plain;

	signal(SIGUSR1, handler_plain);
	raise(SIGUSR1);
	plain = returns_to;
	install(SIGUSR1, handler_a, 0);
	raise(SIGUSR1);
#ifdef __OPTIMIZE__ /* otherwise our frame still exists */
	printf("returns to where a plain one does: %d\n", returns_to == plain);
#else
	(void)plain;
#endif
}

static sigjmp_buf out;

static void handler_jumps(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	siglongjmp(out, sig);
}

static void jumps(void)
{
	void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile int n = 0;

	install(SIGUSR1, handler_jumps, 0);
	if (sigsetjmp(out, 1) == 0 || n < 1000) {
		n++;
		raise(SIGUSR1);
	}
	printf("jumped %d times\n", n);
	install(SIGSEGV, handler_jumps, 0);
	printf("fault: %d\n", sigsetjmp(out, 1));
	if (n++ < 1001)
		*(volatile char *)page = 1;
	show("fault", SIGSEGV);
}

/* --- children --- */

static void in_children(void)
{
	struct sigaction old, act = { .sa_sigaction = handler_b, .sa_flags = SA_SIGINFO };
	pid_t pid;

	install(SIGUSR1, handler_a, 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		show("in a child", SIGUSR1);
		raise(SIGUSR1);
		printf("ran: %d\n", ran_a);
		exit(0);
	}
	waitpid(pid, NULL, 0);
	pid = vfork();
	if (pid == 0) {
		sigaction(SIGUSR1, &act, &old);
		sigaction(SIGUSR1, NULL, &act);
		_exit(old.sa_sigaction == handler_a && act.sa_sigaction == handler_b ? 7 : 8);
	}
	waitpid(pid, &act.sa_flags, 0);
	printf("vfork child: %d\n", WEXITSTATUS(act.sa_flags));
	show("after it", SIGUSR1);
	raise(SIGUSR1);
	printf("ran: %d %d\n", ran_a, ran_b);
}

/* --- more handlers than entries for them --- */

static volatile sig_atomic_t which;

#define TEN(X, n) X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7) X(n##8) X(n##9)
#define MANY(X)                                                                                    \
	TEN(X, 1) TEN(X, 2) TEN(X, 3) TEN(X, 4) TEN(X, 5) TEN(X, 6) TEN(X, 7) TEN(X, 8) TEN(X, 9)
#define HANDLER(n)                                                                                 \
	static void handler_##n(int sig, siginfo_t *info, void *context)                           \
	{                                                                                          \
		which = sig == info->si_signo && context ? n : 0;                                  \
	}
MANY(HANDLER)
#define ADDRESS(n) handler_##n,
static const siginfo_handler many[] = { MANY(ADDRESS) };
#define HOW_MANY ((int)(sizeof(many) / sizeof(many[0])))

static void use_many(void)
{
	int right = 0, read = 0;

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < HOW_MANY; i++) {
			struct sigaction now;

			install(SIGUSR1, many[i], 0);
			raise(SIGUSR1);
			right += which == 10 + i;
			sigaction(SIGUSR1, NULL, &now);
			read += now.sa_sigaction == many[i];
		}
	printf("of %d twice: ran %d, read %d\n", HOW_MANY, right, read);
}

/* --- threads --- */

static atomic_int wrong, finished;
static atomic_long got[2];

static void handler_first(int sig, siginfo_t *info, void *context)
{
	if (sig != info->si_signo || !context)
		wrong++;
	got[0]++;
}

static void handler_second(int sig, siginfo_t *info, void *context)
{
	if (sig != info->si_signo || !context)
		wrong++;
	got[1]++;
}

/* Each installs its own, again and again: the previous handler is one of the two. */
static void *install_often(void *mine)
{
	struct sigaction old, act = { .sa_flags = SA_SIGINFO };

	act.sa_sigaction = mine ? handler_second : handler_first;
	for (int i = 0; i < 20000; i++) {
		sigaction(SIGUSR2, &act, &old);
		if (old.sa_sigaction != handler_first && old.sa_sigaction != handler_second)
			wrong++;
	}
	finished++;
	return NULL;
}

static void in_threads(void)
{
	pthread_t first, second;
	long sent = 0;

	install(SIGUSR2, handler_first, 0);
	pthread_create(&first, NULL, install_often, NULL);
	pthread_create(&second, NULL, install_often, &wrong);
	for (; finished < 2; sent++)
		raise(SIGUSR2);
	pthread_join(first, NULL);
	pthread_join(second, NULL);
	printf("wrong: %d, each signal handled: %d\n", wrong, got[0] + got[1] == sent);
}

static void run_scenario(void)
{
	static void (*const scenes[])(void) = {
		read_back,   refused, save_and_restore, save_and_restore_raw,
		flags_count, masks,   alternate_stack,	value_and_errno,
		way_back,    jumps,   in_children,	use_many,
		in_threads,
	};

	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		printf("--- %zu\n", i);
		ran_a = 0;
		ran_b = 0;
		scenes[i]();
	}
}

/* --- both ways --- */

static void run(bool preloaded, char *said, size_t size)
{
	const char *library = preloaded ? getenv("PIDEPOCH_PRELOAD") : "";
	size_t n = 0, more;
	char command[4200];
	FILE *f;

	if (!library) {
		printf("PIDEPOCH_PRELOAD names no library\n");
		exit(99);
	}
	snprintf(command, sizeof(command), "LD_PRELOAD='%s' exec /proc/%d/exe scenario", library,
		 getpid());
	f = popen(command, "r");
	while (f && n < size - 1 && (more = fread(said + n, 1, size - 1 - n, f)) > 0)
		n += more;
	said[n] = '\0';
	printf("%s: status %d\n", preloaded ? "preloaded" : "natively", f ? pclose(f) : -1);
}

int main(int argc, char **argv)
{
	static char with[65536], without[65536];

	(void)argv;
	if (argc > 1) {
		run_scenario();
		return 0;
	}
	run(false, without, sizeof(without));
	run(true, with, sizeof(with));
	if (strcmp(with, without) == 0 && strstr(with, "each signal handled: 1"))
		return 0;
	printf("FAIL: natively it was\n%s\nand preloaded it was\n%s\n", without, with);
	return 1;
}
