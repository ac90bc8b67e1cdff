/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* version - this copy's own pidepoch_version(), whichever copy's a caller from outside gets. */
#ifndef PE_LIB_VERSION_H
#define PE_LIB_VERSION_H

#include <pidepoch.h>

__attribute__((visibility("hidden"))) const char *pe_version(void);

#endif
