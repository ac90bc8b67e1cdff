/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * since - a reference from a pid and the evidence for it (S14): the process must have had the pid
 * since the moment at which the pid was learned.
 *
 * since.1  The reference is taken first, then the holder's birth is read, then the reference is
 *          verified: so the birth is that of the process that the reference means.
 * since.2  A file's stamp is wall-clock time. A stamp that cannot be compared with a birth proves
 *          nothing against the holder: the result is an error of its own.
 */
#ifndef PE_CORE_REFERENCE_SINCE_H
#define PE_CORE_REFERENCE_SINCE_H

#include "core/contract.h"
#include "core/frame/frame.h"

/* Take a reference to the process that has had @pid since @moment (ms since boot). 0; -PE_EEPOCH:
 * another process has it now; -EOPNOTSUPP: /proc does not show its birth; as pe_reference_take() */
int pe_since_moment(struct pe_frame *p, struct pe_thread *t, int pid, int64_t moment,
		    uint64_t *epoch);

/* The same since the regular file @fd was last changed. -EOPNOTSUPP also: the process seems to be
 * younger than the file, but the file's clock or this machine's may have been wrong. */
int pe_since_file(struct pe_frame *p, struct pe_thread *t, int pid, int fd, uint64_t *epoch);

#endif
