/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commands - one file per command. argv[0] is the command's name; the result is the exit status.
 */
#ifndef PE_CLI_COMMANDS_H
#define PE_CLI_COMMANDS_H

int pe_run_main(int argc, char **argv);
int pe_report_main(int argc, char **argv);
int pe_demo_main(int argc, char **argv);
int pe_doctor_main(int argc, char **argv);
int pe_status_main(int argc, char **argv);
int pe_fuzz_main(int argc, char **argv);
int pe_top_main(int argc, char **argv);
int pe_watch_main(int argc, char **argv);
int pe_completion_main(int argc, char **argv);

#endif
