/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unseen - before a refusal: could this process have been told the pid in a way that is not seen?
 *
 *   shared memory    of the holder or its parent, too, or of a    the pid is in it now
 *                    file that other processes have changed
 *   standard input   read by the C library's stdio                its buffer has the pid
 *
 * unseen.1  What is found proves nothing, for or against: the call passes, and `warn` reports it.
 * unseen.2  The pid counts as decimal digits; in memory also as 4 bytes at a multiple of 4.
 * unseen.3  Examined are the first 16 MB of such memory that are in memory. Mappings of the
 *           system's files, of devices and of this library do not count.
 * unseen.4  Memory is read through the kernel: a mapping may be cut or unmapped meanwhile.
 * unseen.5  A process may keep its own children's pids in shared memory. So a pid in memory counts
 *           only if another process can have written it there for the holder: the holder or its
 *           parent maps the same memory, or the mapped file has changed since the child's end and
 *           this process cannot write the mapping.
 * unseen.6  Files do not count here. Most programs that keep pids in a database, a log or a list of
 *           jobs have written their own children's pids there, so a pid in a file that has changed
 *           says nothing of the holder. Small text files are evidence (files.h).
 */
#ifndef PE_CORE_EVIDENCE_UNSEEN_H
#define PE_CORE_EVIDENCE_UNSEEN_H

#include "core/contract.h"
#include "core/evidence/evidence.h"

/* @after: when the child with this pid was released, in ms since boot. Signal-safe. */
bool pe_unseen_may_have(struct pe_evidence *e, uint32_t pid,
			const struct pe_identity_holder *holder, int64_t after);

#endif
