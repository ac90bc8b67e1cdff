/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/reference/thread_watch.h"
#include "core/reference/waitpidv.h"
#include "core/sys.h"

#define RESTLESS_NS	 4000000
#define RESTLESS_NS_EACH 2000

/* The pause between two rounds of asking each entry: short enough not to be noticed, and long
 * enough that the thread mostly sleeps. */
static struct timespec little_for(const struct pe_waitpidv *v)
{
	size_t ns = RESTLESS_NS + v->count * RESTLESS_NS_EACH;

	return (struct timespec){ .tv_sec = (time_t)(ns / 1000000000),
				  .tv_nsec = (long)(ns % 1000000000) };
}

static bool is_longer(const struct timespec *a, const struct timespec *b)
{
	return !a || a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

/* 0: some entries are unwatched, and the pause has passed */
int pe_waitpidv_sleep(struct pe_frame *p, struct pe_thread *t, const struct pe_waitpidv *v,
		      const struct timespec *timeout, const uint64_t *mask)
{
	struct timespec until = little_for(v); /* ppoll writes to it */
	struct pe_exit_watch *x = pe_thread_watch(p, t);
	bool is_little = v->unwatched && is_longer(timeout, &until);
	int err;

	if (!is_little && timeout)
		until = *timeout;
	timeout = is_little || timeout ? &until : NULL;
	if (x && x->vector == v->entry)
		err = pe_ring_wait(&x->ring, timeout, mask);
	else
		err = pe_sys5(SYS_ppoll, 0, 0, PE_SYS_LONG(timeout), PE_SYS_LONG(mask),
			      sizeof(*mask)) < 0
			      ? -EINTR
			      : -ETIME;
	return is_little && err == -ETIME ? 0 : err;
}
