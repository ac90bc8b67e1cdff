/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* number - decimal numbers in the arguments of commands and in files. */
#ifndef PE_COMMAND_NUMBER_H
#define PE_COMMAND_NUMBER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* All of @text must be a number from @least to @most. */
bool pe_number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *out);

/* All of @text must be a pid. */
bool pe_number_pid(const char *text, pid_t *out);

#endif
