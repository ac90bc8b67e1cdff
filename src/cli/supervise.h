/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * supervise - whether a run has a supervisor, and its start.
 *
 *   --supervisor   the library can be loaded                 it cannot
 *   auto           if CAP_SYS_ADMIN makes no_new_privs       the same, else 125
 *                  unnecessary
 *   on             yes                                       yes
 *   off            no                                        125
 *
 * supervise.5  If the supervisor is requested or needed and cannot be started, an error line is
 *              printed, the status is 125, and the program is not run. If the library can be loaded
 *              and the supervisor is only the default, the line names what is not watched, and the
 *              program runs.
 * supervise.6  A run inside a watched run is watched already, with the outer run's settings.
 */
#ifndef PE_CLI_SUPERVISE_H
#define PE_CLI_SUPERVISE_H

#include <stdbool.h>

/* Is this process in a watched run? */
bool pe_supervise_is_inside(void);

/* "auto", "on" or "off" */
bool pe_supervise_is_due(const char *mode);

/* Start the supervisor with the settings in the environment. @needed: the run fails without it.
 * @vrange: the path of libvrange, which serves its calls by number, or "". 0, or an exit status
 * after an error line. */
int pe_supervise_start(bool needed, const char *vrange);

struct pe_fuzz_page;

/* Can pe_supervise_fuzz() work here? */
bool pe_supervise_fuzz_works(void);

/* In a namespace of "pidepoch fuzz", with the settings in the environment: start a supervisor that
 * gives pids away as @page says. An error line if that fails. */
void pe_supervise_fuzz(struct pe_fuzz_page *page);

#endif
