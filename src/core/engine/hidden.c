/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/hidden.h"
#include "core/engine/release.h"
#include "core/engine/share.h"
#include "core/time/identity.h"

/* hidden.1. A thread that has reaped the child and not recorded that yet has the lock. */
static bool was_reaped_since(struct pe_frame *p, uint32_t pid, uint32_t early_reaps)
{
	struct pe_obituary o;

	pe_frame_unlock(p, pe_frame_lock(p));
	return pe_obituary_last(&p->obituaries, pid, PE_OBITUARY_EARLY, &o) &&
	       (int32_t)(o.birth - early_reaps) >= 0;
}

void pe_hidden_born(struct pe_frame *p, struct pe_thread *t, const struct pe_birth *b, int child)
{
	if (child > 0 && b->engaged &&
	    (pe_identity_is_child((uint32_t)child) == 1 ||
	     was_reaped_since(p, (uint32_t)child, b->early_reaps)))
		pe_birth_end(p, t, b, child);
}

/* Is the last child of this pid one that popen() or system() made, as far as is known? */
static bool is_hidden(const struct pe_known *k, uint32_t pid)
{
	unsigned int by;

	if (!k->slot || pe_slot_pid(k->slot) != pid)
		return true;
	by = atomic_load_explicit(&k->slot->born_by, memory_order_relaxed);
	return by == PE_CALL_POPEN || by == PE_CALL_SPAWN || by == PE_CALL_NONE; /* adopted */
}

long pe_hidden_waited(struct pe_frame *p, struct pe_thread *t, int child, bool lost, int *status)
{
	const struct pe_reap r = {
		.by = PE_CALL_WAITPID,
		.idtype = P_PID,
		.id = (uint32_t)child,
		.options = WEXITED,
		.as_wait4 = true,
		.status = status,
	};
	struct pe_known k = pe_frame_know(p, r.id);
	long n = -ECHILD;

	if (!is_hidden(&k, r.id))
		return n;
	if (k.what == PE_KNOWN_LIVE && !pe_identity_is_child(r.id))
		pe_release_lost(p, t, &k, PE_CALL_ELSEWHERE);
	if (lost)
		n = pe_share_give(p, &r);
	if (pe_frame_know(p, r.id).what == PE_KNOWN_RELEASED)
		pe_frame_learn(p, t, child);
	return n;
}
