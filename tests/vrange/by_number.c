/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * by_number - a static program that marks and unmarks by number. For static.sh.
 *
 * by_number mark FILE        0 if it was marked
 * by_number unmark FILE      the result, 0 or 1
 * by_number memory           mvrange and vrange, their arguments and results
 * by_number nobody FILE      as another user, who may not open the ledger: 0 if that fails
 * by_number absent           0 if the numbers are those of no call
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <vrange.h>

#include "check.h"

#define N 8

static long change(const char *path, int mode)
{
	const int fd = open(path, O_RDWR | O_CLOEXEC);

	return syscall(VRANGE_NR_fvrange, fd, 0, N * PAGE, mode, VRANGE_PARTIAL);
}

static bool fails(int error, long result)
{
	return result == -1 && errno == error;
}

static void memory(void)
{
	char *m = check_memory(N, 7);
	int purged = 5;

	CHECK(syscall(VRANGE_NR_mvrange, m, N * PAGE, VRANGE_VOLATILE, 0) == 0, "accepted");
	CHECK(syscall(VRANGE_NR_mvrange, m, N * PAGE, VRANGE_NONVOLATILE, 0) == 0, "intact");
	CHECK(fails(EOPNOTSUPP,
		    syscall(VRANGE_NR_mvrange, m, PAGE, VRANGE_VOLATILE, VRANGE_STRICT)),
	      "never purged");
	CHECK(fails(EINVAL, syscall(VRANGE_NR_mvrange, m + 1, PAGE, VRANGE_VOLATILE, 0)),
	      "not aligned");
	CHECK(fails(EINVAL, syscall(VRANGE_NR_mvrange, m, PAGE, 7, 0)), "unknown mode");
	CHECK(syscall(VRANGE_NR_vrange, m, 2 * PAGE + 1, VRANGE_VOLATILE, 0, &purged) ==
			      2 * (long)PAGE &&
		      purged == 0,
	      "version 13");
	CHECK(fails(EFAULT, syscall(VRANGE_NR_vrange, m, PAGE, VRANGE_VOLATILE, 0, 8L)),
	      "a bad pointer");
	CHECK(fails(EBADF, syscall(VRANGE_NR_fvrange, -1, 0, PAGE, VRANGE_VOLATILE, 0)),
	      "no descriptor");
	CHECK(fails(EINVAL, syscall(VRANGE_NR_fvrange, open("/proc/self/exe", O_RDONLY), 1, PAGE,
				    VRANGE_VOLATILE, 0)),
	      "not aligned");
	CHECK(check_count(m, N, 7) == N, "nothing has changed");
}

static void nobody(const char *path)
{
	const int fd = open(path, O_RDWR | O_CLOEXEC);

	CHECK(setgid(65534) == 0 && setuid(65534) == 0, "another user");
	CHECK(fails(EACCES, syscall(VRANGE_NR_fvrange, fd, 0, PAGE, VRANGE_VOLATILE, 0)),
	      "whose rights count");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "mark") == 0)
		return change(argv[2], VRANGE_VOLATILE) == 0 ? 0 : 3;
	if (strcmp(what, "unmark") == 0)
		return (int)change(argv[2], VRANGE_NONVOLATILE);
	if (strcmp(what, "absent") == 0)
		return fails(ENOSYS, syscall(VRANGE_NR_mvrange, 0, 0, 0, 0)) &&
				       fails(ENOSYS, change(argv[2], VRANGE_VOLATILE))
			       ? 0
			       : 1;
	if (strcmp(what, "nobody") == 0)
		nobody(argv[2]);
	else
		memory();
	return check_done();
}
