/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * append - add lines to the file that a setting names: the log of notices, the file of events.
 *
 * append.1  The open never waits and never follows a symbolic link as the last component
 *           (O_NONBLOCK, O_NOFOLLOW). A FIFO without a reader is an error; a FIFO that is full
 *           loses the line.
 * append.2  A file that is created has mode 0600 less the umask.
 * append.3  A write that fails raises no signal in the program, and a terminal does not stop the
 *           program for it. The program did not write, and must not learn of the write.
 * append.4  Async-signal-safe; no descriptor stays open.
 */
#ifndef PE_CORE_RECORD_APPEND_H
#define PE_CORE_RECORD_APPEND_H

#include "core/contract.h"

/* A close-on-exec descriptor that the caller closes, or -errno. */
int pe_append_open(const char *path);

/* One write(2). @bytes, or -errno; -ENOSPC if only a part was written. */
long pe_append_write(int fd, const char *line, size_t bytes);

#endif
