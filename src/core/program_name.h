/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program_name - the name of a program as a person knows it: of an interpreter, with the script's
 * name, "bash nightly.sh".
 *
 * program_name.1  The script is the first argument that is no option. There is none behind -c or
 *                 -e, where the program itself is an argument; behind -m it is Python's module.
 */
#ifndef PE_CORE_PROGRAM_NAME_H
#define PE_CORE_PROGRAM_NAME_H

#include "core/contract.h"
#include "core/text.h"

/* Add the name of a program that was started as @name with the arguments @argv; @argv may be
 * NULL. */
void pe_program_name(struct pe_text *t, const char *name, char *const *argv);

#endif
