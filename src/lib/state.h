/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state - the frame of this process and the record of this thread, for the API beside it.
 */
#ifndef PE_LIB_STATE_H
#define PE_LIB_STATE_H

#include "lib/preload_api.h"

struct pe_state {
	struct pe_frame *frame;
	struct pe_thread *thread;
};

/* false: not this process's own memory, or none yet (a vfork child): a call passes to the kernel as
 * its plain sibling would. */
bool pe_state_enter(struct pe_state *s);

#endif
