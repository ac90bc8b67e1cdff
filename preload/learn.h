/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * learn - libc's own call has just returned a pid to the program: it is fresh (S10; the
 * table in docs/semantics.md). These functions keep errno, take no lock, and do nothing in a vfork
 * child.
 */
#ifndef PE_PRELOAD_LEARN_H
#define PE_PRELOAD_LEARN_H

#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>

#include "real.h"

/* Learn @pid if a signal with this si_code is about a process that may still live. */
void pe_learn_sender(int sig, int code, pid_t pid);
void pe_learn_siginfo(const siginfo_t *info);

/* longer data is not examined */
#define PE_LEARN_HEARD 8192

/* recvmsg() with these @flags has returned @n; @message may be anything if @n is -1. */
void pe_learn_message(int fd, const struct msghdr *message, int flags, ssize_t n);

/* What follows "/proc"; for almost any other path, quickly NULL. Libc's headers declare every path
 * non-NULL, but statx() accepts NULL (Linux 6.11), so the compiler is kept from assuming it. */
static inline const char *pe_learn_below_proc(const char *path)
{
	__asm__("" : "+r"(path));
	if (likely(!path || path[0] != '/' || path[1] != 'p'))
		return NULL;
	return path[2] == 'r' && path[3] == 'o' && path[4] == 'c' ? path + 5 : NULL;
}

/* a quick test for the files of a program's start: "/usr/", "/lib" */
static inline bool pe_learn_is_library(const char *path)
{
	return path[0] == '/' && ((path[1] == 'u' && path[2] == 's' && path[3] == 'r') ||
				  (path[1] == 'l' && path[2] == 'i' && path[3] == 'b'));
}

/* Before a look at the path: true: it is refused, and errno is set (core/engine/judge.h). */
bool pe_learn_refused(const char *below_proc);
/* The same for any path: an open or another look at it. */
bool pe_learn_path_refused(const char *path);
/* The file was opened as @fd, or -1. Returns @fd. */
int pe_learn_path_opened(int dir, const char *path, int flags, int fd);
void pe_learn_looked(const char *below_proc);
void pe_learn_opened(const char *below_proc, int fd);

#endif
