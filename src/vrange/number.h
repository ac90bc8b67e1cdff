/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * number - the calls by number, through the public syscall().
 *
 *   nr ─┬─ VRANGE_NR_mvrange, _fvrange, _vrange ──> vr_number_syscall()
 *       ├─ the number of --vrange-compat ─────────> vr_number_syscall()
 *       └─ anything else ─────────────────────────> the next library's syscall(), by a jump
 *
 * number.1  What is not ours leaves by a jump, with all registers: what the next library does about
 *           a child that comes back on a shared stack or on another one is as if this one were not
 *           there.
 * number.2  The numbers of the kernel patches are other calls today. They are served on request
 *           only.
 */
#ifndef VR_NUMBER_H
#define VR_NUMBER_H

#include "core/contract.h"

#define VR_NUMBER_V9  314 /* of vrange() in the patches of version 9 and 10 */
#define VR_NUMBER_V13 316 /* in those of version 13 */

/* the next library's syscall(); NULL until the library is loaded */
extern PE_HIDDEN long (*vr_number_next)(long nr, ...);

/* VR_NUMBER_V9, VR_NUMBER_V13, or -1 */
extern PE_HIDDEN int vr_number_compat;

/* Serves a call; one that is not ours is made as it is. Returns what syscall() returns. */
PE_HIDDEN long vr_number_syscall(long nr, long a1, long a2, long a3, long a4, long a5, long a6);

#endif
