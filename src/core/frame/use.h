/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * use - one use of a pid by a system call, and what became of it: what the guard judges, and what
 * notices and events describe.
 */
#ifndef PE_CORE_FRAME_USE_H
#define PE_CORE_FRAME_USE_H

#include "core/arch/gate.h"
#include "core/call.h"
#include "core/contract.h"
#include "core/sys.h"

#define PE_USE_NO_SIGNAL (-1)

/* what became of a use that was judged stale */
enum pe_outcome { PE_OUTCOME_PASSED, PE_OUTCOME_REFUSED, PE_OUTCOME_ABORTING };

struct pe_use {
	enum pe_call by;
	int pid;
	int signal;	 /* what a signalling call sends, or PE_USE_NO_SIGNAL */
	bool group;	 /* it is for the group that process `pid` leads or led */
	bool unproven;	 /* for notices: that this is still the same group is not known */
	bool to_thread;	 /* it goes to one thread: no pidfd call can stand in for it */
	int holder;	 /* the pid by which this host knows the holder, if another; else 0 */
	siginfo_t *info; /* its siginfo, or NULL as for kill */
	struct pe_gate_call call;
};

#endif
