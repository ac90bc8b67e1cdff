/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz_use - a call that takes a pid, while `pidepoch fuzz` searches: the fuzzer learns of the use
 * before the call is made, so that it can give the pid away first, and learns what the call was.
 */
#ifndef PE_CORE_ENGINE_FUZZ_USE_H
#define PE_CORE_ENGINE_FUZZ_USE_H

#include "core/contract.h"
#include "core/frame/frame.h"
#include "core/frame/use.h"

/* As pe_guard(). The program runs under the fuzzer (settings' `fuzz`). */
pe_cold long pe_fuzz_use(struct pe_frame *p, struct pe_thread *t, const struct pe_use *u);

#endif
