/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * streams - pipes and sockets by which a process reads what other processes tell it, and which of
 * them it made itself.
 *
 *   pipe(), socketpair()  made by this process: what it reads there comes from itself or from a
 *                         process that it started                    own
 *   all others            inherited, opened, connected: any process may write there
 *
 * streams.1  A stream is known by its inode, which dup() and fcntl() do not change.
 * streams.2  What a process made is not its forked child's own: the child inherited it.
 * streams.3  The number of streams is bounded. One that was forgotten counts as another process's:
 *            this may let a stale use pass, and refuses none.
 */
#ifndef PE_CORE_EVIDENCE_STREAMS_H
#define PE_CORE_EVIDENCE_STREAMS_H

#include "core/contract.h"

#define PE_STREAMS_OWN 64u

struct pe_streams {
	_Atomic int owner; /* the pid of the process that made them */
	_Atomic uint64_t own[PE_STREAMS_OWN];
};

/* This process has just made the pipe or socket @fd. Signal-safe, any thread. */
void pe_streams_made(struct pe_streams *s, int fd);

/* The inode of a pipe or a socket, or of a terminal (*@typed is true); 0: @fd is none of these. */
uint64_t pe_streams_of(int fd, bool *typed);

/* Did this process make the stream? */
bool pe_streams_is_own(const struct pe_streams *s, uint64_t inode);

#endif
