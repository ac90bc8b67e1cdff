/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vfork - the hooks of the trampoline in arch/<cpu>/vfork.S, which is the interposer itself. */
#include "arch/vfork.h"

#include "core/sys.h"
#include "environ.h"
#include "real.h"

/* The state of this thread's outermost vfork. An inner vfork is made by a vfork child, and its
 * child is not recorded. */
static __thread struct pe_birth outermost;

uint64_t pe_vfork_before(void)
{
	uint64_t mask;

	/* If confined, the depth stays 0. The other two hooks read the depth, so another thread's
	 * change meanwhile does not matter. */
	if (pe_preload_is_confined() && pe_preload_vfork_depth(0) == 0)
		return 0;
	mask = pe_sys_mask_all();
	if (pe_preload_vfork_depth(0) == 0)
		outermost = pe_preload_birth_begin(PE_CALL_VFORK);
	pe_preload_vfork_depth(1);
	return mask;
}

pid_t pe_vfork_parent(long ret, uint64_t mask)
{
	if (pe_preload_vfork_depth(0) == 0)
		return (pid_t)pe_result(ret);
	if (pe_preload_vfork_depth(-1) == 0)
		pe_preload_birth_end(&outermost, (pid_t)ret);
	pe_environ_vforked();
	pe_sys_mask_restore(mask);
	return (pid_t)pe_result(ret);
}

void pe_vfork_child(uint64_t mask)
{
	if (pe_preload_vfork_depth(0))
		pe_sys_mask_restore(mask);
}
