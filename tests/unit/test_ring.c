/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ring: which of many pidfds have become readable. Rules are those of core/reference/ring.h. */
#include "core/reference/ring.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "../support/host.h"

static struct pe_ring ring;

/* 0: the test cannot run here, and the reason was printed */
static bool can(void)
{
	int err = pe_ring_open(&ring);

	if (err != 0)
		printf("skip: no io_uring of this kind here: %s\n", strerror(-err));
	return err == 0;
}

static void watch(pid_t pid, uint64_t tag)
{
	int fd = pidfd_open(pid, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pe_ring_watch(&ring, fd, tag), 0);
	close(fd);
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static uint64_t next(void)
{
	uint64_t tag;
	bool gone;

	return pe_ring_next(&ring, &tag, &gone) && !gone ? tag : 0;
}

START_TEST(ring_1_4_an_end_is_returned_once_and_uses_no_descriptor)
{
	int before = descriptors();
	struct child c = unrecorded_child();

	if (!can())
		return;
	watch(c.pid, 7);
	ck_assert_int_eq(descriptors(), before + 1); /* the child's pipe */
	ck_assert_uint_eq(next(), 0);
	end(c, 0);
	ck_assert_uint_eq(next(), 7);
	ck_assert_uint_eq(next(), 0);
	waitpid(c.pid, NULL, 0);
	pe_ring_close(&ring);
}
END_TEST

START_TEST(a_child_that_has_ended_before_is_returned)
{
	struct child c = unrecorded_child();

	if (!can())
		return;
	end(c, 0);
	watch(c.pid, 7);
	ck_assert_uint_eq(next(), 7);
	waitpid(c.pid, NULL, 0);
	pe_ring_close(&ring);
}
END_TEST

#define MANY 400 /* more than the completion queue holds */

START_TEST(ring_5_more_ends_than_completions_are_all_returned)
{
	static bool reported[MANY + 1];
	static struct child c[MANY];
	uint64_t tag;

	if (!can())
		return;
	for (int i = 0; i < MANY; i++) {
		c[i] = unrecorded_child();
		watch(c[i].pid, (uint64_t)i + 1);
	}
	for (int i = 0; i < MANY; i++)
		end(c[i], 0);
	for (int i = 0; i < MANY; i++) {
		tag = next();
		ck_assert_uint_ge(tag, 1);
		ck_assert_uint_le(tag, MANY);
		ck_assert(!reported[tag]);
		reported[tag] = true;
		waitpid(c[i].pid, NULL, 0);
	}
	ck_assert_uint_eq(next(), 0);
	ck_assert(pe_ring_is_whole(&ring));
	pe_ring_close(&ring);
}
END_TEST

START_TEST(ring_3_a_forked_child_has_neither_ring_nor_memory)
{
	int status;
	pid_t pid;

	if (!can())
		return;
	pid = fork();
	if (pid == 0)
		_exit(pe_sys_madvise(ring.memory, PE_SYS_PAGE, MADV_NORMAL) != -ENOMEM);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_eq(next(), 0);
	pe_ring_close(&ring);
}
END_TEST

static void *end_it(void *child)
{
	end(*(struct child *)child, 0);
	return NULL;
}

START_TEST(wait_sleeps_until_an_end_or_the_timeout)
{
	const struct timespec soon = { .tv_nsec = 1000000 };
	const uint64_t none = 0;
	struct child c = unrecorded_child();
	pthread_t t;

	if (!can())
		return;
	watch(c.pid, 7);
	ck_assert_int_eq(pe_ring_wait(&ring, &soon, &none), -ETIME);
	pthread_create(&t, NULL, end_it, &c);
	ck_assert_int_eq(pe_ring_wait(&ring, NULL, &none), 0);
	ck_assert_uint_eq(next(), 7);
	pthread_join(t, NULL);
	waitpid(c.pid, NULL, 0);
	pe_ring_close(&ring);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("ring");

	tcase_add_test(c, ring_1_4_an_end_is_returned_once_and_uses_no_descriptor);
	tcase_add_test(c, a_child_that_has_ended_before_is_returned);
	tcase_add_test(c, ring_5_more_ends_than_completions_are_all_returned);
	tcase_add_test(c, ring_3_a_forked_child_has_neither_ring_nor_memory);
	tcase_add_test(c, wait_sleeps_until_an_end_or_the_timeout);
	return run_case("ring", c);
}
