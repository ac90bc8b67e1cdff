/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* segment: shared memory that cannot be truncated, is not used if another user could have made it,
 * and does not stay for ever. */
#include <check.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/evidence/segment.h"
#include "../support/users.h"

/* no table has this size, so a sweep removes only what these tests made */
#define BYTES (5 * 4096 + 64)

static char name[64];

static void choose_name(int i)
{
	snprintf(name, sizeof(name), "test_segment-%d-%d", (int)getpid(), i);
}

static int id(void)
{
	return shmget(pe_segment_key(name), 0, 0);
}

static void begin(void)
{
	choose_name(0);
}

static void end(void)
{
	shmctl(id(), IPC_RMID, NULL);
}

/* segment.1 */
START_TEST(one_memory)
{
	char *one, *other;

	ck_assert_ptr_null(pe_segment_attach(name, BYTES, false));
	one = pe_segment_attach(name, BYTES, true);
	other = pe_segment_attach(name, BYTES, false);
	ck_assert(one && other && one != other);
	one[BYTES - 1] = 'x';
	ck_assert_int_eq(other[BYTES - 1], 'x');
	pe_segment_detach(one);
	pe_segment_detach(other);
}
END_TEST

/* The name's segment, made by another program with these properties, is not used. */
static void is_not_used(size_t bytes, int mode, uint64_t first)
{
	int made = shmget(pe_segment_key(name), bytes, IPC_CREAT | IPC_EXCL | mode);
	uint64_t *at;

	ck_assert_int_ge(made, 0);
	at = shmat(made, NULL, 0);
	ck_assert(at != (void *)-1);
	*at = first;
	ck_assert_ptr_null(pe_segment_attach(name, BYTES, true));
	shmdt(at);
	shmctl(made, IPC_RMID, NULL);
}

/* segment.2 */
START_TEST(foreign)
{
	is_not_used(BYTES - 4096, 0600, 0);
	is_not_used(BYTES + 4096, 0600, 0);
	is_not_used(BYTES, 0666, 0);
	is_not_used(BYTES, 0640, 0);
	is_not_used(BYTES, 0600, 1); /* of another name with this key */
}
END_TEST

/* segment.2: what another user made first */
START_TEST(of_another_user)
{
	pid_t pid;
	int status, made;

	if (!users_can_change())
		return;
	pid = fork();
	if (pid == 0)
		_exit(setuid(12345) != 0 ||
		      shmget(pe_segment_key(name), BYTES, IPC_CREAT | 0600) < 0);
	ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
	ck_assert_ptr_null(pe_segment_attach(name, BYTES, true));
	made = id();
	pid = fork();
	if (pid == 0) /* it is of use to that user */
		_exit(setuid(12345) != 0 || !pe_segment_attach(name, BYTES, false));
	ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
	ck_assert_int_eq(shmctl(made, IPC_RMID, NULL), 0);
}
END_TEST

/* an IPC namespace of its own, where @path can be set */
static bool limited(const char *path, const char *to)
{
	FILE *f;
	bool written;

	if (unshare(CLONE_NEWUSER | CLONE_NEWIPC) < 0)
		return false;
	f = fopen(path, "w");
	written = f && fputs(to, f) >= 0;
	return f && fclose(f) == 0 && written;
}

/* no room for another segment, or for its memory: no segment, and no later fault */
START_TEST(full)
{
	static const char *const limits[] = { "/proc/sys/kernel/shmmni",
					      "/proc/sys/kernel/shmmax" };
	int status;

	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (!limited(limits[i], "0\n"))
				_exit(0);
			_exit(pe_segment_attach(name, BYTES, true) ? 1 : 0);
		}
		ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
	}
}
END_TEST

/* segment.3 */
START_TEST(swept)
{
	int64_t now = time(NULL);
	void *used = pe_segment_attach(name, BYTES, true);

	ck_assert_ptr_nonnull(used);
	pe_segment_sweep(BYTES, now + 2 * PE_SEGMENT_QUIET);
	ck_assert_int_ge(id(), 0); /* attached */
	pe_segment_detach(used);
	pe_segment_sweep(BYTES, now);
	ck_assert_int_ge(id(), 0); /* just used */
	pe_segment_sweep(BYTES + 4096, now + 2 * PE_SEGMENT_QUIET);
	ck_assert_int_ge(id(), 0); /* of another size */
	pe_segment_sweep(BYTES, now + 2 * PE_SEGMENT_QUIET);
	ck_assert_int_lt(id(), 0);
}
END_TEST

static int existing(int from, int to)
{
	int n = 0;

	for (int i = from; i < to; i++) {
		choose_name(i);
		n += id() >= 0;
	}
	return n;
}

/* segment.3: a machine that makes many namespaces does not run out of segments */
START_TEST(few_are_kept)
{
	int made = PE_SEGMENT_MOST + PE_SEGMENT_KEPT;
	time_t began = time(NULL);

	for (int i = 0; i < made; i++) {
		void *at;

		choose_name(i);
		at = pe_segment_attach(name, BYTES, true);
		ck_assert_ptr_nonnull(at);
		pe_segment_detach(at);
	}
	/* the last was made after the sweep */
	ck_assert_int_le(existing(0, made), PE_SEGMENT_MOST + 1);
	if (time(NULL) - began < PE_SEGMENT_RECENT)
		ck_assert_int_ge(existing(0, PE_SEGMENT_MOST), PE_SEGMENT_MOST - PE_SEGMENT_KEPT);
	pe_segment_sweep(BYTES, time(NULL) + PE_SEGMENT_RECENT);
	ck_assert_int_le(existing(0, made), PE_SEGMENT_KEPT);
	pe_segment_sweep(BYTES, time(NULL) + 2 * PE_SEGMENT_QUIET);
	ck_assert_int_eq(existing(0, made), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("segment");
	TCase *c = tcase_create("segment_1_to_4");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, one_memory);
	tcase_add_test(c, foreign);
	tcase_add_test(c, of_another_user);
	tcase_add_test(c, full);
	tcase_add_test(c, swept);
	tcase_add_test(c, few_are_kept);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
