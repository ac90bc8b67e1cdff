/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* needed - the libraries that a program itself needs (DT_NEEDED), without their own libraries. */
#ifndef PE_CLI_NEEDED_H
#define PE_CLI_NEEDED_H

#include <link.h>
#include <stdbool.h>

/* Does the program open as @fd, with the header @e, need a library whose name starts with @begin?
 * Also false if the file cannot be read. */
bool pe_needed_has(int fd, const ElfW(Ehdr) * e, const char *begin);

#endif
