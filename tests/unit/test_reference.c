/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reference: calls on (pid, epoch) reach the intended process or none. Rules are those of
 * core/reference/reference.h. */
#include "core/reference/reference.h"

#include <signal.h>
#include <sys/mount.h>

#include "../support/references.h"
#include "../support/reuse.h"

#define NUMBER 700

/* So many processes at the last check that a lap may have passed since, however short the
 * machine's uptime: the next wrap check (wrap_proof.1) proves nothing. */
static void spoil_the_census(void)
{
	frame.wrap_proof.tasks = 1 << 22; /* the largest pid_max */
}

/* --- own children --- */

START_TEST(reference_5_a_childs_reference_is_its_birth_and_never_ages)
{
	struct child c = recorded_child();
	uint32_t epoch = take(c.pid);

	ck_assert_int_eq((int)kill_by(c.pid, epoch, 0), 0);
	pe_clock_skip(&frame.clock, 9);
	ck_assert_int_eq((int)kill_by(c.pid, epoch, 0), 0);
	ck_assert_uint_eq(take(c.pid), epoch);
	ck_assert_int_eq((int)group_by(c.pid, epoch), getpgrp());
	end(c, 0);
	/* a zombie is still ours */
	ck_assert_int_eq((int)kill_by(c.pid, epoch, 0), 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert(is_refused(kill_by(c.pid, epoch, 0)));
}
END_TEST

START_TEST(S2_reaped_and_free_in_the_same_lap_is_ESRCH)
{
	struct child c = recorded_child();
	uint32_t epoch = take(c.pid);

	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq((int)kill_by(c.pid, epoch, 0), -ESRCH);
	pe_clock_skip(&frame.clock, 1);
	ck_assert_int_eq((int)kill_by(c.pid, epoch, 0), -PE_EEPOCH);
}
END_TEST

START_TEST(S2_a_future_epoch_and_an_invalid_pid_are_EINVAL)
{
	struct child c = recorded_child();
	uint32_t epoch = take(c.pid);

	ck_assert_int_eq((int)kill_by(c.pid, epoch + 1, 0), -EINVAL);
	ck_assert_int_eq((int)kill_by(0, epoch, 0), -EINVAL);
	ck_assert_int_eq((int)kill_by(-1, epoch, 0), -EINVAL);
	ck_assert_int_eq((int)kill_by(-c.pid, epoch, 0), -EINVAL);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
}
END_TEST

START_TEST(a_child_made_by_other_means_is_adopted)
{
	struct child c = unrecorded_child();
	uint32_t epoch = take(c.pid);

	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq((int)kill_by(c.pid, epoch, 0), 0);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert(is_refused(kill_by(c.pid, epoch, 0)));
}
END_TEST

/* reports its child, which stays, and ends with the leash */
static _Noreturn void middle_process(int say, int leash)
{
	pid_t pid = fork();
	char c;

	while (pid == 0)
		pause();
	if (write(say, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	_exit(read(leash, &c, 1) != 0);
}

static bool has_inodes(void)
{
	struct pe_identity who;

	return pe_identity_of((uint32_t)getpid(), false, &who) == 0 &&
	       who.kind == PE_IDENTITY_INODE;
}

/* whatever made it a child of this process's: the call, a plain one, or a reference to it */
START_TEST(birth_3_an_adopted_child_keeps_the_tag_that_it_had)
{
	int say[2], leash[2];
	pid_t middle, pid = 0;
	uint32_t epoch;

	ck_assert_int_eq(pipe(say) + pipe(leash) + prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	middle = fork();
	if (middle == 0) {
		close(leash[1]);
		middle_process(say[1], leash[0]);
	}
	close(leash[0]);
	ck_assert_int_eq((int)read(say[0], &pid, sizeof(pid)), sizeof(pid));
	atomic_store(&frame.refers, true);
	epoch = take(pid);
	close(leash[1]);
	ck_assert_int_eq(waitpid(middle, NULL, 0), middle);
	spoil_the_census();
	if (_i == 1)
		ck_assert(pe_birth_adopt(&frame, &thread, pid));
	else if (_i == 2)
		ck_assert_uint_le(take(pid), epoch);
	ck_assert_int_eq((int)kill_by(pid, epoch, 0), 0);
	ck_assert_int_eq(known(pid), PE_KNOWN_LIVE);
	ck_assert_int_eq((int)kill_by(pid, epoch, SIGKILL), 0);
	ck_assert_int_eq(reap(pid, NULL, 0), pid);
	ck_assert(is_refused(kill_by(pid, epoch, 0)));
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	close(say[0]);
	close(say[1]);
}
END_TEST

static void children_in_turn(void)
{
	pid_t first = recorded_child_as(NUMBER);
	uint32_t old = take(first), new;

	kill(first, SIGKILL);
	ck_assert_int_eq(reap(NUMBER, NULL, 0), NUMBER);
	recorded_child_as(NUMBER);
	new = take(NUMBER);
	ck_assert_uint_gt(new, old);
	ck_assert_int_eq((int)kill_by(NUMBER, old, SIGKILL), -PE_EEPOCH);
	ck_assert_int_eq((int)kill_by(NUMBER, new, SIGKILL), 0);
}

START_TEST(S2_a_later_child_of_the_same_pid_is_another_process)
{
	ck_assert_int_eq(in_own_namespace(children_in_turn), 0);
}
END_TEST

static void child_then_unrelated(void)
{
	uint32_t epoch = take(recorded_child_as(NUMBER));
	struct unrelated s;

	kill(NUMBER, SIGKILL);
	ck_assert_int_eq(reap(NUMBER, NULL, 0), NUMBER);
	s = unrelated_as(NUMBER);
	ck_assert_int_eq((int)kill_by(NUMBER, epoch, SIGKILL), -PE_EEPOCH);
	ck_assert_int_eq((int)group_by(NUMBER, epoch), -PE_EEPOCH);
	ck_assert_int_eq((int)kill_by(NUMBER, take(NUMBER), 0), 0);
	unrelated_ends(&s);
}

START_TEST(reference_6_gone_and_held_by_an_unrelated_process_is_EEPOCH)
{
	ck_assert_int_eq(in_own_namespace(child_then_unrelated), 0);
}
END_TEST

/* --- foreign processes --- */

static void unrelated_in_turn(void)
{
	struct unrelated s = unrelated_as(NUMBER);
	uint32_t epoch = take(NUMBER);

	ck_assert_int_eq((int)kill_by(NUMBER, epoch, 0), 0);
	ck_assert_int_ge((int)group_by(NUMBER, epoch), 0);
	unrelated_ends(&s);
	ck_assert(is_refused(kill_by(NUMBER, epoch, 0)));
	ck_assert(is_refused(group_by(NUMBER, epoch)));
	s = unrelated_as(NUMBER);
	ck_assert(is_refused(kill_by(NUMBER, epoch, SIGKILL)));
	ck_assert(is_refused(group_by(NUMBER, epoch)));
	ck_assert_int_eq((int)kill_by(NUMBER, take(NUMBER), 0), 0);
	/* the old tag refers to no living process, whatever has been learned since */
	ck_assert(pe_foreign_find(&frame.foreign, NUMBER)->since == epoch ||
		  is_refused(kill_by(NUMBER, epoch, SIGKILL)));
	unrelated_ends(&s);
}

START_TEST(reference_3_foreign_processes_are_known_by_their_identity)
{
	ck_assert_int_eq(in_own_namespace(unrelated_in_turn), 0);
}
END_TEST

START_TEST(reference_3_a_reference_to_a_foreign_process_ages)
{
	uint32_t epoch = take(getppid());

	ck_assert_int_eq((int)kill_by(getppid(), epoch, 0), 0);
	pe_clock_skip(&frame.clock, 2);
	ck_assert_int_eq((int)kill_by(getppid(), epoch, 0), -PE_EEPOCH);
}
END_TEST

/* Renewed, it is two laps younger; and calls by it cost nothing, however little the clock can
 * prove. */
START_TEST(reference_3_a_renewed_reference_does_not_age_by_being_used)
{
	uint32_t first = take(getppid()), renewed;

	pe_clock_skip(&frame.clock, 1);
	renewed = take(getppid());
	ck_assert_uint_gt(renewed, first);
	for (int i = 0; i < 5; i++) {
		spoil_the_census();
		ck_assert_int_eq((int)kill_by(getppid(), renewed, 0), 0);
	}
}
END_TEST

START_TEST(reference_10_another_reference_to_a_noted_process_counts_no_lap)
{
	uint32_t first = take(getppid());
	pe_clock_time before = pe_clock_now(&frame.clock);

	for (int i = 0; i < 5 && has_inodes(); i++) {
		spoil_the_census();
		ck_assert_uint_eq(take(getppid()), first);
	}
	ck_assert(!has_inodes() || pe_clock_now(&frame.clock) == before);
	ck_assert_int_eq((int)kill_by(getppid(), first, 0), 0);
}
END_TEST

/* A /proc of the namespace, from which the clock can be proven. Where there can be none, each look
 * opens a lap, and no two tags are the same for that reason. */
static void mount_own_proc(void)
{
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) != 0)
		fprintf(stderr, "left out: no /proc can be mounted\n");
}

/* The pid is chosen, so that no lap passes between the two. */
static void renewed_and_reused(void)
{
	struct unrelated s = unrelated_as(NUMBER);
	uint32_t first, renewed;

	mount_own_proc();
	first = take(NUMBER);
	pe_clock_skip(&frame.clock, 1);
	renewed = take(NUMBER);
	ck_assert_uint_gt(renewed, first);
	unrelated_ends(&s);
	s = unrelated_as(NUMBER);
	ck_assert_uint_gt(take(NUMBER), renewed);
	ck_assert(is_refused(kill_by(NUMBER, renewed, SIGKILL)));
	unrelated_ends(&s);
}

START_TEST(reference_7_no_tag_of_a_renewed_reference_is_given_again)
{
	ck_assert_int_eq(in_own_namespace(renewed_and_reused), 0);
}
END_TEST

/* unchanged where the 32 bits of the API wrap */
START_TEST(reference_3_5_across_the_end_of_32_bits)
{
	uint32_t child, other;
	pe_clock_time now;
	struct child c;

	pe_clock_skip(&frame.clock, UINT64_C(0xfffffffe));
	c = recorded_child();
	child = take(c.pid);
	other = take(getppid());
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq((int)kill_by(c.pid, child, 0), 0);
		ck_assert_int_eq((int)kill_by(getppid(), other, 0), i < 2 ? 0 : -PE_EEPOCH);
		pe_clock_skip(&frame.clock, 1);
	}
	ck_assert_uint_gt(child, take(getppid()));
	ck_assert_int_eq((int)kill_by(getppid(), take(getppid()), 0), 0);
	now = pe_clock_give(&frame.clock);
	ck_assert_int_eq((int)kill_by(c.pid, (uint32_t)pe_clock_eps(now, (uint32_t)c.pid) + 1, 0),
			 -EINVAL);
	end(c, 0);
	reap(c.pid, NULL, 0);
}
END_TEST

/* the present tag of the parent, to which no reference was taken */
static uint32_t parents_computed_tag(void)
{
	take(getpid()); /* a first look at the kernel's cursor */
	return (uint32_t)pe_clock_eps(pe_clock_give(&frame.clock), (uint32_t)getppid());
}

START_TEST(reference_1_a_process_without_a_reference_needs_a_wrap_proof)
{
	uint32_t epoch = parents_computed_tag();

	spoil_the_census();
	ck_assert_int_eq((int)kill_by(getppid(), epoch, 0), -PE_EEPOCH);
	ck_assert_int_eq((int)kill_by(getppid(), epoch, 0), -PE_EEPOCH);
}
END_TEST

START_TEST(reference_9_what_was_proven_once_is_noted)
{
	uint32_t epoch = parents_computed_tag();
	bool proven = pe_wrap_proof_take(&frame.wrap_proof, &frame.clock) == 0 &&
		      kill_by(getppid(), epoch, 0) == 0;

	if (!proven)
		ck_assert(is_refused(kill_by(getppid(), epoch, 0)));
	spoil_the_census();
	ck_assert_int_eq((int)kill_by(getppid(), epoch, 0),
			 proven && has_inodes() ? 0 : -PE_EEPOCH);
}
END_TEST

START_TEST(the_caller_and_its_threads)
{
	ck_assert_int_eq((int)kill_by(getpid(), take(getpid()), 0), 0);
}
END_TEST

/* --- a host that sees neither forks nor waits --- */

static void unseen_children_in_turn(void)
{
	uint32_t old;
	siginfo_t si = { .si_pid = 0 };

	settings.linked_only = true;
	if (fork_as(NUMBER) == 0)
		for (;;)
			pause();
	old = take(NUMBER);
	ck_assert_int_eq((int)kill_by(NUMBER, old, 0), 0);
	ck_assert_int_eq((int)kill_by(NUMBER, old, SIGKILL), 0);
	ck_assert_int_eq(waitpid(NUMBER, NULL, 0), NUMBER);
	ck_assert(is_refused(kill_by(NUMBER, old, 0)));
	if (fork_as(NUMBER) == 0)
		for (;;)
			pause();
	ck_assert(is_refused(kill_by(NUMBER, old, SIGKILL)));
	ck_assert_int_eq(waitid(P_PID, NUMBER, &si, WEXITED | WNOHANG | WNOWAIT), 0);
	ck_assert_int_eq(si.si_pid, 0);
	ck_assert_int_eq((int)kill_by(NUMBER, take(NUMBER), SIGKILL), 0);
}

START_TEST(reference_4_unseen_children_are_known_by_their_identity)
{
	ck_assert_int_eq(in_own_namespace(unseen_children_in_turn), 0);
}
END_TEST

/* --- all of it at random: S1 --- */

#define FIRST	710
#define NUMBERS 5
#define REFS	40
#define STEPS	600

struct instance {
	bool own, strange;
	unsigned int id; /* never the same again */
	struct unrelated s;
};

struct known_ref {
	uint32_t epoch;
	unsigned int id, pid;
	uint64_t lap; /* of the clock when it was taken */
	bool own;
};

static unsigned int seed;

static unsigned int any(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static void step_life(struct instance *in, unsigned int pid, unsigned int *ids)
{
	if (in->own) {
		kill((pid_t)pid, SIGKILL);
		ck_assert_int_eq(reap((pid_t)pid, NULL, 0), (int)pid);
		in->own = false;
	} else if (in->strange) {
		kill((pid_t)pid, SIGKILL); /* later children inherit its pipe */
		unrelated_ends(&in->s);
		in->strange = false;
	} else if (any(2)) {
		recorded_child_as((pid_t)pid);
		in->own = true;
		in->id = ++*ids;
	} else {
		in->s = unrelated_as((pid_t)pid);
		in->strange = true;
		in->id = ++*ids;
	}
}

static void check_use(const struct known_ref *r, const struct instance *in)
{
	bool alive = (in->own || in->strange) && in->id == r->id;
	long n = kill_by((pid_t)r->pid, r->epoch, 0);

	if (!alive)
		ck_assert_msg(is_refused(n), "%ld, and it is gone", n);
	else if (r->own)
		ck_assert_msg(n == 0, "%ld, and it is our child", n);
	else /* it may be too old, but never wrong */
		ck_assert_msg(n == 0 || (n == -PE_EEPOCH &&
					 pe_clock_lap(pe_clock_now(&frame.clock)) > r->lap),
			      "%ld, and it is there", n);
}

static void at_random(void)
{
	struct instance in[NUMBERS] = { { .own = false } };
	struct known_ref ref[REFS] = { { .id = 0 } };
	unsigned int ids = 0, uses = 0;

	for (unsigned int i = 0; i < STEPS; i++) {
		unsigned int n = any(NUMBERS), k = any(REFS);
		bool there = in[n].own || in[n].strange;

		if (any(3) == 0) {
			step_life(&in[n], FIRST + n, &ids);
		} else if (there && any(2)) {
			ref[k] = (struct known_ref){
				.epoch = take((pid_t)(FIRST + n)),
				.id = in[n].id,
				.pid = FIRST + n,
				.lap = pe_clock_lap(pe_clock_now(&frame.clock)),
				.own = in[n].own,
			};
		} else if (ref[k].id) {
			check_use(&ref[k], &in[ref[k].pid - FIRST]);
			uses++;
		}
	}
	ck_assert_uint_gt(uses, STEPS / 10);
}

START_TEST(S1_only_the_intended_process_is_reached)
{
	seed = (unsigned int)_i + 1;
	ck_assert_int_eq(in_own_namespace(at_random), 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("calls");

	tcase_add_test(c, reference_5_a_childs_reference_is_its_birth_and_never_ages);
	tcase_add_test(c, S2_reaped_and_free_in_the_same_lap_is_ESRCH);
	tcase_add_test(c, S2_a_future_epoch_and_an_invalid_pid_are_EINVAL);
	tcase_add_test(c, a_child_made_by_other_means_is_adopted);
	if (has_inodes())
		tcase_add_loop_test(c, birth_3_an_adopted_child_keeps_the_tag_that_it_had, 0, 3);
	tcase_add_test(c, S2_a_later_child_of_the_same_pid_is_another_process);
	tcase_add_test(c, reference_6_gone_and_held_by_an_unrelated_process_is_EEPOCH);
	tcase_add_test(c, reference_3_foreign_processes_are_known_by_their_identity);
	tcase_add_test(c, reference_3_a_reference_to_a_foreign_process_ages);
	tcase_add_test(c, reference_3_a_renewed_reference_does_not_age_by_being_used);
	tcase_add_test(c, reference_3_5_across_the_end_of_32_bits);
	tcase_add_test(c, reference_1_a_process_without_a_reference_needs_a_wrap_proof);
	tcase_add_test(c, the_caller_and_its_threads);
	tcase_add_test(c, reference_4_unseen_children_are_known_by_their_identity);
	tcase_add_test(c, reference_9_what_was_proven_once_is_noted);
	tcase_add_test(c, reference_10_another_reference_to_a_noted_process_counts_no_lap);
	tcase_add_test(c, reference_7_no_tag_of_a_renewed_reference_is_given_again);
	tcase_add_loop_test(c, S1_only_the_intended_process_is_reached, 0, 8);
	return run_case("reference", c);
}
