/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commands - one file per verb of the command. argv[0] is the verb; the result is the exit status.
 */
#ifndef PE_CLI_COMMANDS_H
#define PE_CLI_COMMANDS_H

/* exit statuses of the command itself; 126 and 127 as in a shell, 125 as in env(1) */
enum pe_exit_status {
	PE_EXIT_OK = 0,
	PE_EXIT_FAILED = 1,    /* the verb did its work and the answer is no */
	PE_EXIT_USAGE = 2,     /* a word on the command line, or in PIDEPOCH_*, makes no sense */
	PE_EXIT_UNABLE = 125,  /* pidepoch itself could not do it; no program was started */
	PE_EXIT_NOT_RUN = 126, /* the program was found, and could not be executed */
	PE_EXIT_NOT_FOUND = 127,
};

int pe_run_main(int argc, char **argv);
int pe_report_main(int argc, char **argv);
int pe_demo_main(int argc, char **argv);
int pe_doctor_main(int argc, char **argv);
int pe_status_main(int argc, char **argv);
int pe_fuzz_main(int argc, char **argv);

#endif
