/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registers - what an unwinder must know about this CPU: its own position, and the DWARF numbers of
 * three registers.
 *
 * Each arch/<cpu>/registers.h defines PE_FRAME_SP, PE_FRAME_FP and PE_FRAME_RA, and the two macros
 * below.
 */
#ifndef PE_CORE_ARCH_REGISTERS_H
#define PE_CORE_ARCH_REGISTERS_H

#include <stdint.h>

/* The registers of one frame, and those that lead to its caller: all that is followed from frame to
 * frame. */
struct pe_frame {
	uintptr_t pc, sp, fp;
	uintptr_t ra; /* the return address's own register, where this CPU has one; else unused */
};

/* PE_FRAME_HERE(struct pe_frame *f): the frame of the function that uses it, at this place.
 * PE_FRAME_PLAIN(uintptr_t pc): a return address without a signature in it */
#if defined(__x86_64__)
#include "core/arch/x86_64/registers.h"
#elif defined(__aarch64__)
#include "core/arch/aarch64/registers.h"
#endif

#endif
