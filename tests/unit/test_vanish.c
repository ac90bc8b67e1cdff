/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vanish: an ignored SIGCHLD, and its end. Rules are those of core/engine/vanish.h. */
#include "core/engine/vanish.h"

#include <signal.h>

#include "../support/host.h"

static void ignore(void)
{
	pe_vanish_begin(&frame);
	signal(SIGCHLD, SIG_IGN);
	pe_vanish_changed(&frame, &thread);
}

static void no_longer(void)
{
	signal(SIGCHLD, SIG_DFL);
	pe_vanish_changed(&frame, &thread);
}

/* returns when the kernel has reaped it */
static void ends_without_a_wait(struct child c)
{
	unsigned char byte = 0;

	ck_assert_int_eq((int)write(c.wake, &byte, 1), 1);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), -1);
	ck_assert_int_eq(errno, ECHILD);
}

START_TEST(vanish_1_those_that_vanished_are_released_and_the_others_stay)
{
	struct child stays = recorded_child(), goes = recorded_child(), later;

	ck_assert_uint_eq(frame.autoreap, 0);
	ignore();
	ck_assert_uint_eq(frame.autoreap, PE_AUTOREAP_IGNORED);
	ends_without_a_wait(goes);
	ck_assert_int_eq(known(goes.pid), PE_KNOWN_LIVE);
	no_longer();
	ck_assert_uint_eq(frame.autoreap, 0);
	ck_assert_int_eq(known(goes.pid), PE_KNOWN_RELEASED);
	ck_assert_uint_eq(pe_frame_know(&frame, (uint32_t)goes.pid).slot->released_by,
			  PE_CALL_AUTOREAP);
	later = recorded_child();
	ck_assert_int_eq(known(stays.pid), PE_KNOWN_LIVE);
	ck_assert_int_eq(known(later.pid), PE_KNOWN_LIVE);
	end(stays, 3);
	end(later, 4);
	ck_assert_int_eq(reap(stays.pid, NULL, 0), stays.pid);
	ck_assert_int_eq(reap(later.pid, NULL, 0), later.pid);
}
END_TEST

START_TEST(vanish_2_another_thread_has_ignored_it_meanwhile)
{
	recorded_child();
	pe_vanish_begin(&frame);
	signal(SIGCHLD, SIG_IGN); /* and has not returned */
	pe_vanish_changed(&frame, &thread);
	ck_assert_uint_eq(frame.autoreap, PE_AUTOREAP_IGNORED);
	atomic_store(&frame.autoreap, 0); /* as a thread does that has made it the default before */
	pe_vanish_changed(&frame, &thread);
	ck_assert_uint_eq(frame.autoreap, PE_AUTOREAP_IGNORED);
}
END_TEST

START_TEST(vanish_3_a_bypassing_wait_is_not_forgotten)
{
	recorded_child();
	atomic_store(&frame.autoreap, PE_AUTOREAP_BYPASSED);
	ignore();
	no_longer();
	ck_assert_uint_eq(frame.autoreap, PE_AUTOREAP_BYPASSED);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("vanish");
	Suite *s = suite_create("vanish");
	SRunner *r;
	int failed;

	tcase_add_test(c, vanish_1_those_that_vanished_are_released_and_the_others_stay);
	tcase_add_test(c, vanish_2_another_thread_has_ignored_it_meanwhile);
	tcase_add_test(c, vanish_3_a_bypassing_wait_is_not_forgotten);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
