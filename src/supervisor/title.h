/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * title - the command line of a supervisor's process: its own name in place of the program's.
 *
 * title.1  /proc/PID/cmdline of monitor and worker does not contain the command of the run, so that
 *          a pattern for the program ("pkill -f PROGRAM") does not select them.
 * title.2  The title is written over the arguments and, where they are too short, over the
 *          environment's first strings. What is still read of these has been copied before.
 */
#ifndef PE_SUPERVISOR_TITLE_H
#define PE_SUPERVISOR_TITLE_H

#include <sys/types.h>

/* Replace *@text, which may be a string of the arguments or the environment, or NULL, by a copy of
 * its own. 0 or -ENOMEM. */
int pe_title_keep(const char **text);

/* Copy the environment and find the place for titles. Once, in a process that has a copy of the
 * command's memory and whose working directory is /proc. 0 or -ENOMEM. */
int pe_title_prepare(void);

/* "pidepoch: ROLE of RUN", for /proc/PID/cmdline, and "pidepoch-ROLE" for /proc/PID/comm, which the
 * kernel cuts after 15 bytes. */
void pe_title_set(const char *role, pid_t run);

#endif
