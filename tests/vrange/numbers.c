/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: a program that knows only numbers is served through syscall(), when the library is
 * preloaded; and what is not ours is the C library's. number.1, number.2.
 *
 * Not linked with libvrange. Without arguments it runs itself preloaded with PIDEPOCH_VRANGE.
 */
#include <errno.h>
#include <sys/syscall.h>

#include <vrange.h>

#include "check.h"
#include "pressure.h"

static char *memory;

/* Marks and unmarks by @nr. With a loss in between. */
static void marks(long nr, long is_volatile, bool has_flags)
{
	int purged = 5;
	long *slot = has_flags ? NULL : (long *)&purged;
	long n;

	memset(memory, 7, PAGE);
	n = syscall(nr, memory, PAGE, is_volatile, slot, &purged, 0);
	CHECK(n == (long)PAGE, "marked");
	pressure_reclaim_range(memory, PAGE);
	n = syscall(nr, memory, PAGE, !is_volatile, slot, &purged, 0);
	CHECK(n == (long)PAGE && purged == 1, "lost");
}

static void our_numbers(void)
{
	CHECK(syscall(VRANGE_NR_mvrange, memory, PAGE, VRANGE_VOLATILE, 0) == 0, "mvrange");
	pressure_reclaim_range(memory, PAGE);
	CHECK(syscall(VRANGE_NR_mvrange, memory, PAGE, VRANGE_NONVOLATILE, 0) == 1, "lost");
	errno = 0;
	CHECK(syscall(VRANGE_NR_mvrange, 1, PAGE, 0, 0) == -1 && errno == EINVAL, "errno");
	errno = 0;
	CHECK(syscall(VRANGE_NR_fvrange, -1, 0, PAGE, 1, 0) == -1 && errno == EBADF, "fvrange");
	marks(VRANGE_NR_vrange, VRANGE_VOLATILE, true);
}

static void others(void)
{
	int status;
	pid_t child;

	CHECK(syscall(SYS_getpid) == getpid(), "getpid");
	errno = 0;
	CHECK(syscall(VRANGE_NR_BASE + 3) == -1 && errno == ENOSYS, "the number after ours");
	errno = 0;
	CHECK(syscall(SYS_close, -1) == -1 && errno == EBADF, "errno of the kernel");
	child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		_exit(7);
	CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "clone");
}

static int again(const char *self, const char *compat)
{
	setenv("LD_PRELOAD", getenv("PIDEPOCH_VRANGE"), 1);
	if (compat)
		setenv("VRANGE_COMPAT", compat, 1);
	execl("/proc/self/exe", self, compat ? compat : "plain", NULL);
	return 99;
}

static int in_child(const char *self, const char *compat)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(again(self, compat));
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

int main(int argc, char **argv)
{
	memory = check_memory(1, 7);
	if (argc == 1) {
		if (!getenv("PIDEPOCH_VRANGE"))
			check_skip("PIDEPOCH_VRANGE does not name the library");
		errno = 0;
		CHECK(syscall(VRANGE_NR_mvrange, memory, PAGE, 1, 0) == -1 && errno == ENOSYS,
		      "without the library: as a kernel without the call");
		CHECK(in_child(argv[0], NULL) == 0, "plain");
		CHECK(in_child(argv[0], "v9") == 0, "version 9");
		CHECK(in_child(argv[0], "v13") == 0, "version 13");
		return check_done();
	}
	if (syscall(VRANGE_NR_mvrange, memory, PAGE, 1, VRANGE_STRICT) != 0)
		check_skip("userfaultfd is forbidden here");
	syscall(VRANGE_NR_mvrange, memory, PAGE, 0, 0);
	if (strcmp(argv[1], "v9") == 0)
		marks(314, 0, false);
	else if (strcmp(argv[1], "v13") == 0)
		marks(316, 1, true);
	else
		our_numbers();
	others();
	return check_done();
}
