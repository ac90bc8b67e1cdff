/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings - PIDEPOCH_* and LD_PRELOAD, read once at load; afterwards the program may do to its
 * environment what it likes.
 */
#ifndef PE_LIB_SETTINGS_H
#define PE_LIB_SETTINGS_H

#include "core/frame/frame.h"

#define PE_KEPT_MOST 12

/* The settings that programs executed by this one are given again, copied: a program owns its
 * environment and may overwrite it (setproctitle does). */
struct pe_kept {
	char name[64]; /* of the program */
	size_t used;
	const char *setting[PE_KEPT_MOST +
			    1]; /* NAME=value; [0] is LD_PRELOAD with this library alone */
	char text[16384];
};

/*
 * Fills both. For a value that is wrong one line is written, and the default stands.
 * In a privileged program (AT_SECURE) no variable is read, and nothing is kept.
 */
void pe_settings_read(struct pe_settings *set, struct pe_kept *kept);

#endif
