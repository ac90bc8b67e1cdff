/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unwind: the chain of callers. Rules are those of core/stack/unwind.h. The reference is the
 * unwinder for exceptions. */
#include "../support/host.h"

#include <alloca.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unwind.h>

#include "../support/unwinding.h"

#define DEPTH 64

static uint64_t ours[DEPTH];
static void *theirs[DEPTH];
static unsigned int our_count, their_count;

static volatile int sink;

static _Unwind_Reason_Code add_theirs(struct _Unwind_Context *context, void *unused)
{
	(void)unused;
	/* it ends with a frame at 0 */
	if (their_count < DEPTH && _Unwind_GetIP(context))
		theirs[their_count++] = (void *)_Unwind_GetIP(context);
	return _URC_NO_REASON;
}

#define LOOK(how)                                                                                  \
	do {                                                                                       \
		our_count = pe_unwind_here(how, ours, DEPTH);                                      \
		their_count = 0;                                                                   \
		_Unwind_Backtrace(add_theirs, NULL);                                               \
	} while (0)

/* Both stacks, of one and the same place. */
__attribute__((noinline)) static void look(void)
{
	LOOK(&unwinding);
	sink++; /* no tail call */
}

/* The innermost frame is look() itself, in two places; from the next one on they must agree. A
 * signal's frame and what it interrupted are given as one more (unwind.5), where the other gives
 * the address itself. */
static void agree(unsigned int added)
{
	unsigned int more = 0;

	ck_assert_uint_gt(our_count, 3);
	ck_assert_uint_eq(our_count, their_count);
	for (unsigned int i = 1; i < our_count; i++) {
		if (ours[i] == (uintptr_t)theirs[i] + 1)
			more++;
		else
			ck_assert_uint_eq(ours[i], (uintptr_t)theirs[i]);
	}
	ck_assert_uint_eq(more, added);
}

__attribute__((noinline)) static void recurse(int n)
{
	if (n)
		recurse(n - 1);
	else
		look();
	sink++; /* no tail call */
}

START_TEST(a_recursion)
{
	recurse(20);
	agree(0);
	recurse(20); /* now by the cache */
	agree(0);
}
END_TEST

__attribute__((noinline)) static void with_a_frame_pointer(size_t n)
{
	memset(alloca(n), 1, n);
	recurse(1);
	sink++;
}

__attribute__((noinline)) static void realigned(void)
{
	_Alignas(64) volatile char wide[64];

	wide[0] = 1;
	with_a_frame_pointer((size_t)wide[0] * 100);
	sink += wide[0];
}

START_TEST(frames_of_every_kind)
{
	realigned();
	agree(0);
}
END_TEST

static int compare(const void *a, const void *b)
{
	look();
	return *(const int *)a - *(const int *)b;
}

START_TEST(through_libc)
{
	int numbers[] = { 2, 1 };

	qsort(numbers, 2, sizeof(int), compare);
	agree(0);
}
END_TEST

static void on_signal(int signal)
{
	(void)signal;
	recurse(2);
}

START_TEST(unwind_3_a_handler_with_or_without_its_own_stack)
{
	stack_t stack = { .ss_sp = malloc(65536), .ss_size = 65536 };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = _i ? SA_ONSTACK : 0 };

	ck_assert_int_eq(sigaltstack(&stack, NULL), 0);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	agree(2); /* the trampoline, and the interrupted function */
	free(stack.ss_sp);
}
END_TEST

/* unwind.5: the interrupted function is given by an address whose predecessor is the interrupted
 * instruction. */
static void on_trap(int signal, siginfo_t *info, void *context)
{
	uintptr_t place = (uintptr_t)info->si_addr;
	int found = 0;

	(void)signal;
	(void)context;
	look();
	for (unsigned int i = 0; i < our_count; i++)
		found += ours[i] - 1 == place;
	_exit(found == 1 ? 33 : 34);
}

START_TEST(unwind_5_an_interrupted_instruction)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
	pid_t child = fork();
	int status;

	if (child == 0) {
		sigaction(SIGILL, &action, NULL);
		__builtin_trap();
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 33);
}
END_TEST

static void *in_thread(void *unused)
{
	recurse(3);
	return unused;
}

START_TEST(a_thread)
{
	pthread_t t;

	pthread_create(&t, NULL, in_thread, NULL);
	pthread_join(t, NULL);
	agree(0);
}
END_TEST

START_TEST(unwind_1_no_more_frames_than_requested)
{
	uint64_t few[4] = { 0, 0, 0, 77 };

	ck_assert_uint_eq(pe_unwind_here(&unwinding, few, 3), 3);
	ck_assert_uint_eq(few[3], 77);
}
END_TEST

/* --- code without tables --- */

static const void *no_table(uintptr_t pc)
{
	(void)pc;
	return NULL;
}

static const struct pe_unwind blind = { .find = no_table, .cache = &test_cache };

/* The test's own functions have frame pointers (local.mk): they stand in for code that is made at
 * run time. */
static const void *libc_only(uintptr_t pc)
{
	extern const char __ehdr_start[], _end[];

	return pc >= (uintptr_t)__ehdr_start && pc < (uintptr_t)_end ? NULL : find_table(pc);
}

static const struct pe_unwind half_blind = { .find = libc_only, .cache = &test_cache };

__attribute__((noinline)) static void look_by_pointer(void)
{
	LOOK(&half_blind);
	sink++;
}

START_TEST(unwind_4_by_frame_pointer)
{
	unsigned int first;

	look_by_pointer();
	/* the engine's own frame pointer, where it was built to have one, leads to one frame
	 * more */
	first = ours[0] == (uintptr_t)theirs[1] ? 0 : 1;
	ck_assert_uint_ge(our_count, first + 2);
	ck_assert_uint_eq(ours[first], (uintptr_t)theirs[1]);
	ck_assert_uint_eq(ours[first + 1], (uintptr_t)theirs[2]);
}
END_TEST

/* A frame pointer to unmapped memory, downwards, or far away. */
START_TEST(unwind_2_wrong_frame_pointers)
{
	static const long wrong[] = { 0, 8, -4096, 1L << 19, 1L << 40, 12345, -1 };
	unsigned int n = 99;

	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			uintptr_t *fp = __builtin_frame_address(0);

			*fp = wrong[i] > 0 && wrong[i] < 1L << 20
				      ? (uintptr_t)fp + (uintptr_t)wrong[i]
				      : (uintptr_t)wrong[i];
			n = pe_unwind_here(&blind, ours, DEPTH);
			_exit(n > DEPTH);
		}
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%ld: status %x",
			      wrong[i], (unsigned int)status);
	}
}
END_TEST

/* frames of the library itself are left out */
START_TEST(own_frames_are_left_out)
{
	extern const char __ehdr_start[], _end[];
	struct pe_unwind own = unwinding;

	own.own_start = (uintptr_t)__ehdr_start;
	own.own_end = (uintptr_t)_end;
	our_count = pe_unwind_here(&own, ours, DEPTH);
	for (unsigned int i = 0; i < our_count; i++)
		ck_assert(ours[i] < own.own_start || ours[i] >= own.own_end);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("stacks");

	tcase_add_test(c, a_recursion);
	tcase_add_test(c, frames_of_every_kind);
	tcase_add_test(c, through_libc);
	tcase_add_loop_test(c, unwind_3_a_handler_with_or_without_its_own_stack, 0, 2);
	tcase_add_test(c, unwind_5_an_interrupted_instruction);
	tcase_add_test(c, a_thread);
	tcase_add_test(c, unwind_1_no_more_frames_than_requested);
	tcase_add_test(c, unwind_4_by_frame_pointer);
	tcase_add_test(c, unwind_2_wrong_frame_pointers);
	tcase_add_test(c, own_frames_are_left_out);
	return run_case("unwind", c);
}
