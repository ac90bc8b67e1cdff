/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * act - make a judged call, with the token that applies to it (core/token.h).
 */
#ifndef PE_CORE_ENGINE_ACT_H
#define PE_CORE_ENGINE_ACT_H

#include "core/arch/gate.h"
#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/memory/slot.h"

/* The same call, to be notified to the supervisor. If @call had no token, the result has none. */
struct pe_gate_call pe_act_judged(const struct pe_gate_call *call);

/*
 * Make a call on the child of slot @s, which the caller holds. It bears PE_TOKEN if its kind allows
 * that. It is made in the gate, and announces the child if it is the first such call. Return: as
 * pe_gate_pass()
 */
long pe_act_on_child(struct pe_frame *p, const struct pe_thread *t, struct pe_slot *s,
		     const struct pe_gate_call *call, const uint32_t *dead);

#endif
