/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings - PIDEPOCH_* and LD_PRELOAD, read once at load. What the program does to its environment
 * afterwards has no effect.
 */
#ifndef PE_LIB_SETTINGS_H
#define PE_LIB_SETTINGS_H

#include "core/frame/frame.h"

#define PE_KEPT_MOST 13

/* The settings that are passed on to programs executed by this one. They are copies, because a
 * program may overwrite its environment (setproctitle does). */
struct pe_kept {
	/* filled from its end, so that a short text is in one page with the rest (state.c) */
	char text[4 * 4096 + 1024];
	char name[64]; /* of the program */
	size_t used;
	const char *setting[PE_KEPT_MOST +
			    1]; /* NAME=value; [0] is LD_PRELOAD with this library alone */
};

/*
 * Fill both. For an invalid value one line is logged, and the default applies. In a privileged
 * program (AT_SECURE) no variable is read, and nothing is kept. @argv: the program's arguments, or
 * NULL
 */
void pe_settings_read(struct pe_settings *set, struct pe_kept *kept, char *const *argv);

/* As secure_getenv(). */
const char *pe_settings_value(const char *name);

#endif
