/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * binary - does a piece of data contain a pid, in any form in which programs pass one on?
 *
 *   decimal, hexadecimal   a run of digits
 *   4 or 8 bytes           in either byte order, at any offset
 *   2 bytes                the same, in short data that is no text
 *
 * binary.1  It errs to one side: data may contain the bytes by chance. What it finds only acquits.
 * binary.2  Pids below 300 count in decimal digits only: such numbers are everywhere, and the
 *           kernel hands these pids out once, not again after a wrap.
 */
#ifndef PE_CORE_EVIDENCE_BINARY_H
#define PE_CORE_EVIDENCE_BINARY_H

#include "core/contract.h"

#define PE_BINARY_LEAST 300u
#define PE_BINARY_SHORT 64u /* bytes of data in which two bytes count */

/* Does it have bytes that no text has, or is it a number of two bytes? */
bool pe_binary_is(const char *data, size_t bytes);

/* Call @visit for each number in @data that is not written in decimal. Hexadecimal
 * digits count after 0x, with a letter among them, or as all of the text. */
void pe_binary_numbers(const char *data, size_t bytes, void (*visit)(void *arg, uint32_t pid),
		       void *arg);

/* Is @pid in @data, in decimal digits; in any form? @short_form: two bytes count. */
bool pe_binary_has_digits(const char *data, size_t bytes, uint32_t pid);
bool pe_binary_has(const char *data, size_t bytes, uint32_t pid, bool short_form);

#endif
