/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* version - pidepoch_version() of this copy of the library; the public name may be resolved to
 * another copy. */
#ifndef PE_LIB_VERSION_H
#define PE_LIB_VERSION_H

#include <pidepoch.h>

__attribute__((visibility("hidden"))) const char *pe_version(void);

#endif
