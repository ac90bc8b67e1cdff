/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reference - the API to take, hold and release references, and to set the sync point.
 */
#include "core/reference/reference.h"

#include <errno.h>
#include <pidepoch.h>
#include <string.h>

#include "core/frame/stats.h"
#include "core/frame/sync_point.h"
#include "lib/state.h"

PE_EXPORT int pidepoch_ref(pid_t pid, struct pidepoch_ref *ref)
{
	struct pe_state s;
	uint64_t epoch = 0;
	long n = -EAGAIN;

	if (pe_state_enter(&s))
		n = pe_reference_take(s.frame, s.thread, pid, &epoch);
	if (n == 0) {
		*ref = (struct pidepoch_ref){ .pid = pid, .epoch = (pidepoch_t)epoch };
		pe_frame_learn(s.frame, s.thread, pid);
	}
	return (int)pe_result(n);
}

PE_EXPORT pidepoch_t pidepoch_of(pidepoch_snapshot_t snapshot, pid_t pid)
{
	return (pidepoch_t)pe_clock_eps(snapshot, (uint32_t)pid);
}

/* --- holds --- */

/* By a record, or if @fd >= 0 by a pidfd. */
struct held {
	void *owner; /* the record; else the thread */
	uint64_t epoch;
	uint32_t level, pid;
	int fd;
	uint32_t order; /* the thread's holds, this one included */
};

_Static_assert(sizeof(struct held) <= sizeof(struct pidepoch_held), "it fits");

PE_EXPORT int pidepoch_hold(const struct pidepoch_ref *ref, struct pidepoch_held *held)
{
	struct pe_state s;
	struct held keep = { .fd = -1 };
	struct pe_pin pin;
	long n = -EAGAIN;

	if (pe_state_enter(&s))
		n = pe_reference_pin(s.frame, s.thread, ref->pid, ref->epoch, PE_HOLD_BY_HAND,
				     PE_PIN_BEST, &pin);
	if (n == 0) {
		/* for the plain calls that the program makes under the hold (S10) */
		pe_frame_learn(s.frame, s.thread, ref->pid);
		keep.owner = pin.fd < 0 ? (void *)pin.hold.record : s.thread;
		keep.order = ++s.thread->by_hand;
		keep.level = pin.hold.level;
		keep.epoch = pin.epoch;
		keep.pid = pin.pid;
		keep.fd = pin.fd;
		memcpy(held, &keep, sizeof(keep));
	}
	return (int)pe_result(n);
}

/* Holds are released in reverse order, by their thread. (In a record, a later one lies above.) */
static bool is_next(const struct pe_state *s, const struct held *keep, const struct pe_pin *pin)
{
	if (keep->order == 0 || keep->order != s->thread->by_hand)
		return false;
	return pin->hold.record ? pe_hold_is_last(&s->frame->records, s->thread, &pin->hold)
				: keep->owner == s->thread;
}

PE_EXPORT int pidepoch_release(struct pidepoch_held *held)
{
	struct pe_state s;
	struct held keep;
	struct pe_pin pin;
	long n = -EINVAL;

	memcpy(&keep, held, sizeof(keep));
	pin = (struct pe_pin){
		.hold = { .record = keep.fd < 0 ? keep.owner : NULL, .level = keep.level },
		.fd = keep.fd,
		.pid = keep.pid,
		.epoch = keep.epoch,
	};
	/* all zero: released already */
	if (pin.pid && pe_state_enter(&s) && is_next(&s, &keep, &pin)) {
		s.thread->by_hand--;
		n = pe_reference_unpin(s.frame, s.thread, &pin);
		memset(held, 0, sizeof(*held));
	}
	return (int)pe_result(n == -PE_EEPOCH ? -ESRCH : n);
}

/* --- the sync point --- */

PE_EXPORT pidepoch_snapshot_t pidepoch_get(void)
{
	struct pe_state s;

	return pe_state_enter(&s) ? pe_sync_point_get(s.frame) : 0;
}

PE_EXPORT pidepoch_snapshot_t pidepoch_now(void)
{
	struct pe_state s;

	return pe_state_enter(&s) ? pe_sync_point_now(s.frame) : 0;
}

PE_EXPORT int pidepoch_set(pidepoch_snapshot_t snapshot)
{
	struct pe_state s;

	return (int)pe_result(pe_state_enter(&s) ? pe_sync_point_set(s.frame, snapshot) : -EAGAIN);
}

PE_EXPORT int pidepoch_set_signal(int signal)
{
	struct pe_state s;

	return (int)pe_result(pe_state_enter(&s) ? pe_sync_point_choose(s.frame, signal) : -EAGAIN);
}

/* --- accounting --- */

static void fill(struct pe_frame *p, struct pidepoch_stats *stats)
{
	struct pe_stats a;

	pe_stats_of(p, p->set->old_bytes_most, &a);
	stats->now = a.now;
	stats->sync = a.sync;
	stats->children = a.children;
	stats->bytes = a.bytes + pe_obituary_bytes(&p->obituaries);
	stats->old_bytes = a.old_bytes;
	stats->bound = a.bound;
	stats->retired_early = a.retired_early;
}

PE_EXPORT int pidepoch_stats(struct pidepoch_stats *stats)
{
	struct pidepoch_stats all = { .size = stats->size };
	struct pe_state s;

	if (stats->size < sizeof(stats->size) || stats->size > sizeof(all))
		return (int)pe_result(-EINVAL);
	if (!pe_state_enter(&s))
		return (int)pe_result(-EAGAIN);
	fill(s.frame, &all);
	memcpy(stats, &all, stats->size);
	return 0;
}
