/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unseen - before a refusal: could this process have been told the pid in a way that is not seen?
 *
 *   shared mappings     of the holder or its parent, too,  the pid is in one of them now
 *                       or of a file that has changed
 *   open files, and     changed since the child's end     the pid is in one of them now
 *   files opened last
 *   standard input      read by the C library's stdio     the pid is in its buffer
 *   FIFOs opened last   by fopen(), and read since the child's end
 *
 * unseen.1  What is found proves nothing, for or against: the call passes, and `warn` reports it.
 *           To refuse a right call is worse than to let a stale one pass.
 * unseen.2  The pid counts in any form (binary.h) in standard input, and in files with a name up to
 *           16 kB; in memory and in other files as 4 bytes at a multiple of 4, or as digits.
 * unseen.3  Examined are the first 16 MB of shared memory that are in memory, and the first 256 kB
 *           of each file. Mappings of the system's files, of devices and of this library do not
 *           count.
 * unseen.4  Memory is read through the kernel: a mapping may be cut or unmapped meanwhile.
 * unseen.5  A process may keep its own children's pids in shared memory. So a pid in memory counts
 *           only if a process that can have written it there for the holder maps the same memory:
 *           the holder, or its parent; or if the mapped file was written since.
 */
#ifndef PE_CORE_EVIDENCE_UNSEEN_H
#define PE_CORE_EVIDENCE_UNSEEN_H

#include "core/contract.h"
#include "core/evidence/evidence.h"

/* @after: when the child with this pid was released, in ms since boot. Signal-safe. */
bool pe_unseen_may_have(struct pe_evidence *e, uint32_t pid,
			const struct pe_identity_holder *holder, int64_t after);

#endif
