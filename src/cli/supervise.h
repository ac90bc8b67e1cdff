/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * supervise - whether a run is watched from outside as well, and the start of it.
 *
 *   --supervisor   the library can be loaded                 it cannot
 *   auto           if CAP_SYS_ADMIN spares no_new_privs      the same, else 125
 *   on             yes                                       yes
 *   off            no                                        125
 *
 * supervise.5  What is asked for or needed, and cannot be had, is one line and status 125, and no
 *              program. Where the library is in the command, and the supervisor came by default,
 *              the line says what is lost, and the program runs.
 * supervise.6  A run inside a watched run is watched already, with the outer one's settings.
 */
#ifndef PE_CLI_SUPERVISE_H
#define PE_CLI_SUPERVISE_H

#include <stdbool.h>

/* Is this process in a watched run? */
bool pe_supervise_is_inside(void);

/* "auto", "on" or "off" */
bool pe_supervise_is_due(const char *mode);

/* Start it, with the settings that stand in the environment. @needed: there is no going on without
 * it. 0, or an exit status after an error line. */
int pe_supervise_start(bool needed);

#endif
