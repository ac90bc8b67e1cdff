/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pidepoch_raw - waitpidv() for programs that do not link the library. It uses PIDEPOCH_NR_*
 * (pidepoch.h) and the kernel's own calls.
 *
 *   ask (never blocks) ── ended ──> reap by a pidfd of just that process
 *        └── no news ──> poll a descriptor that hangs up when there may be news ──> ask again
 *
 * It calls no libc function, sets no errno and keeps no memory, so that it may be used without
 * libc, in handlers and in vfork children. Results are >= 0 or -errno; -ENOSYS without a
 * supervisor. x86-64 and aarch64, gcc or clang.
 */
#ifndef PIDEPOCH_RAW_H
#define PIDEPOCH_RAW_H

#include <pidepoch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* the kernel's values; the headers that define them may be missing */
enum {
	PIDEPOCH_RAW_HANG = 1,	       /* WNOHANG */
	PIDEPOCH_RAW_STOPS = 2 | 8,    /* WUNTRACED | WCONTINUED */
	PIDEPOCH_RAW_EXITED = 4,       /* WEXITED */
	PIDEPOCH_RAW_DONT = 1 | 04000, /* WNOHANG | O_NONBLOCK */
	/* WNOWAIT, __WNOTHREAD, __WALL, __WCLONE, and the stops */
	PIDEPOCH_RAW_OPTIONS = (int)0xe1000000 | 2 | 8,
	PIDEPOCH_RAW_P_PIDFD = 3,
	PIDEPOCH_RAW_POLLFDS = 16 /* entries beyond these are asked about every 10 ms */
};

static inline long pidepoch_raw_call(long nr, long a, long b, long c, long d, long e)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;

	__asm__ volatile("syscall"
			 : "+a"(nr)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return nr;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
#else
#error "pidepoch_raw.h knows x86-64 and aarch64"
#endif
}

/* system call numbers */
#if defined(__x86_64__)
enum {
	PIDEPOCH_RAW_close = 3,
	PIDEPOCH_RAW_clock_gettime = 228,
	PIDEPOCH_RAW_waitid = 247,
	PIDEPOCH_RAW_ppoll = 271
};
#else
enum {
	PIDEPOCH_RAW_close = 57,
	PIDEPOCH_RAW_clock_gettime = 113,
	PIDEPOCH_RAW_waitid = 95,
	PIDEPOCH_RAW_ppoll = 73
};
#endif

/* pidepoch_of() */
static inline pidepoch_t pidepoch_raw_of(pidepoch_snapshot_t snapshot, pid_t pid)
{
	uint64_t lap = snapshot >> 22;

	return (pidepoch_t)((uint64_t)pid <= (snapshot & 0x3fffff) || lap == 0 ? lap : lap - 1);
}

/* One waitid(2) by a pidfd; @options without WNOHANG. Returns the new state of @v and sets its
 * status, or returns -errno */
static inline long pidepoch_raw_take(struct pidv *v, pidepoch_t epoch, int options,
				     struct rusage *usage)
{
	int info[32] = { 0 }; /* siginfo_t: [2] code, [4] pid, [6] status */
	long fd = pidepoch_raw_call(PIDEPOCH_NR_pidfd_open, v->pid, (long)epoch, 0, 0, 0), r;

	if (fd < 0)
		return fd == -3 || fd == -EEPOCH ? (long)PIDV_ENDED : fd;
	r = pidepoch_raw_call(PIDEPOCH_RAW_waitid, PIDEPOCH_RAW_P_PIDFD, fd, (long)info,
			      options | PIDEPOCH_RAW_HANG, (long)usage);
	pidepoch_raw_call(PIDEPOCH_RAW_close, fd, 0, 0, 0, 0);
	if (r < 0)
		return r == -10 ? (long)PIDV_ENDED
				: r; /* ECHILD: no child, or another thread reaped it */
	if (info[4] == 0)
		return PIDV_RUNNING;
	switch (info[2]) {
	case 1: /* CLD_EXITED */
		v->status = (info[6] & 0xff) << 8;
		return PIDV_EXITED;
	case 2: /* CLD_KILLED */
		v->status = info[6];
		return PIDV_EXITED;
	case 3: /* CLD_DUMPED */
		v->status = info[6] | 0x80;
		return PIDV_EXITED;
	case 6: /* CLD_CONTINUED */
		v->status = 0xffff;
		return PIDV_CONTINUED;
	default:
		v->status = info[6] << 8 | 0x7f;
		return PIDV_STOPPED;
	}
}

/* a call of waitpidv */
struct pidepoch_raw_wait {
	struct pidv *vec;
	size_t count;
	pidepoch_snapshot_t given, now; /* of entries without a tag; of the answers */
	int tells;			/* the caller wants `now` */
	int options;			/* of waitid(2) */
	struct rusage *usage;
	long news, left; /* entries: with news; to wait for */
	long restless;	 /* entries whose news no descriptor reports */
};

static inline size_t pidepoch_raw_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Finish entry @i: reap it if it has ended, or ask it for stops. */
static inline long pidepoch_raw_settle(struct pidepoch_raw_wait *w, size_t i)
{
	struct pidv *v = &w->vec[i];
	int unreaped = v->state == PIDV_EXITED && v->status == PIDV_UNREAPED;
	int stops = v->state == PIDV_RUNNING && (w->options & PIDEPOCH_RAW_STOPS);
	pidepoch_t epoch;
	long state;

	if (!unreaped && !stops)
		return 0;
	epoch = v->flags & PIDV_TAGGED ? v->epoch : pidepoch_raw_of(w->given, v->pid);
	state = pidepoch_raw_take(v, epoch, w->options | PIDEPOCH_RAW_EXITED,
				  w->usage ? &w->usage[i] : (struct rusage *)0);
	if (stops && state == PIDV_ENDED)
		state = PIDV_RUNNING; /* no child of the caller: its stops are not reported */
	if (state < 0 || state == PIDV_RUNNING)
		w->restless++;
	v->state = (uint16_t)(state < 0 ? (long)PIDV_RUNNING : state);
	return state < 0 ? state : 0;
}

/* Ask about each entry once. An error of one does not hide the news of others. 0 or -errno */
static inline long pidepoch_raw_step(struct pidepoch_raw_wait *w)
{
	size_t n, i, from;
	long r, error = 0;

	w->left = w->restless = 0;
	for (from = 0; from < w->count; from += n) {
		pidepoch_snapshot_t snapshot = w->given;
		struct pidv *v = w->vec + from;
		uint64_t final[PIDEPOCH_WAITPIDV_MOST / 64] = { 0 };

		n = pidepoch_raw_min(w->count - from, PIDEPOCH_WAITPIDV_MOST);
		for (i = 0; i < n; i++)
			if (v[i].state >= PIDV_EXITED)
				final[i / 64] |= (uint64_t)1 << i % 64;
		r = pidepoch_raw_call(PIDEPOCH_NR_waitpidv, (long)v, (long)n,
				      w->tells ? (long)&snapshot : 0, 0, sizeof(*v));
		if (r == -14 || r == -38) /* EFAULT, ENOSYS: the same for all entries */
			return r;
		if (r < 0 && r != -10) /* ECHILD: none of these is left */
			error = r;
		if (from == 0 && w->tells)
			w->now = snapshot;
		for (i = 0; i < n; i++) {
			if (final[i / 64] >> i % 64 & 1)
				continue;
			r = pidepoch_raw_settle(w, from + i);
			error = r < 0 ? r : error;
			w->news += v[i].state > PIDV_RUNNING;
			w->left += v[i].state < PIDV_EXITED;
		}
	}
	return w->news ? 0 : error;
}

/* Sleep until there may be news, @timeout has passed (NULL: never), or a handler ran: -EINTR */
static inline long pidepoch_raw_sleep(struct pidepoch_raw_wait *w, const struct timespec *timeout)
{
	struct {
		int fd;
		short events, revents;
	} p[PIDEPOCH_RAW_POLLFDS];
	struct timespec soon = { 0, 10000000 };
	size_t n = 0, from = 0, i;
	long fd = 0, r;

	for (; from < w->count && n < PIDEPOCH_RAW_POLLFDS && fd >= 0 && !w->restless;
	     from += PIDEPOCH_WAITPIDV_MOST) {
		size_t some = pidepoch_raw_min(w->count - from, PIDEPOCH_WAITPIDV_MOST);

		fd = pidepoch_raw_call(PIDEPOCH_NR_waitfd, (long)(w->vec + from), (long)some,
				       (long)&w->given, 0, sizeof(*w->vec));
		if (fd == -10) { /* ECHILD: all of these are final */
			fd = 0;
			continue;
		}
		p[n].fd = (int)fd;
		p[n].events = 1; /* POLLIN */
		n += fd >= 0;
	}
	if ((from < w->count || fd < 0) &&
	    (!timeout || timeout->tv_sec || timeout->tv_nsec > soon.tv_nsec))
		timeout = &soon;
	if (timeout)
		soon = *timeout; /* the kernel writes there */
	r = pidepoch_raw_call(PIDEPOCH_RAW_ppoll, (long)p, (long)n, timeout ? (long)&soon : 0, 0,
			      8);
	for (i = 0; i < n; i++)
		pidepoch_raw_call(PIDEPOCH_RAW_close, p[i].fd, 0, 0, 0, 0);
	return r < 0 ? r : 0;
}

/* The time left until @deadline, or 0 */
static inline struct timespec pidepoch_raw_until(const struct timespec *deadline)
{
	struct timespec now = { 0, 0 }, left;

	pidepoch_raw_call(PIDEPOCH_RAW_clock_gettime, 1, (long)&now, 0, 0, 0);
	left.tv_sec = deadline->tv_sec - now.tv_sec;
	left.tv_nsec = deadline->tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	if (left.tv_sec < 0)
		left.tv_sec = left.tv_nsec = 0;
	return left;
}

#define PIDEPOCH_RAW_FOREVER 0x3fffffffL /* s, 34 years */

static inline struct timespec pidepoch_raw_deadline(const struct timespec *timeout)
{
	struct timespec t = { 0, 0 };

	pidepoch_raw_call(PIDEPOCH_RAW_clock_gettime, 1, (long)&t, 0, 0, 0);
	/* a longer one could overflow */
	t.tv_sec += timeout->tv_sec < PIDEPOCH_RAW_FOREVER ? timeout->tv_sec : PIDEPOCH_RAW_FOREVER;
	t.tv_nsec += timeout->tv_nsec;
	if (t.tv_nsec > 999999999) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

/* 0 or -EINVAL */
static inline int pidepoch_raw_check(int flags, const struct waitpidv_more *more)
{
	const int known = PIDEPOCH_RAW_OPTIONS | PIDEPOCH_RAW_DONT | WAITPIDV_ALL;
	const struct timespec *t = more ? more->timeout : (const struct timespec *)0;

	if ((flags & ~known) || ((flags & WAITPIDV_ALL) && (flags & PIDEPOCH_RAW_STOPS)) ||
	    (more && (more->size != sizeof(*more) || more->changed)) ||
	    (t && (t->tv_sec < 0 || t->tv_nsec < 0 || t->tv_nsec > 999999999)))
		return -22;
	return 0;
}

/* Ask and sleep until the call may return. 0 or -errno */
static inline long pidepoch_raw_loop(struct pidepoch_raw_wait *w, int flags,
				     const struct timespec *timeout)
{
	struct timespec deadline = { 0, 0 }, left;
	long r;

	if (timeout)
		deadline = pidepoch_raw_deadline(timeout);
	for (;;) {
		r = pidepoch_raw_step(w);
		if (r < 0 || !w->left || (flags & PIDEPOCH_RAW_DONT) ||
		    (w->news && !(flags & WAITPIDV_ALL)))
			return r;
		if (timeout) {
			left = pidepoch_raw_until(&deadline);
			if (left.tv_sec == 0 && left.tv_nsec == 0)
				return 0;
		}
		r = pidepoch_raw_sleep(w, timeout ? &left : (const struct timespec *)0);
		if (r < 0)
			return r;
	}
}

/*
 * pidepoch_raw_waitpidv() - waitpidv(), except that it returns -errno, is no cancellation point,
 *                           and has neither WAITPIDV_CHANGED nor WAITPIDV_ALL with WUNTRACED or
 *                           WCONTINUED
 */
static inline long pidepoch_raw_waitpidv(struct pidv *vec, size_t count,
					 pidepoch_snapshot_t *snapshot, int flags,
					 const struct waitpidv_more *more)
{
	struct pidepoch_raw_wait w = { vec, count, 0, 0, 0, 0, 0, 0, 0, 0 };
	long r = count && !vec ? -14 /* EFAULT */ : pidepoch_raw_check(flags, more);

	if (r == 0)
		r = snapshot && *snapshot ? (long)*snapshot
					  : pidepoch_raw_call(PIDEPOCH_NR_get, 0, 0, 0, 0, 0);
	if (r < 0)
		return r;
	w.given = (pidepoch_snapshot_t)r;
	w.tells = !!snapshot;
	w.options = flags & PIDEPOCH_RAW_OPTIONS;
	w.usage = more ? more->usage : (struct rusage *)0;
	r = pidepoch_raw_loop(&w, flags, more ? more->timeout : (const struct timespec *)0);
	if (snapshot && w.now)
		*snapshot = w.now;
	if (w.news > 0)
		return w.news;
	return r < 0 ? r : w.left ? 0 : -10; /* ECHILD */
}

#ifdef __cplusplus
}
#endif

#endif
