/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: whichever instruction of an operation on the tree a handler interrupts to do
 * another, the outcome is that of the one and then the other, or of the other and then the one.
 *
 * Each pair of operations that tree.2 to tree.4 allow to meet is tried in several trees. The first
 * is run one instruction at a time (the CPU's trap flag); at each one a child is forked in which
 * the second is done right there, in the handler. So every child is also tree.9's: forked in the
 * middle of a write.
 *
 * tree_steps [WORLD]    only that one of the trees
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "tree_operations.h"

#define TRAIL 64u

/* --- one pair in one tree --- */

static struct shared_memory {
	struct outcome in_order, in_reverse, got;
	unsigned long steps, forks;
	unsigned long failed_at; /* the step, 0: none */
	int status;		 /* of the child that failed */
	int no_fork;		 /* errno of a fork that failed, which proves nothing */
} * notes;

static long (*second)(void);
static long second_result;
static volatile sig_atomic_t stepping, in_child;

/*
 * A loop over the 64 entries of a page: only its first rounds are of interest, where Q's own entry
 * is (see Q). Loops over levels and epochs have four at the most.
 */
static bool in_late_round(greg_t pc)
{
	static greg_t trail[TRAIL];
	static unsigned long period, same;
	unsigned long now = notes->steps, back = 1;

	while (back < TRAIL && trail[(now - back) % TRAIL] != pc)
		back++;
	same = back == period ? same + 1 : 0;
	period = back;
	trail[now % TRAIL] = pc;
	return back < TRAIL && same > 5 * back;
}

/* SIGTRAP after each instruction. In the parent nothing has happened when it returns. */
static void trap(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs, *flags = &regs[REG_EFL];
	int status;
	pid_t child;

	(void)sig, (void)info;
	if (!stepping || notes->failed_at) {
		*flags &= ~0x100L;
		return;
	}
	notes->steps++;
	if (in_late_round(regs[REG_RIP]))
		return;
	notes->forks++;
	child = fork();
	if (child == 0) {
		in_child = 1;
		*flags &= ~0x100L;
		second_result = second();
		return;
	}
	if (child < 0) {
		notes->no_fork = errno;
		stepping = 0;
	} else if (waitpid(child, &status, 0) != child || status != 0) {
		notes->failed_at = notes->steps;
		notes->status = status;
	}
}

/* below the red zone */
static void trap_flag_on(void)
{
	__asm__ volatile("sub $128, %%rsp; pushfq; orl $0x100, (%%rsp); popfq; add $128, %%rsp" ::
				 : "memory", "cc");
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void prepare(void (*make)(void))
{
	make();
	first_lap = lap;
}

static void run_in_steps(void (*make)(void), const struct operation *a)
{
	struct sigaction sa = { .sa_sigaction = trap, .sa_flags = SA_SIGINFO };
	long result;

	prepare(make);
	sigaction(SIGTRAP, &sa, NULL);
	stepping = 1;
	trap_flag_on();
	result = a->run();
	stepping = 0;
	if (!in_child)
		_exit(0);
	memset(&notes->got, 0, sizeof(notes->got));
	notes->got.first = result;
	notes->got.second = second_result;
	observe(&notes->got);
	_exit(!same(&notes->got, &notes->in_order) && !same(&notes->got, &notes->in_reverse));
}

static void run_in_order(void (*make)(void), const struct operation *a, const struct operation *b)
{
	prepare(make);
	notes->in_order.first = a->run();
	notes->in_order.second = b->run();
	observe(&notes->in_order);
	_exit(0);
}

static void run_in_reverse(void (*make)(void), const struct operation *a, const struct operation *b)
{
	prepare(make);
	notes->in_reverse.second = b->run();
	notes->in_reverse.first = a->run();
	observe(&notes->in_reverse);
	_exit(0);
}

static _Noreturn void skip_without_fork(int error)
{
	printf("skip: fork: %s\n", strerror(error));
	exit(77);
}

/* the child's end, as a wait status */
static int end_of(pid_t child)
{
	int status;

	if (child < 0)
		skip_without_fork(errno);
	if (waitpid(child, &status, 0) != child) {
		perror("tree_steps");
		exit(99);
	}
	return status;
}

static const char *complaint(void)
{
	if (!notes->in_order.pages_held || !notes->in_reverse.pages_held)
		return "a page is lost when they are done in turn";
	if (notes->failed_at && WIFSIGNALED(notes->status))
		return "killed by a signal";
	if (notes->failed_at)
		return "an outcome that neither order has";
	return notes->forks < 10 ? "not stepped" : NULL;
}

static bool try_pair(unsigned int world, const struct operation *a, const struct operation *b)
{
	void (*make)(void) = worlds[world].make;
	const char *wrong;
	pid_t child;
	int status;

	memset(notes, 0, sizeof(*notes));
	second = b->run;
	child = fork();
	if (child == 0)
		run_in_order(make, a, b);
	status = end_of(child);
	child = fork();
	if (child == 0)
		run_in_reverse(make, a, b);
	status |= end_of(child);
	child = fork();
	if (child == 0)
		run_in_steps(make, a);
	status |= end_of(child);
	if (notes->no_fork)
		skip_without_fork(notes->no_fork);
	wrong = status ? "one died" : complaint();
	if (wrong)
		printf("%s: %s interrupted by %s: %s, at instruction %lu\n", worlds[world].name,
		       a->name, b->name, wrong, notes->failed_at);
	return !wrong;
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : getenv("PIDEPOCH_QUICK") ? "full" : NULL;
	unsigned long pairs = 0, steps = 0, forks = 0;
	bool bad = false;

	notes = mmap(NULL, sizeof(*notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (notes == MAP_FAILED)
		return 99;
	setvbuf(stdout, NULL, _IONBF, 0);
	for (unsigned int i = 0; !bad && i < WORLDS * OPERATIONS * OPERATIONS; i++) {
		unsigned int w = i / (OPERATIONS * OPERATIONS);
		const struct operation *a = &operations[i / OPERATIONS % OPERATIONS],
				       *b = &operations[i % OPERATIONS];

		if (!may_meet(a, b) || (only && strcmp(only, worlds[w].name) != 0))
			continue;
		pairs++;
		bad = !try_pair(w, a, b);
		steps += notes->steps;
		forks += notes->forks;
	}
	printf("%lu pairs, %lu instructions, interrupted at %lu\n", pairs, steps, forks);
	return bad || pairs == 0;
}
