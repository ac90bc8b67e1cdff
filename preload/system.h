/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * system - system() with --waits=share: its shell is a child whose pid the library knows, so that
 * its status is not lost to a wait for any child in a handler or another thread (S17).
 *
 * system.1  As in libc: SIGINT and SIGQUIT are ignored while a shell of any thread runs, SIGCHLD is
 *           blocked in the calling thread, and a thread that is cancelled kills its shell.
 * system.2  The program never knows the pid of the shell. When the shell has been waited for, a
 *           use of that pid is not stale.
 */
#ifndef PE_PRELOAD_SYSTEM_H
#define PE_PRELOAD_SYSTEM_H

/* system(@command); @command is not NULL */
int pe_system(const char *command);

#endif
