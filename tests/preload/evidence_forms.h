// SPDX-License-Identifier: LGPL-2.1-or-later
/* The forms in which programs pass a pid on. Each writes @q to @to, and returns the bytes. */
#ifndef TESTS_PRELOAD_EVIDENCE_FORMS_H
#define TESTS_PRELOAD_EVIDENCE_FORMS_H

#include <stddef.h>
#include <sys/types.h>

#define FORM_MOST 1000

typedef size_t form(char *to, pid_t q);

form as_digits, as_sentence, as_path, as_hexadecimal, as_bare_hexadecimal, as_int, as_long,
	as_short, as_network_int, as_structure, as_traffic, as_other;

#endif
