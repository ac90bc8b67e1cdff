/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frame: memory refused, by the arena or by the kernel. Rules are those of core/frame/frame.h. */
#include "core/engine/birth.h"
#include "../support/births.h"

#include <sys/resource.h>

/* @spare objects more, and then none, neither a new one nor a used one */
static void starve(struct pe_arena *a, uint32_t spare)
{
	a->limit = a->carved + spare;
	a->keep = UINT32_MAX;
	a->ready = 0;
	atomic_store(&a->freed, 0);
}

struct ration {
	uint32_t slots, inner, leaf;
};

static void starve_all(struct ration r)
{
	starve(&frame.slots, r.slots);
	starve(&frame.inner, r.inner);
	starve(&frame.leaf, r.leaf);
}

/* An empty tree wants three inner pages and a leaf, the child a slot: each is refused in turn. */
static const struct ration rations[] = {
	{ 0, 3, 1 }, { 1, 0, 1 }, { 1, 1, 1 }, { 1, 2, 1 }, { 1, 3, 0 }, { 1, 3, 1 },
};
#define ENOUGH (sizeof(rations) / sizeof(rations[0]) - 1)

static struct ration ration;

static int a_child_for_the_first_time(struct child unused)
{
	bool enough = ration.slots && ration.inner == 3 && ration.leaf;
	uint32_t slots;
	struct child c;

	(void)unused;
	pe_frame_enter(&frame, &thread);
	slots = frame.slots.live;
	starve_all(ration);
	c = recorded_child();
	if (known(c.pid) != (enough ? PE_KNOWN_LIVE : PE_KNOWN_NOTHING))
		return 1;
	if (frame.slots.live != slots + enough)
		return 2; /* a slot that no entry leads to is freed */
	if (guarded_kill(c.pid, SIGKILL) != 0)
		return 3;
	if (reap(c.pid, NULL, 0) != c.pid)
		return 4;
	return known(c.pid) == (enough ? PE_KNOWN_RELEASED : PE_KNOWN_NOTHING) ? 0 : 5;
}

START_TEST(frame_5_each_allocation_refused_once)
{
	ration = rations[_i];
	ck_assert_int_eq(in_forked_child(a_child_for_the_first_time, (struct child){ 0 }), 0);
}
END_TEST

/* The pid was stale, and is now that of a child that there is no memory for. In a new lap the
 * pages need copies. */
START_TEST(frame_5_a_stale_pid_reused_for_a_child_without_memory_is_fresh)
{
	struct child c = unrecorded_child();
	struct pe_birth b;

	make_stale(c.pid);
	starve_all(rations[_i]);
	b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	pe_birth_end(&frame, &thread, &b, c.pid);
	ck_assert_uint_gt(pe_tree_lap(&frame.tree), 1);
	ck_assert_int_eq(known(c.pid), _i == (int)ENOUGH ? PE_KNOWN_LIVE : PE_KNOWN_FRESH);
	ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
	end(c, 0);
	ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
	ck_assert_int_ne(known(c.pid), PE_KNOWN_LIVE);
}
END_TEST

START_TEST(frame_5_the_kernel_refuses_another_chunk)
{
	struct rlimit before = no_memory();
	int first = 500, most = first + (int)PE_FRAME_SLOTS_IN_PAGE;

	for (int pid = first; pid <= most; pid++)
		born(&frame, &thread, pid);
	setrlimit(RLIMIT_AS, &before);
	for (int pid = first; pid < most; pid++)
		ck_assert_int_eq(known(pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(known(most), PE_KNOWN_NOTHING);
	born(&frame, &thread, most); /* memory is available again */
	ck_assert_int_eq(known(most), PE_KNOWN_LIVE);
}
END_TEST

START_TEST(frame_5_no_record_for_the_threads_holds)
{
	struct child c;
	int status;

	starve(&frame.records, 0);
	c = recorded_child();
	ck_assert_uint_eq(thread.record, 0);
	ck_assert_int_eq(known(c.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(guarded_kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(reap(c.pid, &status, 0), c.pid);
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH);
}
END_TEST

START_TEST(frame_5_memory_refused_is_never_refused)
{
	struct child c;

	for (uint32_t spare = 0; spare < 5; spare++) {
		frame.slots.limit = frame.slots.carved + (spare == 4);
		frame.slots.keep = UINT32_MAX; /* no used one either */
		frame.inner.limit = frame.inner.carved + spare % 4;
		frame.leaf.limit = frame.leaf.carved;
		c = recorded_child();
		ck_assert_int_ne(known(c.pid), PE_KNOWN_RELEASED);
		ck_assert_int_eq(guarded_kill(c.pid, 0), 0);
		end(c, 7);
		ck_assert_int_eq(reap(c.pid, NULL, 0), c.pid);
		ck_assert_int_eq(guarded_kill(c.pid, 0), -ESRCH); /* the kernel's own answer */
	}
}
END_TEST

START_TEST(frame_5_adoption_without_memory)
{
	struct child c = unrecorded_child();

	make_stale(c.pid);
	starve_all(rations[0]);
	ck_assert(!pe_birth_adopt(&frame, &thread, c.pid));
	ck_assert_int_eq(known(c.pid), PE_KNOWN_FRESH);
	end(c, 0);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("memory");

	tcase_add_loop_test(c, frame_5_each_allocation_refused_once, 0, ENOUGH + 1);
	tcase_add_loop_test(c, frame_5_a_stale_pid_reused_for_a_child_without_memory_is_fresh, 0,
			    ENOUGH + 1);
	tcase_add_test(c, frame_5_the_kernel_refuses_another_chunk);
	tcase_add_test(c, frame_5_no_record_for_the_threads_holds);
	tcase_add_test(c, frame_5_memory_refused_is_never_refused);
	tcase_add_test(c, frame_5_adoption_without_memory);
	return run_case("frame_memory", c);
}
