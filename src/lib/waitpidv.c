/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * waitpidv - the API call over core/reference/waitpidv: flags, snapshot, and the sleep, during
 * which no status has been taken that could be lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <pidepoch.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

#include "core/frame/sync_point.h"
#include "core/reference/thread_watch.h"
#include "core/reference/waitpidv.h"
#include "lib/state.h"

#define STATES	 (WNOWAIT | WUNTRACED | WCONTINUED | __WALL | __WCLONE | __WNOTHREAD)
#define BIT(sig) (UINT64_C(1) << ((sig)-1))
#define SYNCHRONOUS                                                                                \
	(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGSYS) |     \
	 BIT(SIGABRT))
#define OF_LIBC (BIT(32) | BIT(33)) /* libc cancels threads by one of them */
#define FLAGS	(STATES | WNOHANG | O_NONBLOCK | WAITPIDV_ALL | WAITPIDV_CHANGED)

_Static_assert(sizeof(struct pidv) == sizeof(struct pe_pidv) &&
		       offsetof(struct pidv, epoch) == offsetof(struct pe_pidv, epoch) &&
		       offsetof(struct pidv, flags) == offsetof(struct pe_pidv, flags) &&
		       offsetof(struct pidv, state) == offsetof(struct pe_pidv, state) &&
		       offsetof(struct pidv, status) == offsetof(struct pe_pidv, status),
	       "as the engine has it");
_Static_assert(PIDV_NEW == (int)PE_WAIT_ENTRY_NEW && PIDV_RUNNING == (int)PE_WAIT_ENTRY_RUNNING &&
		       PIDV_STOPPED == (int)PE_WAIT_ENTRY_STOPPED &&
		       PIDV_CONTINUED == (int)PE_WAIT_ENTRY_CONTINUED &&
		       PIDV_EXITED == (int)PE_WAIT_ENTRY_EXITED &&
		       PIDV_ENDED == (int)PE_WAIT_ENTRY_ENDED &&
		       PIDV_UNKNOWN == (int)PE_WAIT_ENTRY_UNKNOWN &&
		       PIDV_TAGGED == PE_WAITPIDV_TAGGED && PIDV_REAPED == PE_WAITPIDV_REAPED,
	       "by the same numbers");

struct call {
	struct pe_state state;
	struct pe_waitpidv v;
	pidepoch_snapshot_t *snapshot, now;
	int flags;
	const struct timespec *timeout;
	struct timespec deadline;
	uint64_t mask; /* the program's own mask during the sleep */
};

/* --- what is asked --- */

static bool is_time(const struct timespec *t)
{
	return t->tv_sec >= 0 && t->tv_nsec >= 0 && t->tv_nsec < 1000000000;
}

/* Longer than any machine has been up: treat it as no timeout, because a deadline could
 * overflow. */
static bool is_for_ever(const struct timespec *t)
{
	return t->tv_sec > INT32_MAX;
}

static int read_more(struct call *c, const struct waitpidv_more *more)
{
	if (!more)
		return 0;
	if (!pe_sys_readable((uintptr_t)more))
		return -EFAULT;
	if (more->size != sizeof(*more) || (more->timeout && !is_time(more->timeout)))
		return -EINVAL;
	c->v.usage = more->usage;
	c->timeout = more->timeout && !is_for_ever(more->timeout) ? more->timeout : NULL;
	if (c->v.changed_only) {
		c->v.changed = more->changed;
		c->v.changed_max = more->changed_max;
	}
	if ((more->changed && !c->v.changed_only) || (c->v.changed && c->v.changed_max == 0))
		return -EINVAL;
	return 0;
}

static int read_snapshot(struct call *c)
{
	pe_clock_time point = pe_sync_point_get(c->state.frame);

	if (c->snapshot && !pe_sys_readable((uintptr_t)c->snapshot))
		return -EFAULT;
	c->v.from_sync = !c->snapshot || !*c->snapshot;
	c->v.snapshot = c->v.from_sync ? point : *c->snapshot;
	return c->v.snapshot <= pe_clock_now(&c->state.frame->clock) ? 0 : -EINVAL;
}

/* --- time --- */

static void set_deadline(struct call *c)
{
	if (!c->timeout)
		return;
	clock_gettime(CLOCK_MONOTONIC, &c->deadline);
	c->deadline.tv_sec += c->timeout->tv_sec;
	c->deadline.tv_nsec += c->timeout->tv_nsec;
	if (c->deadline.tv_nsec >= 1000000000) {
		c->deadline.tv_nsec -= 1000000000;
		c->deadline.tv_sec++;
	}
}

/* The time that is left; 0 s, 0 ns if none is. */
static struct timespec time_left(const struct call *c)
{
	struct timespec now, left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec = c->deadline.tv_sec - now.tv_sec;
	left.tv_nsec = c->deadline.tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	return left.tv_sec < 0 ? (struct timespec){ 0 } : left;
}

static int sleep_on(const struct call *c)
{
	struct timespec left = { 0 };

	if (c->timeout) {
		left = time_left(c);
		if (left.tv_sec == 0 && left.tv_nsec == 0)
			return -ETIME;
	}
	return pe_waitpidv_sleep(c->state.frame, c->state.thread, &c->v, c->timeout ? &left : NULL,
				 &c->mask);
}

/* --- the thread's memory --- */

/* From libc, for the C++ destructors of thread variables: it needs no key, and keeps the library
 * loaded until the thread ends. */
extern int __cxa_thread_atexit_impl(void (*end)(void *), void *object, void *dso)
	__attribute__((weak));
extern void *__dso_handle __attribute__((visibility("hidden")));

static void thread_ends(void *unused)
{
	struct pe_state s;

	(void)unused;
	if (pe_state_enter(&s))
		pe_thread_watch_forget(s.frame, s.thread);
}

/* @had: did the thread have such memory before? */
static void free_later(const struct pe_state *s, bool had)
{
	if (!had && pe_thread_watch_exists(s->frame, s->thread) && __cxa_thread_atexit_impl)
		__cxa_thread_atexit_impl(thread_ends, NULL, &__dso_handle);
}

static int step(struct call *c)
{
	bool had = pe_thread_watch_exists(c->state.frame, c->state.thread);
	int err;

	/* taken before the first entry is examined (S12) */
	if (c->snapshot)
		c->now = pe_sync_point_recent(c->state.frame);
	err = pe_waitpidv_step(c->state.frame, c->state.thread, &c->v);
	free_later(&c->state, had);
	return err;
}

/* --- the call --- */

/* true: no entry is left to wait for, or the caller does not want to wait */
static bool is_done(const struct call *c)
{
	bool wanted = c->flags & WAITPIDV_ALL ? !c->v.left : c->v.news > 0;

	return wanted || !c->v.left || (c->flags & (WNOHANG | O_NONBLOCK)) ||
	       (c->v.changed && c->v.news == c->v.changed_max);
}

/* The signals that have a handler, except those that an instruction raises. An ignored signal must
 * not be blocked: the kernel keeps a blocked one pending, and it would end a sleep for nothing. */
static uint64_t handled_signals(void)
{
	uint64_t signals = 0;

	for (int sig = 1; sig <= 64; sig++) {
		struct pe_sys_sigaction now;

		if (pe_sys_sigaction_query(sig, &now) == 0 && now.handler != (uintptr_t)SIG_DFL &&
		    now.handler != (uintptr_t)SIG_IGN)
			signals |= BIT(sig);
	}
	return signals & ~SYNCHRONOUS;
}

static int step_and_sleep(struct call *c)
{
	int err;

	do {
		err = step(c);
		if (err != 0 || is_done(c))
			return err;
		err = sleep_on(c);
	} while (err == 0);
	if (err == -EINTR)
		/* if a child ended as well, return its exit and not EINTR, as wait4 does */
		step(c);
	return err;
}

/* Handlers run only during the sleep. A handler may be what the program wants to be woken by, and
 * if it ran between two sleeps, the sleep would not notice. The same holds for a cancellation,
 * which is a signal too: it comes before a status is taken. No cleanup is registered, and a handler
 * may jump out: during the sleep the signal mask is the program's own, and there is nothing else to
 * restore. */
static int step_until_done(struct call *c)
{
	int err, type;

	set_deadline(c);
	c->v.blocks = true;
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	c->mask = pe_sys_mask_more(handled_signals() | OF_LIBC);
	err = step_and_sleep(c);
	pthread_setcanceltype(type, NULL);
	pe_sys_mask_restore(c->mask);
	return err;
}

static long ask(struct call *c)
{
	int err = step(c);

	if (err == 0 && !is_done(c))
		err = step_until_done(c);
	if (c->v.news > 0 || err == -ETIME)
		return (long)c->v.news;
	if (err != 0)
		return err;
	return c->v.left ? 0 : -ECHILD;
}

/* Its first and last bytes are asked for; a hole in the middle faults. */
static bool is_bad(const struct pidv *vec, size_t count)
{
	return count && (!vec || count > (SIZE_MAX - (uintptr_t)vec) / sizeof(*vec) ||
			 !pe_sys_readable((uintptr_t)vec) ||
			 !pe_sys_readable((uintptr_t)&vec[count - 1].flags));
}

PE_EXPORT int waitpidv(struct pidv *vec, size_t count, pidepoch_snapshot_t *snapshot, int flags,
		       const struct waitpidv_more *more)
{
	struct call c = {
		.v = { .entry = (struct pe_pidv *)vec,
		       .count = count,
		       .options = flags & STATES,
		       .changed_only = flags & WAITPIDV_CHANGED },
		.snapshot = snapshot,
		.flags = flags,
	};
	long n = flags & ~FLAGS ? -EINVAL : is_bad(vec, count) ? -EFAULT : read_more(&c, more);

	if (n == 0 && !pe_state_enter(&c.state))
		n = -EAGAIN;
	if (n == 0)
		n = read_snapshot(&c);
	if (n == 0)
		n = ask(&c);
	if (n >= 0 && snapshot)
		*snapshot = c.now;
	return (int)pe_result(n);
}

PE_EXPORT int pidepoch_waitfd(unsigned int flags)
{
	struct pe_state s;
	bool had;
	int fd;

	if (flags)
		return (int)pe_result(-EINVAL);
	if (!pe_state_enter(&s))
		return (int)pe_result(-EAGAIN);
	had = pe_thread_watch_exists(s.frame, s.thread);
	fd = pe_thread_watch_fd(s.frame, s.thread);
	free_later(&s, had);
	return (int)pe_result(fd);
}
