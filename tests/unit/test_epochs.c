/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's references: a tag reaches the process that it was given for, or none. Rules
 * are those of emulate/epochs.h. */
#include "emulate/epochs.h"

#include <pthread.h>
#include <sys/mount.h>

#include "../support/reuse.h"

#define NUMBER 700

/* The test itself is the caller, in the supervisor's namespace. */
static struct pe_peer self;
static struct pe_epochs *epochs;

static void open_epochs(void)
{
	self = (struct pe_peer){ .tid = getpid(), .tgid = getpid(), .ns = -1, .pidfd = -1 };
	self.task = self.children = -1;
	epochs = pe_epochs_map();
	ck_assert_ptr_nonnull(epochs);
	pe_epochs_resume(epochs);
}

static uint32_t take(pid_t pid)
{
	uint64_t epoch = 0;

	ck_assert_int_eq(pe_epochs_take(epochs, &self, pid, &epoch), 0);
	return (uint32_t)epoch;
}

/* 0: @pid is reached by that tag */
static int reach(pid_t pid, uint32_t epoch)
{
	struct pe_epochs_pin pin;
	int err = pe_epochs_pin(epochs, &self, pid, epoch, &pin);

	if (err != 0) {
		ck_assert_int_lt(pin.fd, 0);
		return err;
	}
	ck_assert_int_eq(pin.pid, pid);
	ck_assert_int_eq(pe_sys_pidfd_send_signal(pin.fd, 0, NULL, 0), 0);
	close(pin.fd);
	return 0;
}

static bool is_refused(int err)
{
	return err == -ESRCH || err == -PE_EEPOCH;
}

static void reap_as(pid_t pid)
{
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static pid_t plain_child_as(pid_t number)
{
	pid_t pid = fork_as(number);

	while (pid == 0)
		pause();
	return pid;
}

/* epochs.1 */
START_TEST(a_process_is_reached_by_its_tag_until_it_is_reaped)
{
	struct child c = unrecorded_child();
	uint32_t epoch = take(c.pid);

	ck_assert_uint_eq(take(c.pid), epoch);
	ck_assert_int_eq(reach(c.pid, epoch), 0);
	end(c, 0);
	ck_assert_int_eq(reach(c.pid, epoch), 0); /* a zombie has its pid still */
	reap_as(c.pid);
	ck_assert(is_refused(reach(c.pid, epoch)));
}
END_TEST

/* epochs.1: notes outlive a worker, proofs do not (epochs.4) */
START_TEST(a_new_worker_finds_the_notes_and_trusts_no_earlier_snapshot)
{
	struct child noted = unrecorded_child(), other = unrecorded_child();
	uint32_t epoch = take(noted.pid);
	uint64_t whole = pe_clock_eps(pe_epochs_show(epochs, &self), (uint32_t)other.pid);
	struct pe_wrap_proof proof = { .forks = 0 };
	struct pe_clock clock;

	pe_clock_init(&clock, 0);
	pe_wrap_proof_take(&proof, &clock);
	if (pe_wrap_proof_take(&proof, &clock) == 0)
		ck_assert_int_eq(reach(other.pid, (uint32_t)whole), 0);
	else
		fprintf(stderr,
			"left out: the forks cannot be counted here, so nothing is ever proven\n");
	pe_epochs_resume(epochs);
	ck_assert_int_eq(reach(other.pid, (uint32_t)whole), -PE_EEPOCH);
	ck_assert_int_eq(reach(noted.pid, epoch), 0);
	end(noted, 0);
	end(other, 0);
	reap_as(noted.pid);
	reap_as(other.pid);
}
END_TEST

START_TEST(a_tag_never_given_out_is_EINVAL_and_a_free_pid_is_ESRCH)
{
	struct child c = unrecorded_child();
	uint32_t epoch = take(c.pid);
	uint64_t none;

	ck_assert_int_eq(reach(c.pid, epoch + 2), -EINVAL);
	ck_assert_int_eq(reach(0, epoch), -EINVAL);
	ck_assert_int_eq(reach(-c.pid, epoch), -EINVAL);
	ck_assert_int_eq(pe_epochs_take(epochs, &self, 0, &none), -EINVAL);
	end(c, 0);
	reap_as(c.pid);
	ck_assert_int_eq(pe_epochs_take(epochs, &self, c.pid, &none), -ESRCH);
}
END_TEST

static int reported[2];

static void *of_a_thread(void *arg)
{
	uint64_t epoch;
	int err = pe_epochs_take(epochs, &self, (int)syscall(SYS_gettid), &epoch);

	(void)arg;
	return write(reported[1], &err, sizeof(err)) == sizeof(err) ? NULL : reported;
}

START_TEST(a_tid_is_EINVAL)
{
	pthread_t t;
	int err = 0;

	ck_assert_int_eq(pipe(reported), 0);
	ck_assert_int_eq(pthread_create(&t, NULL, of_a_thread, NULL), 0);
	ck_assert_int_eq((int)read(reported[0], &err, sizeof(err)), (int)sizeof(err));
	pthread_join(t, NULL);
	ck_assert_int_eq(err, -EINVAL);
}
END_TEST

START_TEST(a_child_has_its_parents_birth)
{
	struct child c = unrecorded_child();
	struct pe_epochs_pin pin;

	ck_assert_int_eq(pe_epochs_pin(epochs, &self, c.pid, take(c.pid), &pin), 0);
	ck_assert(pe_epochs_is_child(&self, &pin));
	close(pin.fd);
	ck_assert_int_eq(pe_epochs_pin(epochs, &self, getpid(), take(getpid()), &pin), 0);
	ck_assert(!pe_epochs_is_child(&self, &pin));
	close(pin.fd);
	end(c, 0);
	reap_as(c.pid);
}
END_TEST

/* A namespace with its own /proc has a wrap proof, and then proves what a chosen pid makes
 * untrue. */
static void with_own_proc(void)
{
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) != 0)
		fprintf(stderr,
			"left out: cannot mount a /proc of its own, so nothing is proven\n");
}

/* epochs.2: one pid, chosen, three times in one lap */
static void same_number_again(void)
{
	uint32_t tag[3];

	with_own_proc();
	open_epochs();
	for (int i = 0; i < 3; i++) {
		plain_child_as(NUMBER);
		for (int old = 0; old < i; old++) /* before it has a tag of its own, */
			ck_assert_int_eq(reach(NUMBER, tag[old]), -PE_EEPOCH);
		tag[i] = take(NUMBER);
		for (int old = 0; old < i; old++) { /* and after */
			ck_assert_uint_ne(tag[i], tag[old]);
			ck_assert_int_eq(reach(NUMBER, tag[old]), -PE_EEPOCH);
		}
		ck_assert_int_eq(reach(NUMBER, tag[i]), 0);
		kill(NUMBER, SIGKILL);
		reap_as(NUMBER);
		ck_assert(is_refused(reach(NUMBER, tag[i])));
	}
}

START_TEST(epochs_2_no_two_process_instances_have_the_same_tag)
{
	ck_assert_int_eq(in_own_namespace(same_number_again), 0);
}
END_TEST

/* epochs.2: a moment is given out; then its pid is reused by processes that have no reference */
static void moment_then_reuse(void)
{
	uint64_t whole;

	open_epochs();
	plain_child_as(NUMBER);
	whole = pe_clock_eps(pe_epochs_show(epochs, &self), NUMBER);
	kill(NUMBER, SIGKILL);
	reap_as(NUMBER);
	plain_child_as(NUMBER);
	ck_assert(is_refused(reach(NUMBER, (uint32_t)whole)));
	ck_assert_uint_ne(take(NUMBER), (uint32_t)whole);
	kill(NUMBER, SIGKILL);
	reap_as(NUMBER);
}

START_TEST(epochs_2_no_process_instance_has_the_tag_of_an_earlier_moment)
{
	ck_assert_int_eq(in_own_namespace(moment_then_reuse), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("epochs");
	TCase *one = tcase_create("references");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(one, open_epochs, NULL);
	tcase_add_test(one, a_process_is_reached_by_its_tag_until_it_is_reaped);
	tcase_add_test(one, a_new_worker_finds_the_notes_and_trusts_no_earlier_snapshot);
	tcase_add_test(one, a_tag_never_given_out_is_EINVAL_and_a_free_pid_is_ESRCH);
	tcase_add_test(one, a_tid_is_EINVAL);
	tcase_add_test(one, a_child_has_its_parents_birth);
	tcase_add_test(one, epochs_2_no_two_process_instances_have_the_same_tag);
	tcase_add_test(one, epochs_2_no_process_instance_has_the_tag_of_an_earlier_moment);
	suite_add_tcase(s, one);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
