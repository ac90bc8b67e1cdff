/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* obituary - what the API tells of children that were reaped (S16). */
#include <pidepoch.h>
#include <string.h>

#include "core/call.h"
#include "core/reference/released.h"
#include "lib/state.h"

/* The monotonic clock's present, less the time since @ms, which counts sleeps of the machine. */
static struct timespec moment_of(const struct pe_frame *p, uint32_t ms)
{
	const uint32_t ago = pe_frame_ms(p) - ms;
	struct timespec now = { 0 };
	uint64_t then;

	pe_sys_clock_gettime(CLOCK_MONOTONIC, &now);
	then = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	then = then > ago ? then - ago : 0;
	return (struct timespec){ .tv_sec = (time_t)(then / 1000),
				  .tv_nsec = (long)(then % 1000) * 1000000 };
}

static void fill(const struct pe_frame *p, const struct pe_obituary *o, struct pidepoch_end *end)
{
	end->known = (o->flags & PE_OBITUARY_KNOWN ? PIDEPOCH_END_STATUS : 0) |
		     (o->flags & PE_OBITUARY_USAGE ? PIDEPOCH_END_USAGE : 0);
	end->status = o->status;
	end->birth = o->birth;
	end->thread = (pid_t)o->tid;
	end->call = pe_call_name(o->by);
	end->reaped = moment_of(p, o->ms);
	pe_obituary_usage(o, &end->usage);
}

PE_EXPORT int pidepoch_obituary(pid_t pid, pidepoch_t epoch, struct pidepoch_end *end)
{
	struct pidepoch_end all = { .size = end->size };
	struct pe_obituary o;
	struct pe_state s;
	int err;

	if (end->size < sizeof(end->size) || end->size > sizeof(all))
		return (int)pe_result(-EINVAL);
	if (!pe_state_enter(&s))
		return (int)pe_result(-EAGAIN);
	err = pe_released_obituary(s.frame, pid, epoch, &o);
	if (err == 0) {
		fill(s.frame, &o, &all);
		memcpy(end, &all, end->size);
	}
	return (int)pe_result(err);
}
