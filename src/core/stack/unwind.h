/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unwind - the caller's stack.
 *
 *   pc ──> its module (find) ──> its table (cfi) ──> CFA, caller's pc and fp ──> again for the
 *            '───────── cache: address -> row, 8 bytes ─────────'                caller
 *
 * unwind.1  Async-signal-safe: no lock (not the loader's either), no allocation, one probing system
 *           call for each page of stack beyond the first. Ends after the number of frames asked
 *           for.
 * unwind.2  Memory that a frame names is read only on a page that the kernel has confirmed to be
 *           readable: a broken frame ends the walk and not the program.
 * unwind.3  The CFA of a frame is above that of the one before, except for a signal's frame: a
 *           handler may have a stack of its own.
 * unwind.4  Code without tables (made at run time) is passed by its frame pointer, if that points
 *           upwards.
 * unwind.5  An address that is returned is the one after a call, as a return address is; for code
 *           that a signal interrupted it is the address plus one. So a reader always subtracts one.
 * unwind.6  A cached row is used only with the module that it was made from. Two threads that write
 *           one entry at once leave one that matches no module.
 */
#ifndef PE_CORE_STACK_UNWIND_H
#define PE_CORE_STACK_UNWIND_H

#include "core/contract.h"

#define PE_UNWIND_CACHED 512u

struct pe_unwind_cache {
	struct {
		_Atomic uint64_t key, row;
	} entry[PE_UNWIND_CACHED];
};

/* The .eh_frame_hdr of the module that @pc lies in, or NULL. The host's, without locks. */
typedef const void *(*pe_unwind_find)(uintptr_t pc);

struct pe_unwind {
	pe_unwind_find find;
	struct pe_unwind_cache *cache;
	uintptr_t own_start, own_end; /* frames of the library, which are left out */
};

/* The caller's stack, innermost frame first. Returns how many frames were stored, at most @most. */
unsigned int pe_unwind_here(const struct pe_unwind *u, uint64_t *frames, unsigned int most);

#endif
