/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/call.h"

const char *pe_call_name(unsigned int call)
{
#define PE_CALL_TEXT(name, text) text,
	/* an array of characters needs no relocation; an array of pointers would */
	static const char names[PE_CALL_COUNT][40] = { PE_CALLS(PE_CALL_TEXT) };
#undef PE_CALL_TEXT

	return names[call < PE_CALL_COUNT ? call : 0];
}

bool pe_call_only_asks(enum pe_call call)
{
	switch (call) {
	case PE_CALL_GETPGID:
	case PE_CALL_GETSID:
	case PE_CALL_PIDFD_OPEN:
	case PE_CALL_GETPRIORITY:
	case PE_CALL_SCHED_GETAFFINITY:
	case PE_CALL_SCHED_GETSCHEDULER:
	case PE_CALL_SCHED_GETPARAM:
	case PE_CALL_SCHED_RR_GET_INTERVAL:
	case PE_CALL_PROC:
		return true;
	default:
		return false;
	}
}
