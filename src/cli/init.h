/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init - "run --init": the first process of a container, which the program cannot be by itself.
 *
 * init.1  The command runs as a child in a process group of its own, which becomes the foreground
 *         group of the terminal on standard input. It starts with the signal mask and dispositions
 *         that this process was started with.
 * init.2  Every signal that this process can catch, and that no fault of its own raised, is sent on
 *         to the command. Only this process reaps it, so the signal reaches no other process.
 * init.3  Every child is reaped as it ends. This includes the orphans of the pid namespace, or, if
 *         this is not the first process of one, the orphans of the command (as a subreaper).
 * init.4  The exit status is the command's, or 128 + the signal that ended it. The kernel then ends
 *         the other processes of the pid namespace; a subreaper lets its orphans run.
 */
#ifndef PE_CLI_INIT_H
#define PE_CLI_INIT_H

/* Fork. Returns 0 in the child, which then executes the command; 1 in the parent after the command
 * has ended, with the exit status in @status; -1 after an error line. */
int pe_init_fork(int *status);

#endif
