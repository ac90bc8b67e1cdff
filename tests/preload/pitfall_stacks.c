// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The smallest stacks suffice: a thread with PTHREAD_STACK_MIN forks, waits, spawns, executes and
 * is refused, and a handler does so on an alternate stack that has 3 KB beside the frame that the
 * kernel puts there, with nothing mapped below.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#define PAGE	     4096u
#define GUARD	     (16 * PAGE)
#define HANDLER_ROOM 3072

static pid_t number;

/* 0, or the number of the failed step; the last one is the refusal. The executed file does not
 * exist: the way to it is what needs stack. */
static long work(void)
{
	char *argv[] = { NULL }, *envp[] = { NULL };
	int status = 0;
	siginfo_t seen;
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	if (pid < 0 || kill(pid, 0) != 0 || kill(pid, SIGTERM) != 0)
		return 1;
	if (waitid(P_PID, (id_t)pid, &seen, WEXITED | WNOWAIT) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != SIGTERM)
		return 2;
	pid = vfork();
	if (pid == 0) {
		execve("/nowhere/at/all", argv, envp);
		_exit(3);
	}
	if (wait(&status) != pid || status != 3 << 8)
		return 3;
	if (posix_spawn(&pid, "/nowhere/at/all", NULL, NULL, argv, envp) != ENOENT)
		return 4;
	return kill(number, SIGUSR1) == 0 ? -1 : errno;
}

static void *work_in_thread(void *unused)
{
	(void)unused;
	return (void *)work();
}

static long in_small_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	void *result = NULL;

	pthread_attr_init(&attr);
	if (pthread_attr_setstacksize(&attr, (size_t)PTHREAD_STACK_MIN) != 0 ||
	    pthread_create(&thread, &attr, work_in_thread, NULL) != 0)
		return -2;
	pthread_join(thread, &result);
	return (long)result;
}

static long handled;

static void handler(int sig)
{
	(void)sig;
	handled = work();
}

static bool take_signal(char *stack, size_t size)
{
	const stack_t alternate = { .ss_sp = stack, .ss_size = size };
	const struct sigaction act = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	return sigaltstack(&alternate, NULL) == 0 && sigaction(SIGUSR2, &act, NULL) == 0 &&
	       raise(SIGUSR2) == 0;
}

/* Nothing is mapped below it, so that an overflow is fatal and not silent. */
static long in_small_handler(void)
{
	size_t frame = getauxval(AT_MINSIGSTKSZ) ? getauxval(AT_MINSIGSTKSZ) : 2048;
	size_t size = frame + HANDLER_ROOM;
	char *memory = mmap(NULL, size + GUARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (memory == MAP_FAILED || mprotect(memory, GUARD, PROT_NONE) != 0 ||
	    !take_signal(memory + GUARD, size))
		return -2;
	return handled;
}

/* bytes, from the top to the deepest that was written */
static long depth_of_handler(void)
{
	static char stack[16 * PAGE];
	size_t untouched = 0;

	memset(stack, 0x5a, sizeof(stack));
	if (!take_signal(stack, sizeof(stack)))
		return -2;
	while (untouched < sizeof(stack) && stack[untouched] == 0x5a)
		untouched++;
	return (long)(sizeof(stack) - untouched);
}

static long answer(char what)
{
	switch (what) {
	case 'r':
		number = fork();
		if (number == 0)
			_exit(0);
		return waitpid(number, NULL, 0);
	case 't':
		return in_small_thread();
	case 'd':
		return depth_of_handler();
	default:
		return in_small_handler();
	}
}

/* --- the scenario --- */

static void expect(const struct actor *a, char what, long wanted, const char *name)
{
	long got = actor_ask(a, what);

	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", name, got, wanted);
}

/* Returns how deep a handler's stack was. */
static long run_scenario(bool native)
{
	struct actor subject, unrelated;
	long refusal = native ? -1 : ESRCH, depth;

	actor_start_self(&subject, "subject", NULL, native);
	actor_start_unrelated(&unrelated, (pid_t)actor_ask(&subject, 'r'), NULL);
	expect(&subject, 't', refusal, "a thread");
	expect(&subject, 'h', refusal, "a handler");
	expect(&subject, 't', refusal, "a thread once more");
	depth = actor_ask(&subject, 'd');
	actor_end(&unrelated);
	if (actor_end(&subject) != 0)
		actor_fail("it failed");
	printf("ok   %s: a handler's stack was %ld bytes deep\n", native ? "natively" : "preloaded",
	       depth);
	return depth;
}

int main(int argc, char **argv)
{
	long native;

	(void)argv;
	if (argc > 1) {
		actor_serve(answer);
		return 0;
	}
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	namespace_enter();
	native = run_scenario(true);
	if (run_scenario(false) > native + HANDLER_ROOM)
		actor_fail("that is more than %d more", HANDLER_ROOM);
	return 0;
}
