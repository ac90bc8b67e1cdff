/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gate: no handler of the thread can run between its test and its system call. A signal is
 * delivered before each single instruction; the call must then have been made before the handler,
 * or not be made.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/arch/gate.h"
#include "../support/tracer.h"

#define MOST 400 /* instructions on any way through */

/* The area that the C library registered; NULL: none. */
static struct rseq *registered(void)
{
	struct rseq *area = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);

	return __rseq_size && (int)area->cpu_id >= 0 ? area : NULL;
}

/* An area that is not registered: the section protects nothing. */
static struct rseq nobodys;

/* --- a call whose effect can be counted: the file position moves by one --- */

static int file;
static uint32_t dead;
static volatile sig_atomic_t handled, position_then;

static long position(void)
{
	return syscall(SYS_lseek, file, 0, SEEK_CUR);
}

static void on_signal(int sig)
{
	(void)sig;
	if (!handled)
		position_then = (int)position();
	handled = 1;
	*(volatile uint32_t *)&dead = 1;
}

static struct pe_gate_call move_on(void)
{
	return (struct pe_gate_call){ .nr = SYS_lseek, .arg = { file, 1, SEEK_CUR } };
}

static void prepare(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	file = memfd_create("position", MFD_CLOEXEC);
	ck_assert_int_ge(file, 0);
	dead = 0;
	handled = 0;
	ck_assert_int_eq(sigaction(SIGUSR1, &act, NULL), 0);
}

static void finish(void)
{
	close(file);
}

/* gate.1. Returns 0, or the number of the broken promise. */
static int judge(long ret, long before, long after)
{
	if (handled && after != position_then)
		return 1; /* made after the handler */
	if (after == before)
		return ret == PE_GATE_DEAD ? 0 : 2; /* not made, and not reported as such */
	return ret == after && after == before + 1 ? 0 : 3;
}

/* --- results --- */

static long by_rseq(const struct pe_gate_call *c, const uint32_t *d)
{
	return pe_gate_with(c, d, registered(), c->arg[5]);
}

static long masked(const struct pe_gate_call *c, const uint32_t *d)
{
	return pe_gate_masked(c, d, c->arg[5]);
}

static long (*const ways[])(const struct pe_gate_call *, const uint32_t *) = { masked, by_rseq };

START_TEST(six_arguments_and_the_result_pass)
{
	struct pe_gate_call map = { SYS_mmap, { 0, 4096, PROT_READ, MAP_PRIVATE, file, 4096 } };
	char *at;

	ck_assert_int_eq(pwrite(file, "other", 5, 4096), 5);
	ck_assert_int_eq(ftruncate(file, 8192), 0);
	at = (char *)ways[_i](&map, &dead);
	ck_assert_str_eq(at, "other");
	ck_assert_int_eq(munmap(at, 4096), 0);
}
END_TEST

START_TEST(an_error_is_the_kernels_errno)
{
	const struct pe_gate_call bad = { SYS_close, { -1 } };

	errno = 0;
	ck_assert_int_eq(ways[_i](&bad, &dead), -EBADF);
	ck_assert_int_eq(errno, 0);
}
END_TEST

START_TEST(a_dead_slot_refuses_the_call)
{
	const struct pe_gate_call c = move_on();

	ck_assert_int_eq(ways[_i](&c, &dead), 1);
	dead = 1;
	ck_assert_int_eq(ways[_i](&c, &dead), PE_GATE_DEAD);
	ck_assert_int_eq(position(), 1);
	ck_assert_int_lt(PE_GATE_DEAD, -4095);
	ck_assert_int_lt(PE_GATE_ABORTED, -4095);
}
END_TEST

START_TEST(no_section_is_left_armed)
{
	const struct pe_gate_call c = move_on();

	pe_gate_with(&c, &dead, registered(), c.arg[5]);
	ck_assert_uint_eq(registered()->rseq_cs, 0);
	dead = 1;
	pe_gate_with(&c, &dead, registered(), c.arg[5]);
	ck_assert_uint_eq(registered()->rseq_cs, 0);
}
END_TEST

START_TEST(the_mask_is_restored)
{
	const struct pe_gate_call c = move_on();
	sigset_t some, now;

	sigemptyset(&some);
	sigaddset(&some, SIGUSR2);
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, &some, NULL), 0);
	pe_gate_masked(&c, &dead, c.arg[5]);
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &now), 0);
	for (int sig = 1; sig < SIGRTMAX; sig++)
		ck_assert_int_eq(sigismember(&now, sig), sigismember(&some, sig));
}
END_TEST

START_TEST(without_rseq_the_masked_way_is_used)
{
	const struct pe_gate_call c = move_on();

	ck_assert_int_eq(pe_gate_pass(&c, &dead, NULL, c.arg[5]), 1);
	ck_assert_int_eq(pe_gate_pass(&c, &dead, registered(), c.arg[5]), 2);
	dead = 1;
	ck_assert_int_eq(pe_gate_pass(&c, &dead, NULL, c.arg[5]), PE_GATE_DEAD);
	ck_assert_int_eq(position(), 2);
}
END_TEST

/* --- a signal before each instruction --- */

static struct rseq *area; /* the area that the child's gate uses; NULL: the masked way */

static uintptr_t begin_of_gate(void)
{
	return (uintptr_t)pe_gate_with;
}

static int one_act(void)
{
	const struct pe_gate_call c = move_on();
	long before = position();
	long ret = area ? pe_gate_with(&c, &dead, area, c.arg[5])
			: pe_gate_masked(&c, &dead, c.arg[5]);

	return judge(ret, before, position());
}

/* The addresses on the way through the gate, as stepped through where nothing aborts. */
static int way_through(uintptr_t *way)
{
	pid_t pid;
	int n = 0;

	area = &nobodys;
	pid = tracer_child(one_act);
	tracer_reach(pid, begin_of_gate());
	while (tracer_where(pid) - begin_of_gate() < PE_GATE_SIZE) {
		ck_assert_int_lt(n, MOST);
		way[n++] = tracer_where(pid);
		tracer_step(pid);
	}
	ck_assert_int_eq(tracer_go(PTRACE_CONT, pid, 0), 0);
	return n;
}

static int index_of(const uintptr_t *way, int n, uintptr_t at)
{
	for (int i = 0; i < n; i++)
		if (way[i] == at)
			return i;
	ck_abort_msg("%#lx is not on the way", (unsigned long)at);
}

/* Put the child before instruction @i of @way, where @end is the first behind the call. A stop
 * inside the section aborts it when the child goes on, so it is stepped to the section's first
 * instruction and moved from there; no instruction of it needs more than what is in the registers
 * by then. */
static void place(pid_t pid, const uintptr_t *way, int i, int end)
{
	int first = end - 3;

	tracer_reach(pid, way[i < first ? i : first]);
	if (i > first && i < end)
		tracer_move(pid, way[i]);
	if (i < end)
		return;
	ck_assert(WIFSTOPPED(tracer_go(PTRACE_SYSCALL, pid, 0)));
	ck_assert(WIFSTOPPED(tracer_go(PTRACE_SYSCALL, pid, 0)));
	ck_assert_uint_eq(tracer_where(pid), way[end]);
	tracer_reach(pid, way[i]);
}

/* Continue the stopped child with a signal, to its end. If the signal could not be delivered at
 * once (it is masked, or the stop was one of a system call), it stops the child once more. */
static int signalled(pid_t pid)
{
	int status = tracer_go(PTRACE_CONT, pid, SIGUSR1);

	if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1)
		status = tracer_go(PTRACE_CONT, pid, SIGUSR1);
	return status;
}

START_TEST(a_signal_at_any_instruction_is_delivered_after_the_call_or_prevents_it)
{
	uintptr_t way[MOST];
	int n, end;

	n = way_through(way);
	end = index_of(way, n, (uintptr_t)pe_gate_end);

	for (int i = 0; i < n; i++) {
		int status;
		pid_t pid;

		area = registered();
		pid = tracer_child(one_act);
		place(pid, way, i, end);
		status = signalled(pid);
		ck_assert_msg(status == 0, "signal before instruction %d of %d (call: %d): %#x", i,
			      n, end - 1, status);
	}
}
END_TEST

START_TEST(without_rseq_support_the_window_is_open)
{
	/* the control of the test above: its judgement can fail, and does so in the section
	 * alone */
	uintptr_t way[MOST];
	int n, end;

	n = way_through(way);
	end = index_of(way, n, (uintptr_t)pe_gate_end);

	for (int i = 0; i < n; i++) {
		int status;
		pid_t pid;

		area = &nobodys;
		pid = tracer_child(one_act);
		tracer_reach(pid, way[i]);
		status = signalled(pid);
		ck_assert(WIFEXITED(status));
		ck_assert_int_eq(WEXITSTATUS(status), i == end - 2 || i == end - 1);
	}
}
END_TEST

#ifndef __SANITIZE_ADDRESS__
START_TEST(a_signal_at_any_instruction_of_the_masked_way)
{
	int taken = 0, status = 0;

	for (int steps = 0;; steps++) {
		pid_t pid;

		area = NULL;
		pid = tracer_child(one_act);
		tracer_reach(pid, (uintptr_t)pe_gate_masked);
		for (int i = 0; i < steps; i++)
			tracer_step(pid);
		taken = steps;
		/* back in its caller: all instructions have been seen */
		if (tracer_where(pid) - (uintptr_t)one_act < 256 && steps > 10) {
			ck_assert_int_eq(tracer_go(PTRACE_CONT, pid, 0), 0);
			break;
		}
		ck_assert_int_lt(steps, MOST);
		status = signalled(pid);
		ck_assert_msg(status == 0, "signal before step %d: %#x", steps, status);
	}
	ck_assert_int_gt(taken, 30);
}
END_TEST
#endif

/* --- stepping, signals at random --- */

static int aborted_act(void)
{
	const struct pe_gate_call c = move_on();

	if (pe_gate_with(&c, &dead, registered(), c.arg[5]) != PE_GATE_ABORTED || position() != 0)
		return 1;
	return registered()->rseq_cs == 0 ? 0 : 2;
}

static int patient_act(void)
{
	const struct pe_gate_call c = move_on();

	return pe_gate_pass(&c, &dead, registered(), c.arg[5]) == 1 && position() == 1 ? 0 : 1;
}

/* Step until it has ended; returns the wait status. */
static int step_to_the_end(pid_t pid)
{
	int status;

	for (int steps = 0; steps < 100000; steps++) {
		status = tracer_go(PTRACE_SINGLESTEP, pid, 0);
		if (WIFEXITED(status))
			return status;
		ck_assert_int_eq(WSTOPSIG(status), SIGTRAP);
	}
	ck_abort_msg("no end");
}

START_TEST(a_single_stepped_thread_leaves_the_gate)
{
	ck_assert_int_eq(step_to_the_end(tracer_child(aborted_act)), 0); /* gate.3 */
	ck_assert_int_eq(step_to_the_end(tracer_child(patient_act)), 0);
}
END_TEST

START_TEST(signals_at_any_time)
{
	const struct itimerval often = { .it_interval = { .tv_usec = 40 },
					 .it_value = { .tv_usec = 40 } };
	const struct itimerval never = { .it_interval = { .tv_usec = 0 } };
	const struct sigaction act = { .sa_handler = on_signal };
	const struct pe_gate_call c = move_on();
	struct rseq *how = _i ? registered() : NULL;
	int refused = 0, made = 0;

	ck_assert_int_eq(sigaction(SIGALRM, &act, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	/* until both results have been seen often, after a signal in the round */
	while (refused < 200 || made < 200) {
		long before = position(), ret, after;

		/* in this order: a handler in between makes the round a refusal */
		dead = 0;
		atomic_signal_fence(memory_order_seq_cst);
		handled = 0;
		for (volatile int idle = 0; idle < refused % 256; idle++)
			;
		ret = pe_gate_pass(&c, &dead, how, c.arg[5]);
		after = position();
		ck_assert_int_eq(judge(ret, before, after), 0);
		if (ret == PE_GATE_DEAD)
			refused++;
		else if (handled)
			made++;
	}
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
}
END_TEST

static Suite *gate_suite(bool rseq, bool trace)
{
	Suite *s = suite_create("gate");
	TCase *plain = tcase_create("results"), *each = tcase_create("instructions");
	int n = rseq ? 2 : 1;

	tcase_add_checked_fixture(plain, prepare, finish);
	tcase_set_timeout(plain, 60);
	tcase_add_loop_test(plain, six_arguments_and_the_result_pass, 0, n);
	tcase_add_loop_test(plain, an_error_is_the_kernels_errno, 0, n);
	tcase_add_loop_test(plain, a_dead_slot_refuses_the_call, 0, n);
	tcase_add_test(plain, the_mask_is_restored);
	tcase_add_test(plain, without_rseq_the_masked_way_is_used);
	tcase_add_loop_test(plain, signals_at_any_time, 0, n);
	if (rseq)
		tcase_add_test(plain, no_section_is_left_armed);
	suite_add_tcase(s, plain);

	tcase_add_checked_fixture(each, prepare, finish);
	tcase_set_timeout(each, 60);
	/* A sanitizer puts hundreds of its own instructions into the masked way, which is C:
	 * only those of the library are stepped. */
#ifndef __SANITIZE_ADDRESS__
	if (trace)
		tcase_add_test(each, a_signal_at_any_instruction_of_the_masked_way);
#endif
	if (trace)
		tcase_add_test(each, without_rseq_support_the_window_is_open);
	if (trace && rseq) {
		tcase_add_test(
			each,
			a_signal_at_any_instruction_is_delivered_after_the_call_or_prevents_it);
		tcase_add_test(each, a_single_stepped_thread_leaves_the_gate);
	}
	suite_add_tcase(s, each);
	return s;
}

int main(void)
{
	bool rseq = registered() != NULL, trace = tracer_allowed("signals at each instruction");
	SRunner *r;
	int failed;

	if (!rseq)
		fprintf(stderr, "skipped: restartable sequences: none are registered here\n");
	r = srunner_create(gate_suite(rseq, trace));
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
