// SPDX-License-Identifier: LGPL-2.1-or-later
#include "emulate/waitfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "emulate/entries.h"
#include "supervisor/kernel/notify.h"

/* one waiter */
struct waiter {
	struct waiter *next, **link;
	int end; /* of the pipe */
	size_t count;
	int pidfd[];
};

static struct waiter *waiters;
static int all = -1; /* an epoll of what the waiters wait for */
static size_t open_now;

/* --- waiters --- */

static void drop(struct waiter *s)
{
	for (size_t i = 0; i < s->count; i++)
		close(s->pidfd[i]);
	close(s->end);
	open_now -= s->count + 1;
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	free(s);
	if (!waiters) {
		close(all);
		all = -1;
	}
}

static struct waiter *new_waiter(size_t most, int end)
{
	struct waiter *s = malloc(sizeof(*s) + most * sizeof(int));

	if (!s)
		return NULL;
	*s = (struct waiter){ .next = waiters, .link = &waiters, .end = end };
	if (s->next)
		s->next->link = &s->next;
	waiters = s;
	open_now++;
	return s;
}

/* The waiter owns the descriptor from here on, or it is closed. */
static int listen_to(struct waiter *s, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = s };

	if (epoll_ctl(all, EPOLL_CTL_ADD, fd, &e) < 0) {
		close(fd);
		return -ENFILE;
	}
	s->pidfd[s->count++] = fd;
	open_now++;
	return 0;
}

/* --- what it waits for --- */

/* How many more descriptors may be opened? */
static size_t room(void)
{
	static size_t most;
	struct rlimit l;

	if (most == 0 && getrlimit(RLIMIT_NOFILE, &l) == 0) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
		most = l.rlim_max / 2;
	}
	return most > open_now ? most - open_now : 0;
}

/* 1: a state has changed already */
static int listen_to_all(const struct pe_worker_call *c, const struct pe_entries *e,
			 struct waiter *s)
{
	struct pe_epochs_pin pin;
	bool any = false;

	for (size_t i = 0; i < e->count; i++) {
		int r;

		if (pe_entries_is_final(&e->entry[i]))
			continue;
		r = pe_entries_pin(c, e, &e->entry[i], &pin);
		if (r == -EINVAL || r == -ENFILE || r == -ENOSYS)
			return r;
		if (r < 0)
			return 1;
		r = listen_to(s, pin.fd);
		if (r < 0)
			return r;
		any = true;
	}
	return any ? 0 : -ECHILD;
}

/* the worker's end of a pipe; @program_end is the other */
static int open_pipe(int *program_end)
{
	int ends[2];

	if (all < 0)
		all = epoll_create1(EPOLL_CLOEXEC);
	if (all < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -ENFILE;
	*program_end = ends[0];
	return ends[1];
}

static long give(const struct pe_worker_call *c, const struct pe_entries *e, struct waiter *s,
		 int program_end)
{
	struct epoll_event hangs_up = { .events = 0, .data.ptr = s };
	int r = listen_to_all(c, e, s), given;

	if (r < 0) {
		drop(s);
		return r;
	}
	if (r == 0)
		epoll_ctl(all, EPOLL_CTL_ADD, s->end, &hangs_up);
	given = pe_notify_give(c->s->listener, c->n->id, program_end);
	if (r == 1 || given < 0)
		drop(s);
	return given < 0 ? given : PE_WORKER_ANSWERED;
}

long pe_waitfd_give(struct pe_worker_call *c)
{
	struct pe_entries e;
	struct waiter *s;
	int program_end, end;
	long r = pe_entries_read(c, &e, 0);

	if (r < 0)
		return r;
	if (e.count + 2 > room())
		return -ENFILE;
	end = open_pipe(&program_end);
	if (end < 0)
		return end;
	s = new_waiter(e.count, end);
	r = s ? give(c, &e, s, program_end) : -ENOMEM;
	if (!s)
		close(end);
	close(program_end);
	return r;
}

/* --- the worker's turn --- */

int pe_waitfd_fd(void)
{
	return all;
}

/* one at a time: removing a waiter may remove the next event's */
void pe_waitfd_turn(void)
{
	struct epoll_event e;

	if (epoll_wait(all, &e, 1, 0) == 1)
		drop(e.data.ptr);
}

void pe_waitfd_end(void)
{
	while (waiters)
		drop(waiters);
}
