// SPDX-License-Identifier: LGPL-2.1-or-later
/* Pointers, counts and sizes of the two calls on entries: each wrong one has its errno, and
 * nothing is written. */
#include <fcntl.h>
#include <sys/mman.h>

#include "../support/emulated.h"

static const size_t size = sizeof(struct pidv);
static char *page; /* the next page is not mapped */

static long ask(const void *vec, long count, const void *snapshot, long flags, size_t entry)
{
	return pidepoch_raw_call(PIDEPOCH_NR_waitpidv, (long)vec, count, (long)snapshot, flags,
				 (long)entry);
}

static long wait_fd(const void *vec, long count, long flags, size_t entry)
{
	long fd = pidepoch_raw_call(PIDEPOCH_NR_waitfd, (long)vec, count, 0, flags, (long)entry);

	if (fd >= 0)
		close((int)fd);
	return fd;
}

static struct pidv self(void)
{
	return (struct pidv){ .pid = getpid(),
			      .epoch = (pidepoch_t)number_ref(getpid()),
			      .flags = PIDV_TAGGED };
}

static void make_pages(void)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || munmap(page + 4096, 4096) < 0)
		exit(98);
}

static void pointers(void)
{
	struct pidv *last = (struct pidv *)(page + 4096) - 1, v = self();
	pidepoch_snapshot_t snapshot = 0;

	*last = v;
	number_is("the last entry of a page", ask(last, 1, NULL, 0, size), 0);
	number_is("is written", last->state, PIDV_RUNNING);
	*last = v;
	number_is("one more than is there", ask(last, 2, NULL, 0, size), -EFAULT);
	number_is("writes none", last->state, PIDV_NEW);
	number_is("nowhere", ask(NULL, 1, NULL, 0, size), -EFAULT);
	number_is("in the kernel", ask((void *)-4096L, 1, NULL, 0, size), -EFAULT);
	number_is("a snapshot nowhere", ask(&v, 1, (void *)8, 0, size), -EFAULT);
	number_is("one over the edge", ask(&v, 1, page + 4092, 0, size), -EFAULT);
	number_is("nothing was written", v.state, PIDV_NEW);
	number_is("of none nothing is read", ask((void *)8, 0, NULL, 0, size), -ECHILD);
	number_is("to sleep, nowhere", wait_fd((void *)8, 1, 0, size), -EFAULT);
	if (mprotect(page, 4096, PROT_READ) < 0)
		exit(98);
	number_is("what cannot be written", ask(last, 1, NULL, 0, size), -EFAULT);
	number_is("nor a snapshot", ask(&v, 1, page, 0, size), -EFAULT);
	number_is("but read", wait_fd(last, 1, 0, size) >= 0, 1);
	number_is("a moment is returned", ask(&v, 1, &snapshot, 0, size), 0);
	number_holds("by which one can ask", snapshot != 0 && ask(&v, 1, &snapshot, 0, size) == 0);
}

static void sizes(void)
{
	static struct pidv many[PIDEPOCH_WAITPIDV_MOST + 1];
	struct pidv v = self();
	static const size_t small[] = { 0, 1, sizeof(v) - 1 };
	static const size_t great[] = { sizeof(v) + 1, 4096, SIZE_MAX };

	for (int i = 0; i < 3; i++) {
		number_is("a small size", ask(&v, 1, NULL, 0, small[i]), -EINVAL);
		number_is("a great size", ask(&v, 1, NULL, 0, great[i]), -E2BIG);
		number_is("a small one to sleep", wait_fd(&v, 1, 0, small[i]), -EINVAL);
	}
	for (int i = 0; i <= PIDEPOCH_WAITPIDV_MOST; i++)
		many[i] = v;
	number_is("as many as may be", ask(many, PIDEPOCH_WAITPIDV_MOST, NULL, 0, size), 0);
	number_is("to sleep as well", wait_fd(many, PIDEPOCH_WAITPIDV_MOST, 0, size) >= 0, 1);
	number_is("one more", ask(many, PIDEPOCH_WAITPIDV_MOST + 1, NULL, 0, size), -E2BIG);
	number_is("far more", ask(many, -1, NULL, 0, size), -E2BIG);
	number_is("so many bytes that they wrap", ask(many, 1L << 60, NULL, 0, size), -E2BIG);
}

static void flags(void)
{
	struct pidv v = self();

	number_is("never to wait", ask(&v, 1, NULL, WNOHANG | O_NONBLOCK, size), 0);
	number_is("stops", ask(&v, 1, NULL, WUNTRACED, size), -EINVAL);
	number_is("all", ask(&v, 1, NULL, WAITPIDV_ALL, size), -EINVAL);
	number_is("any to sleep", wait_fd(&v, 1, WNOHANG, size), -EINVAL);
	v.flags = 2;
	number_is("of an entry", ask(&v, 1, NULL, 0, size), -EINVAL);
	number_is("to sleep", wait_fd(&v, 1, 0, size), -EINVAL);
}

static void entries(void)
{
	struct pidv v[3] = { { .pid = -1 }, self(), { .flags = PIDV_TAGGED } };
	int keepalive;

	v[2].pid = number_child(&keepalive, 0);
	v[2].epoch = (pidepoch_t)number_ref(v[2].pid);
	close(keepalive);
	waitpid(v[2].pid, NULL, 0);
	number_is("a changed entry is returned beside a wrong one", ask(v, 3, NULL, 0, size), 1);
	number_holds("and so are the others",
		     v[1].state == PIDV_RUNNING && v[2].state >= PIDV_ENDED);
	number_is("without it, its errno", ask(v, 3, NULL, 0, size), -EINVAL);
	number_is("final ones are passed over", ask(v + 2, 1, NULL, 0, size), -ECHILD);
	number_is("no process is left to wait for", wait_fd(v + 2, 1, 0, size), -ECHILD);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!number_is_inside())
		number_go_inside(argv);
	make_pages();
	pointers();
	sizes();
	flags();
	entries();
	return number_done();
}
