// SPDX-License-Identifier: LGPL-2.1-or-later
/* A program whose pages never come does not hold up the others' calls for ever (memory.h, K.3): its own call is let through. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "number.h"

#define PAGE 4096

/* a page that nobody will ever bring; NULL: this kernel, or this user, has no such thing */
static void *page_that_never_comes(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register all = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) < 0)
		return NULL;
	all.range.start = (uintptr_t)page;
	all.range.len = PAGE;
	return ioctl(fd, UFFDIO_REGISTER, &all) < 0 ? NULL : page;
}

/* it is about to make its call when @told has a byte */
static int stuck(int told)
{
	void *page = page_that_never_comes();

	if (write(told, "", 1) != 1 || !page)
		return 77;
	number_is("the call is let through",
		  pidepoch_raw_call(PIDEPOCH_NR_waitpidv, (long)page, 1, 0, 0, sizeof(struct pidv)),
		  -ENOSYS);
	fflush(stdout);
	return number_faults != 0;
}

static int play(void)
{
	int told[2], status;
	pid_t pid;
	char c;

	if (pipe(told) < 0)
		return 98;
	alarm(60); /* what this test is about would be a test without an end */
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		_exit(stuck(told[1]));
	}
	if (read(told[0], &c, 1) != 1)
		return 98;
	/* until the stuck call has been let through, and after it */
	do {
		number_holds("another's call is served", number_ref(getpid()) >= 0);
	} while (waitpid(pid, &status, WNOHANG) == 0);
	number_holds("and one afterwards", number_ref(getpid()) >= 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		printf("skip: no userfaultfd to be had for a kernel's faults\n");
		return 77;
	}
	number_is("the stuck one's own result", status, 0);
	return number_done();
}

int main(int argc, char **argv)
{
	(void)argc;
	if (number_is_inside())
		return play();
	number_go_inside(argv);
}
