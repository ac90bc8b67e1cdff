/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * use - one use of a pid by a system call, and its outcome. The guard judges it; notices and events
 * describe it.
 */
#ifndef PE_CORE_FRAME_USE_H
#define PE_CORE_FRAME_USE_H

#include "core/arch/gate.h"
#include "core/call.h"
#include "core/contract.h"
#include "core/sys.h"

#define PE_USE_NO_SIGNAL (-1)

/* the outcome of a use that was judged stale */
enum pe_outcome { PE_OUTCOME_PASSED, PE_OUTCOME_REFUSED, PE_OUTCOME_ABORTING };

struct pe_use {
	enum pe_call by;
	int pid;
	int signal;	 /* what a signalling call sends, or PE_USE_NO_SIGNAL */
	bool group;	 /* the call is for the group that process `pid` leads or led */
	bool unproven;	 /* for notices: it is not known whether this is still the same group */
	bool to_thread;	 /* the call goes to one thread: no pidfd call does the same */
	int holder;	 /* the holder's pid as this host knows it, if that differs; else 0 */
	siginfo_t *info; /* the siginfo to send, or NULL as in kill */
	struct pe_gate_call call;
};

#endif
