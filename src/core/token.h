/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token - the library's word to a supervisor, in the place of an argument that the call does not
 * have: the kernel does not look there, a filter and a server can.
 *
 * token.1  On a wait that can reap: the child is in this frame's tree, which says from then on what
 *          there is to know of its pid. The filter lets the call through, and a supervisor finds
 *          the pid in the tree (ledger.h) should a call past the library use it.
 * token.2  It is given there only where the supervisor has said that it can read the program's
 *          memory, and will be able to; and knows its way there, because both are of one build
 *          (stats.1).
 * token.3  On a call with a pid: the library has judged it.
 */
#ifndef PE_CORE_TOKEN_H
#define PE_CORE_TOKEN_H

#include "core/contract.h"

#define PE_TOKEN    INT64_C(0x68636f7065646970)
#define PE_TOKEN_AT 5 /* of the arguments 0 to 5 */

#define PE_TOKEN_VARIABLE "PIDEPOCH_SUPERVISED" /* in the environment of what is watched */
/* its value: one of these, a colon, and a layout in decimal */
#define PE_TOKEN_WATCHED '1'
#define PE_TOKEN_READ	 '2' /* token.2 holds for a library of that layout */

#endif
