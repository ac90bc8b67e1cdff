/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exit_status - the exit statuses of the command itself: 126 and 127 as in a shell, 125 as in
 * env(1). */
#ifndef PE_COMMAND_EXIT_STATUS_H
#define PE_COMMAND_EXIT_STATUS_H

enum pe_exit_status {
	PE_EXIT_OK = 0,
	PE_EXIT_FAILED = 1,    /* the command worked, and its answer is no */
	PE_EXIT_USAGE = 2,     /* an argument, or a value in PIDEPOCH_*, is not valid */
	PE_EXIT_UNTESTED = 3,  /* fuzz: there was nothing to be tested */
	PE_EXIT_UNABLE = 125,  /* pidepoch itself failed; no program was started */
	PE_EXIT_NOT_RUN = 126, /* the program was found, and could not be executed */
	PE_EXIT_NOT_FOUND = 127,
};

#endif
