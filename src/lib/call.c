/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/call.h"

#include "core/engine/act.h"
#include "core/reference/reference.h"
#include "core/sys.h"
#include "lib/state.h"

long pe_call_made(const struct pe_use *u, pidepoch_t epoch)
{
	const struct pe_gate_call c = pe_act_judged(&u->call);
	const long *a = c.arg;
	struct pe_state s;

	if (u->pid <= 0)
		return pe_result(-EINVAL);
	if (!pe_state_enter(&s))
		return pe_result(pe_sys_whole6(c.nr, a[0], a[1], a[2], a[3], a[4], a[5]));
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
