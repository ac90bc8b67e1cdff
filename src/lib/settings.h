/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings - PIDEPOCH_* and LD_PRELOAD, read once at load; afterwards the program may do to its environment
 * what it likes.
 */
#ifndef PE_LIB_SETTINGS_H
#define PE_LIB_SETTINGS_H

#include "core/process.h"

/* Fills @set; what is wrong is said once, in one line each, and the default stands. */
void pe_settings_read(struct pe_settings *set);

/* see pe_door_environment() */
const char *const *pe_settings_environment(void);

#endif
