/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * epochs - references to processes for the emulated calls (emulated.h): the engine's clock, wrap
 * proof and verdicts, in shared memory that outlives a worker.
 *
 *   ns_pid ── the caller's pid namespace ──> pid ── pidfd ──> inode
 *                                notes: { namespace, ns_pid } = { inode, since lap 6 }
 *
 *   our own pid namespace      the clock follows the kernel's cursor; the wrap proof may show that
 *                              no lap was missed
 *   any other                  its cursor cannot be read from here: laps are opened as needed, and
 *                              only the identity is a proof
 *
 * epochs.1  As in core/reference/reference.h for processes whose forks and waits are not seen: if
 *           the process is noted with this identity, since an epoch that is not later than the
 *           reference's, it is the process that was meant. Else the wrap proof is needed.
 * epochs.2  Two process instances of a pid never get the same tag (reference.7).
 * epochs.3  One set of notes for all watched processes: the inode and the birth of a process
 *           instance are the same for every caller.
 * epochs.4  The writer may be killed between any two instructions: a note that is being written has
 *           a `since` that no tag can reach, and a new worker relies on no wrap proof of an earlier
 *           one.
 * epochs.5  Bounded: if all places are in use, a new note replaces an old one. The old process is
 *           then unknown, and every later tag is new.
 */
#ifndef PE_EMULATE_EPOCHS_H
#define PE_EMULATE_EPOCHS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/time/clock.h"
#include "supervisor/peer/peer.h"

struct pe_epochs;

/* Shared memory, zeroed except for its clocks; NULL: out of memory. */
struct pe_epochs *pe_epochs_map(void);

/* For a worker, before its first call (epochs.4). */
void pe_epochs_resume(struct pe_epochs *e);

struct pe_epochs_pin {
	uint32_t ns_pid; /* as the caller knows it */
	uint64_t epoch;	 /* as whole laps */
	int pid, fd;	 /* a pidfd of it */
	/* of a pin that failed: the process is proven to be gone; false: this is unknown */
	bool gone;
};

/* A tag for the process that has @pid now. 0; -ESRCH; -EINVAL: not a pid of a process; -ENFILE;
 * -ENOSYS: the process cannot be determined */
int pe_epochs_take(struct pe_epochs *e, const struct pe_peer *p, int pid, uint64_t *epoch);

/* Open a pidfd of the process that (@pid, @epoch) means; the caller closes it. 0 or an errno as
 * above; -EEPOCH */
int pe_epochs_pin(struct pe_epochs *e, const struct pe_peer *p, int pid, uint32_t epoch,
		  struct pe_epochs_pin *pin);

/* Of a pin that failed: a pidfd of the noted process, which was reaped while its group lives on
 * (Linux 6.14). -EEPOCH; another -errno: there is none. */
int pe_epochs_open_gone(struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin);

/* Is it a child of the caller, by fork or by adoption? */
bool pe_epochs_is_child(const struct pe_peer *p, const struct pe_epochs_pin *pin);

/* The errno for a process that was pinned and has ended since. */
int pe_epochs_gone(struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin);

/* The present, to be returned to a program. */
pe_clock_time pe_epochs_show(struct pe_epochs *e, const struct pe_peer *p);

/* The latest time seen, and the first time that was ever returned to a program (or 0). */
pe_clock_time pe_epochs_now(const struct pe_epochs *e, const struct pe_peer *p);
pe_clock_time pe_epochs_origin(const struct pe_epochs *e, const struct pe_peer *p);

#endif
