/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * callers - a cache of the threads that called last, so that most calls need only one check.
 *
 * callers.1  A cached thread has descriptors of its own. As long as they work, the pid is still
 *            that thread's, and what was read about it holds.
 * callers.2  The number of descriptors is small, and smaller under a low limit. No descriptor may
 *            keep a pid namespace alive, so threads of other pid namespaces are not cached.
 */
#ifndef PE_SUPERVISOR_PEER_CALLERS_H
#define PE_SUPERVISOR_PEER_CALLERS_H

#include "supervisor/peer/peer.h"

#define PE_CALLERS 128

/* 0: @out comes from the cache; 1: it was read just now, so the caller must verify that the call is
 * still held; -errno */
int pe_callers_get(int tid, struct pe_peer **out);
void pe_callers_done(struct pe_peer *p);

/* Process @tgid is about to exec: its memory is replaced, and its other threads end. */
void pe_callers_renew(int tgid);

#endif
