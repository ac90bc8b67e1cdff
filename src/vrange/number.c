/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <vrange.h>

#include "vrange/boundary.h"
#include "vrange/number.h"

/* vrange(start, length, mode, purged): volatile is 0 and non-volatile 1 */
static long version_9(long start, long length, long mode, long purged)
{
	if (mode != 0 && mode != 1)
		return vr_boundary(-EINVAL);
	return vrange((void *)start, (size_t)length, mode ? VRANGE_NONVOLATILE : VRANGE_VOLATILE, 0,
		      (int *)purged);
}

long vr_number_syscall(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	if (nr == VRANGE_NR_mvrange)
		return mvrange((void *)a1, (size_t)a2, (int)a3, (int)a4);
	if (nr == VRANGE_NR_fvrange)
		return fvrange((int)a1, a2, (size_t)a3, (int)a4, (int)a5);
	if (nr == VRANGE_NR_vrange || (nr == VR_NUMBER_V13 && vr_number_compat == VR_NUMBER_V13))
		return vrange((void *)a1, (size_t)a2, (unsigned long)a3, (unsigned long)a4,
			      (int *)a5);
	if (nr == VR_NUMBER_V9 && vr_number_compat == VR_NUMBER_V9)
		return version_9(a1, a2, a3, a4);
	return vr_boundary(pe_sys6(nr, a1, a2, a3, a4, a5, a6));
}
