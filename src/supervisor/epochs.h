/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * epochs - references to processes, for programs that ask by pid (emulated.h): the engine's clock,
 * census and verdicts, on what outlives a worker.
 *
 *   pid ── the caller's pid namespace ──> pid ── pidfd ──> inode ── notes: { namespace, pid } = { inode, since lap 6 }
 *
 *   our own pid namespace      the clock follows the kernel's cursor; the census may prove that no
 *                              lap was missed
 *   any other                  nobody can read its cursor from here: laps are opened by need, and
 *                              only identity proves
 *
 * epochs.1  As core/reference/reference.h, where the forks and waits are not seen: who is noted
 *           with this identity, and since an epoch that is not later than the reference's, is who
 *           is meant. Else the census must prove it.
 * epochs.2  Two process instances of a pid never get the same tag (reference.7).
 * epochs.3  One set of notes for all watched processes: a process instance has its inode and its
 *           birth whoever asks.
 * epochs.4  The writer may be killed between any two instructions: a note that is being written has
 *           no `since` that a tag could reach, and a new worker takes nothing for proven that was
 *           before it.
 * epochs.5  Bounded: the place of another note is taken when all are. Then it is unknown, and every
 *           later tag is new.
 */
#ifndef PE_SUPERVISOR_EPOCHS_H
#define PE_SUPERVISOR_EPOCHS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/time/clock.h"
#include "supervisor/peer.h"

struct pe_epochs;

/* shared memory, zeroed but for its clocks; NULL: there is none */
struct pe_epochs *pe_epochs_map(void);

/* by a worker, before its first call (epochs.4) */
void pe_epochs_resume(struct pe_epochs *e);

struct pe_epochs_pin {
	uint32_t ns_pid; /* as the caller knows it */
	uint64_t epoch;	 /* as whole laps */
	int pid, fd;	 /* a pidfd of it */
	/* of a pin that failed: proven to be gone, and not only not proven to be there */
	bool gone;
};

/* A tag for whoever has @pid now. 0; -ESRCH; -EINVAL: no number of a process; -ENFILE; -ENOSYS: it
 * cannot be told whose it is */
int pe_epochs_take(struct pe_epochs *e, const struct pe_peer *p, int pid, uint64_t *epoch);

/* Who is meant by (@pid, @epoch), by a pidfd that is to be closed. 0 or an errno as above;
 * -EEPOCH */
int pe_epochs_pin(struct pe_epochs *e, const struct pe_peer *p, int pid, uint32_t epoch,
		  struct pe_epochs_pin *pin);

/* Of a pin that failed: a pidfd of the noted process, which was reaped while its group lives on
 * (Linux 6.14). -EEPOCH; another -errno: there is none. */
int pe_epochs_open_gone(struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin);

/* Has the caller borne it, or adopted it? */
bool pe_epochs_is_child(const struct pe_peer *p, const struct pe_epochs_pin *pin);

/* the errno of who was pinned and has gone */
int pe_epochs_gone(struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin);

/* the present, to be handed out */
pe_clock_time pe_epochs_show(struct pe_epochs *e, const struct pe_peer *p);

/* the present as far as it was seen, and the first moment that was ever handed out (or 0) */
pe_clock_time pe_epochs_now(const struct pe_epochs *e, const struct pe_peer *p);
pe_clock_time pe_epochs_origin(const struct pe_epochs *e, const struct pe_peer *p);

#endif
