/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * act - a judged call is made, with the token that its case asks for (core/token.h).
 */
#ifndef PE_CORE_ENGINE_ACT_H
#define PE_CORE_ENGINE_ACT_H

#include "core/arch/gate.h"
#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/memory/slot.h"

/* The same call, to be notified. One without a token has none afterwards. */
struct pe_gate_call pe_act_judged(const struct pe_gate_call *call);

/*
 * A call on the child of slot @s, which the caller holds. It bears PE_TOKEN if it is of a kind that
 * may; it is made in the gate, as an announcement or not. Return: as pe_gate_pass()
 */
long pe_act_on_child(struct pe_frame *p, const struct pe_thread *t, struct pe_slot *s,
		     const struct pe_gate_call *call, const uint32_t *dead);

#endif
