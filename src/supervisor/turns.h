/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * turns - whose call is served next, when several wait.
 *
 *   calls of user 1: a b c d e        served: a x b y c d e
 *   calls of user 2: x y
 *
 * turns.1  The kernel hands calls out in the order in which they were made. While more than one
 *          waits they are all received, and after a call of one user come those of the others.
 * turns.2  Users are told apart by pe_peer_user(). Two may share a turn: there is room for a few
 *          only.
 */
#ifndef PE_SUPERVISOR_TURNS_H
#define PE_SUPERVISOR_TURNS_H

#include <stdint.h>

#define PE_TURNS_MOST 256 /* calls that may wait here */

/* Not more than PE_TURNS_MOST, but for calls that have been served in part. */
void pe_turns_add(int place, uint32_t user);
/* the place whose turn it is, which is taken out; -1: none */
int pe_turns_next(void);
unsigned int pe_turns_count(void);
void pe_turns_clear(void);

#endif
