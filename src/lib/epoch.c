/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * epoch - the prctl() options of pidepoch.h (S6), for the interposer of prctl().
 */

#include <pidepoch.h>

#include "core/frame/sync_point.h"
#include "lib/preload_api.h"
#include "lib/state.h"

/* The pointer comes from the program: a bad one gives EFAULT, as from the kernel. */
static long give(unsigned long to, const void *what, size_t size)
{
	if (pe_sys_probe((void *)to) == -EFAULT || pe_sys_probe((char *)to + size - 4) == -EFAULT)
		return -EFAULT;
	memcpy((void *)to, what, size);
	return 0;
}

static long get(struct pe_frame *p, unsigned long to)
{
	pidepoch_snapshot_t point = pe_sync_point_get(p);

	return give(to, &point, sizeof(point));
}

static long set(struct pe_frame *p, unsigned long value, unsigned long flags)
{
	if (flags & ~(unsigned long)PIDEPOCH_LAP)
		return -EINVAL;
	if (!flags)
		return pe_sync_point_set(p, value);
	return value > UINT32_MAX ? -EINVAL : pe_sync_point_set_lap(p, (uint32_t)value);
}

static long get_signal(struct pe_frame *p, unsigned long to)
{
	int signal = pe_sync_point_chosen(p);

	return give(to, &signal, sizeof(signal));
}

long pe_preload_prctl(int option, unsigned long a2, unsigned long a3)
{
	struct pe_state s;

	if (!pe_state_enter(&s))
		return -EAGAIN;
	switch (option) {
	case PR_GET_PID_EPOCH:
		return get(s.frame, a2);
	case PR_SET_PID_EPOCH:
		return set(s.frame, a2, a3);
	case PR_GET_PID_EPOCH_SIGNAL:
		return get_signal(s.frame, a2);
	case PR_SET_PID_EPOCH_SIGNAL:
		return a2 > INT_MAX ? -EINVAL : pe_sync_point_choose(s.frame, (int)a2);
	}
	return -EINVAL;
}
