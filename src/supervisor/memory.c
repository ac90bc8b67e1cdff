// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory.h"

#include <errno.h>
#include <signal.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int result(ssize_t n, size_t bytes)
{
	if (n < 0)
		return errno == EPERM || errno == ENOSYS ? -ENOSYS : -EFAULT;
	return (size_t)n == bytes ? 0 : -EFAULT;
}

static int64_t now(void)
{
	struct timespec t = { .tv_sec = 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Of this process, which is the worker that made it: a fork has none. SIGKILL, because nothing else ends such a sleep. */
static bool make_timer(timer_t *timer)
{
	static timer_t made;
	static pid_t of;
	struct sigevent kill = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };

	if (of != getpid() && timer_create(CLOCK_MONOTONIC, &kill, &made) == 0)
		of = getpid();
	*timer = made;
	return of == getpid();
}

/* K.3: @seconds 0 is the end of it */
static void be_patient(const struct pe_serve_call *c, int seconds)
{
	const struct itimerspec limit = { .it_value.tv_sec = seconds };
	timer_t timer;

	if (!make_timer(&timer))
		return;
	atomic_store(&c->s->book->patience, seconds ? now() + seconds : 0);
	timer_settime(timer, 0, &limit, NULL);
}

bool pe_memory_was_stuck(const struct pe_book *b)
{
	int64_t until = atomic_load(&b->patience);

	return until != 0 && now() >= until;
}

typedef ssize_t copier(pid_t, const struct iovec *, unsigned long, const struct iovec *,
		       unsigned long, unsigned long);

static int copy(const struct pe_serve_call *c, copier *how, void *ours, uint64_t theirs,
		size_t bytes)
{
	const struct iovec here = { ours, bytes }, there = { (void *)(uintptr_t)theirs, bytes };
	int r;

	be_patient(c, PE_MEMORY_PATIENCE);
	r = result(how(c->peer->tid, &here, 1, &there, 1, 0), bytes);
	be_patient(c, 0);
	return r;
}

int pe_memory_read(const struct pe_serve_call *c, uint64_t from, void *to, size_t bytes)
{
	return bytes ? copy(c, process_vm_readv, to, from, bytes) : 0;
}

int pe_memory_write(const struct pe_serve_call *c, uint64_t to, const void *from, size_t bytes)
{
	return copy(c, process_vm_writev, (void *)(uintptr_t)from, to, bytes);
}
