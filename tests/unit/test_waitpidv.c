/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv: many entries, of which some have changed. Rules are those of
 * core/reference/waitpidv.h; tests/lib/waitpidv_* test what programs see. */
#include "core/reference/waitpidv.h"

#include <sys/resource.h>

#include "core/reference/reference.h"
#include "../support/reuse.h"

#define NUMBER 700

static struct pe_pidv entry[2];

static struct pe_pidv tagged(pid_t pid)
{
	uint64_t epoch = 0;

	ck_assert_int_eq(pe_reference_take(&frame, &thread, pid, &epoch), 0);
	return (struct pe_pidv){ .pid = pid,
				 .epoch = (uint32_t)epoch,
				 .flags = PE_WAITPIDV_TAGGED };
}

/* As if it were to sleep afterwards: by the ring, however few they are. */
static size_t ask(size_t count, bool changed_only, int *err)
{
	struct pe_waitpidv v = {
		.entry = entry, .count = count, .changed_only = changed_only, .blocks = true
	};

	*err = pe_waitpidv_step(&frame, &thread, &v);
	return v.news;
}

static void unrelated_then_child(void)
{
	struct unrelated s = unrelated_as(NUMBER);
	int err;

	entry[0] = tagged(NUMBER);
	ck_assert_uint_eq(ask(1, false, &err), 0);
	ck_assert_int_eq(err, 0);
	unrelated_ends(&s);
	recorded_child_as(NUMBER);
	entry[1] = tagged(NUMBER);
	ck_assert_uint_eq(ask(2, true, &err), 1);
	ck_assert_int_eq(entry[0].state, PE_WAIT_ENTRY_ENDED);
	ck_assert_int_eq(entry[1].state, PE_WAIT_ENTRY_NEW);
	kill(NUMBER, SIGKILL);
	ck_assert_int_eq(waitid(P_PID, NUMBER, &(siginfo_t){ 0 }, WEXITED | WNOWAIT), 0);
	ck_assert_uint_eq(ask(2, true, &err), 1);
	ck_assert_int_eq(entry[1].state, PE_WAIT_ENTRY_EXITED);
}

START_TEST(a_watch_is_not_mistaken_for_that_of_a_later_process_instance)
{
	ck_assert_int_eq(in_own_namespace(unrelated_then_child), 0);
}
END_TEST

START_TEST(waitpidv_5_an_entry_that_could_not_be_judged_is_tried_again)
{
	struct rlimit before, none;
	struct child c = recorded_child();
	int err;

	entry[0] = tagged(c.pid);
	entry[1] = tagged(getppid());
	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_uint_eq(ask(2, true, &err), 0);
	ck_assert_int_eq(err, -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_uint_eq(ask(2, true, &err), 0);
	ck_assert_int_eq(err, 0);
	ck_assert_uint_ne(pe_exit_watch_seen(thread.exit_watch)[1].watch, 0);
	end(c, 0);
	ck_assert_uint_eq(ask(2, true, &err), 1);
	ck_assert_int_eq(entry[0].state, PE_WAIT_ENTRY_EXITED);
	ck_assert_int_eq(entry[1].state, PE_WAIT_ENTRY_NEW);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("vector");

	tcase_add_test(c, a_watch_is_not_mistaken_for_that_of_a_later_process_instance);
	tcase_add_test(c, waitpidv_5_an_entry_that_could_not_be_judged_is_tried_again);
	return run_case("vector", c);
}
