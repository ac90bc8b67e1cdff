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

/* false: this memory belongs to another process (a vfork child), or there is no frame yet: the call
 * passes to the kernel like its plain counterpart. */
bool pe_state_enter(struct pe_state *s);

#endif
