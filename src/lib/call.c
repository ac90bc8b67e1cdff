/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/call.h"

#include "core/engine/act.h"
#include "core/reference/reference.h"
#include "core/sys.h"
#include "lib/state.h"

long pe_call_made(const struct pe_use *u, pidepoch_t epoch)
{
	struct pe_state s;

	if (u->pid <= 0)
		return pe_result(-EINVAL);
	if (!pe_state_enter(&s))
		return pe_result(pe_act_make(&u->call, pe_act_judged(&u->call)));
	return pe_result(pe_reference_call(s.frame, s.thread, u, epoch));
}

long pe_call_plain(int pid, pidepoch_t epoch, const struct pe_gate_call *call)
{
	const struct pe_use u = {
		.pid = pid,
		.signal = PE_USE_NO_SIGNAL,
		.call = *call,
	};

	return pe_call_made(&u, epoch);
}
