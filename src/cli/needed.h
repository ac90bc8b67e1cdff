/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* needed - the libraries that a program itself asks for (DT_NEEDED), not those that these ask
 * for. */
#ifndef PE_CLI_NEEDED_H
#define PE_CLI_NEEDED_H

#include <link.h>
#include <stdbool.h>

/* Does the program behind @fd, whose header is @e, need a library whose name begins so? False, too,
 * when it cannot be read. */
bool pe_needed_has(int fd, const ElfW(Ehdr) * e, const char *begin);

#endif
