/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * turns - the order in which waiting calls are served.
 *
 *   calls of user 1: a b c d e        served: a x b y c d e
 *   calls of user 2: x y
 *
 * turns.1  The kernel delivers calls in the order in which they were made. If more than one waits,
 *          all are received, and the user that was served longest ago is served next.
 * turns.2  pe_peer_user() identifies a user. The table of users is small, so two of them may share
 *          a turn.
 */
#ifndef PE_SUPERVISOR_WORKER_TURNS_H
#define PE_SUPERVISOR_WORKER_TURNS_H

#include <stdint.h>

#define PE_TURNS_MOST 256 /* calls that may wait here */

/* At most PE_TURNS_MOST calls, not counting those that have been served in part. */
void pe_turns_add(int place, uint32_t user);
/* Remove and return the place whose turn it is; -1: none. */
int pe_turns_next(void);
unsigned int pe_turns_count(void);
void pe_turns_clear(void);

#endif
