/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/release.h"
#include "core/engine/vanish.h"
#include "core/sys.h"
#include "core/time/identity.h"

void pe_vanish_begin(struct pe_frame *p)
{
	atomic_fetch_or(&p->autoreap, PE_AUTOREAP_IGNORED);
	atomic_store(&p->ignored, false);
}

static void release_if_vanished(struct pe_frame *p, struct pe_thread *t, uint32_t index)
{
	struct pe_slot *s = pe_arena_at(&p->slots, index);
	uint64_t word = pe_slot_word(s);
	const struct pe_known k = {
		.what = PE_KNOWN_LIVE,
		.index = index,
		.slot = s,
		.instance = word & PE_SLOT_GENERATION_AND_PID,
	};
	uint32_t pid = (uint32_t)(word & PE_SLOT_PID);

	if (pid && !(word & PE_SLOT_DEAD) && pe_identity_is_child(pid) == 0)
		pe_release_lost(p, t, &k, PE_CALL_AUTOREAP);
}

/* vanish.1 */
static pe_cold void end(struct pe_frame *p, struct pe_thread *t)
{
	for (uint32_t i = pe_arena_last(&p->slots); i > 0; i--)
		release_if_vanished(p, t, i);
	atomic_fetch_and(&p->autoreap, (uint8_t)~PE_AUTOREAP_IGNORED);
}

void pe_vanish_changed(struct pe_frame *p, struct pe_thread *t)
{
	bool vanish = pe_sys_children_vanish();

	if (!vanish && likely(!(atomic_load(&p->autoreap) & PE_AUTOREAP_IGNORED)))
		return;
	if (!vanish)
		end(p, t);
	if (vanish || pe_sys_children_vanish()) /* vanish.2 */
		atomic_fetch_or(&p->autoreap, PE_AUTOREAP_IGNORED);
}
