/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * binary - a pid that a message contains, but not in decimal digits.
 *
 *   hexadecimal digits    after 0x, or as all of the message
 *   4 or 8 bytes          in either byte order, at any offset of a message of at most 64 bytes
 *   2 bytes               the same, if the message has no more
 *
 * binary.1  What is found only acquits, and a message may have these bytes by chance. So longer
 *           messages are not examined: the traffic of a server would soon acquit every pid.
 * binary.2  Pids below 300 do not count: such numbers are everywhere, and the kernel hands these
 *           pids out once, not again after a wrap.
 */
#ifndef PE_CORE_EVIDENCE_BINARY_H
#define PE_CORE_EVIDENCE_BINARY_H

#include "core/contract.h"

#define PE_BINARY_LEAST 300u
#define PE_BINARY_MOST	64u /* bytes of a message */

/* Call @visit for each such number. Signal-safe. */
void pe_binary_numbers(const char *data, size_t bytes, void (*visit)(void *arg, uint32_t pid),
		       void *arg);

#endif
