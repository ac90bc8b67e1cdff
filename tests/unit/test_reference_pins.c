/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reference: a process that is pinned keeps its pid, and nothing is left behind. Rules are those of
 * core/reference/reference.h. */
#include "core/reference/reference.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "../support/references.h"

static int pin_by_hand(pid_t pid, uint32_t epoch, struct pe_pin *pin)
{
	return pe_reference_pin(&frame, &thread, pid, epoch, PE_HOLD_BY_HAND, PE_PIN_BEST, pin);
}

struct waiter {
	struct child child;
	struct pe_thread thread;
	_Atomic int tid;
	_Atomic bool let_go;
	bool after;
};

static void *wait_for_it(void *arg)
{
	struct waiter *w = arg;
	const struct pe_reap r = {
		.peek = plain_peek,
		.by = PE_CALL_WAITPID,
		.idtype = P_PID,
		.id = (uint32_t)w->child.pid,
		.options = WEXITED,
		.as_wait4 = true,
	};

	atomic_store(&w->tid, gettid());
	ck_assert_int_eq(pe_reap(&frame, &w->thread, &r), w->child.pid);
	w->after = atomic_load(&w->let_go);
	return NULL;
}

/* how often thread @tid of this process went to sleep */
static long times_slept(int tid)
{
	char path[64], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (n < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "voluntary_ctxt_switches: %ld", &n);
	fclose(f);
	return n;
}

START_TEST(another_threads_wait_waits_for_a_pin)
{
	struct waiter w = { .child = recorded_child() };
	uint32_t epoch = take(w.child.pid);
	struct pe_pin pin;
	pthread_t other;
	long slept;

	ck_assert_int_eq(pin_by_hand(w.child.pid, epoch, &pin), 0);
	ck_assert_ptr_nonnull(pin.hold.record);
	end(w.child, 0);
	ck_assert_int_eq(pthread_create(&other, NULL, wait_for_it, &w), 0);
	while (!is_in_call(atomic_load(&w.tid), SYS_futex))
		sched_yield();
	/* longer than the spin, too: only then does it check where the holder is */
	slept = times_slept(atomic_load(&w.tid));
	while (times_slept(atomic_load(&w.tid)) < slept + 3)
		sched_yield();
	ck_assert_int_eq((int)kill_by(w.child.pid, epoch, 0), 0);
	atomic_store(&w.let_go, true);
	ck_assert_int_eq(pe_reference_unpin(&frame, &thread, &pin), 0);
	ck_assert_int_eq(pthread_join(other, NULL), 0);
	ck_assert(w.after);
}
END_TEST

START_TEST(a_thread_that_reaps_a_child_that_it_pins_gets_an_error)
{
	struct child c = recorded_child();
	struct pe_pin pin;

	ck_assert_int_eq(pin_by_hand(c.pid, take(c.pid), &pin), 0);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_eq(pe_reference_unpin(&frame, &thread, &pin), -ESRCH);
}
END_TEST

START_TEST(a_pin_of_a_foreign_process_shows_its_end)
{
	struct child c = unrecorded_child();
	struct pe_pin pin;

	settings.linked_only = true;
	ck_assert_int_eq(pin_by_hand(c.pid, take(c.pid), &pin), 0);
	ck_assert_int_ge(pin.fd, 0);
	end(c, 0);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
	ck_assert(is_refused(pe_reference_unpin(&frame, &thread, &pin)));
}
END_TEST

START_TEST(no_descriptor_is_left_behind)
{
	int before = dup(0), after;
	struct child c = unrecorded_child();
	uint32_t epoch = take(getppid());
	struct pe_pin pin;

	close(before);
	kill_by(getppid(), epoch, 0);
	group_by(getppid(), epoch);
	kill_by(getppid(), epoch + 1, 0);
	ck_assert_int_eq(pe_reference_pin(&frame, &thread, c.pid, take(c.pid), SYS_waitid,
					  PE_PIN_PIDFD, &pin),
			 0);
	pe_reference_unpin(&frame, &thread, &pin);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	after = dup(0);
	close(after);
	ck_assert_int_eq(after, before);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("pins");

	tcase_add_test(c, another_threads_wait_waits_for_a_pin);
	tcase_add_test(c, a_thread_that_reaps_a_child_that_it_pins_gets_an_error);
	tcase_add_test(c, a_pin_of_a_foreign_process_shows_its_end);
	tcase_add_test(c, no_descriptor_is_left_behind);
	return run_case("reference_pins", c);
}
