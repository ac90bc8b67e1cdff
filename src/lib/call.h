/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call - the mechanism of all calls on references: hold the process instance, make the real call,
 * release the hold.
 */
#ifndef PE_LIB_CALL_H
#define PE_LIB_CALL_H

#include <pidepoch.h>

#include "core/engine/guard.h"

/* Returns the call's result, or -1 with errno. */
long pe_call_made(const struct pe_use *u, pidepoch_t epoch);

/* The same for a call that sends no signal. */
long pe_call_plain(int number, pidepoch_t epoch, const struct pe_gate_call *call);

#define PE_CALL_MADE(pid, epoch, nr_, ...)                                                         \
	pe_call_plain(pid, epoch,                                                                  \
		      &(const struct pe_gate_call){ .nr = (nr_), .arg = { __VA_ARGS__ } })

#endif
