/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/frame/sync_point.h"
#include "core/sys.h"

#define TWO_LAPS    (UINT64_C(2) << PE_CLOCK_CURSOR_BITS)
#define LAST_SIGNAL 64

pe_clock_time pe_sync_point_show(struct pe_frame *p)
{
	atomic_store(&p->sync.gave_snapshot, true);
	return pe_clock_give(&p->clock);
}

pe_clock_time pe_sync_point_now(struct pe_frame *p)
{
	uint64_t mask = pe_frame_lock(p);
	pe_clock_time now;

	/* Without a proof the clock is moved past a gap, so no earlier moment is taken for the
	 * present (wrap_proof.2). */
	pe_wrap_proof_take(&p->wrap_proof, &p->clock);
	now = pe_sync_point_show(p);
	pe_frame_unlock(p, mask);
	return now;
}

pe_clock_time pe_sync_point_recent(struct pe_frame *p)
{
	uint32_t ms = pe_frame_ms(p);

	if (!p->set->linked_only &&
	    atomic_load_explicit(&p->sync.read_at, memory_order_relaxed) == ms)
		return pe_sync_point_show(p);
	atomic_store_explicit(&p->sync.read_at, ms, memory_order_relaxed);
	return pe_sync_point_now(p);
}

pe_clock_time pe_sync_point_get(struct pe_frame *p)
{
	pe_clock_time point = atomic_load(&p->sync.point), now;

	if (point)
		return point;
	now = pe_sync_point_now(p);
	return atomic_compare_exchange_strong(&p->sync.point, &point, now) ? now : point;
}

int pe_sync_point_set(struct pe_frame *p, pe_clock_time to)
{
	pe_clock_time point = pe_sync_point_get(p);
	uint64_t mask;

	if (to > pe_clock_now(&p->clock))
		return -EINVAL;
	do
		if (to < point)
			return -EINVAL; /* sync_point.1 */
	while (!atomic_compare_exchange_weak(&p->sync.point, &point, to));
	mask = pe_frame_lock(p);
	pe_tree_retire(&p->tree, pe_clock_lap(to));
	pe_frame_unlock(p, mask);
	return 0;
}

int pe_sync_point_set_lap(struct pe_frame *p, uint32_t lap)
{
	pe_clock_time point = pe_sync_point_get(p);
	pe_clock_time to = pe_clock_make(pe_verdict_widen(lap, pe_clock_now(&p->clock)), 0);

	if (pe_clock_lap(to) == pe_clock_lap(point))
		to = point;
	return pe_sync_point_set(p, to);
}

int pe_sync_point_choose(struct pe_frame *p, int signal)
{
	if (signal < 0 || signal > LAST_SIGNAL)
		return -EINVAL;
	pe_sync_point_get(p);
	atomic_store(&p->sync.signalled, 0);
	atomic_store(&p->sync.signal, (uint32_t)signal);
	return 0;
}

int pe_sync_point_chosen(const struct pe_frame *p)
{
	return (int)atomic_load(&p->sync.signal);
}

pe_cold void pe_sync_point_lags(struct pe_frame *p)
{
	pe_clock_time point = atomic_load(&p->sync.point), now = pe_clock_now(&p->clock);
	pe_clock_time signalled = atomic_load(&p->sync.signalled);
	siginfo_t info = { .si_signo = pe_sync_point_chosen(p), .si_code = SI_QUEUE };

	if (now < point + TWO_LAPS || signalled == point ||
	    !atomic_compare_exchange_strong(&p->sync.signalled, &signalled, point))
		return;
	info.si_pid = p->tgid;
	info.si_uid = (uid_t)pe_sys_getuid();
	info.si_value.sival_int = (int)pe_clock_lap(now);
	pe_sys_rt_sigqueueinfo(p->tgid, info.si_signo, &info);
}

void pe_sync_point_bound(struct pe_frame *p)
{
	size_t most = p->set->old_bytes_most ? p->set->old_bytes_most : PE_SYNC_POINT_OLD_BYTES;

	if (pe_tree_old_bytes(&p->tree) > most)
		atomic_fetch_add(&p->sync.retired_early,
				 pe_tree_retire(&p->tree, pe_tree_lap(&p->tree)));
}
