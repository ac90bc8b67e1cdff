/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token - what the library says to a supervisor in arguments that a system call does not have: the
 * kernel does not read them, the supervisor's filter and its worker do.
 *
 *   argument   5                  4                       the call
 *              PE_TOKEN           -                       is not notified
 *              PE_TOKEN_JUDGED    address, or 0           is notified, and continued
 *              anything else      -                       is notified, and judged
 *
 * token.1  Both say that the library has judged the call: a pid is the one that is meant, or the
 *          policy lets it pass.
 * token.2  The first call on each child that sends a signal, or opens a pidfd, announces the child:
 *          it bears PE_TOKEN_JUDGED, so that the supervisor knows it for a child, however it is
 *          reaped later. The calls after it bear PE_TOKEN.
 * token.3  An announcement has the address of the frame's word "children may vanish". When a wait
 *          that can reap bypasses the library, the supervisor sets that word before the wait goes
 *          on. Such waits are to the library what an ignored SIGCHLD is: from then on calls on
 *          children go by pidfds (guard.h).
 * token.4  A wait bears PE_TOKEN if it reaps a child of the tree: the tree has from then on what
 *          there is to know of the pid, and a supervisor finds it there (remote_tree.h) should a
 *          call that bypasses the library use it.
 * token.5  A call on a child and a wait bear PE_TOKEN only where the supervisor can read and write
 *          the program's memory, now and later, and knows its layout: it says so in the
 *          environment. Where not, they bear PE_TOKEN_JUDGED.
 * token.6  A token is no secret. A program that copies it gives up its own protection, and nothing
 *          else.
 */
#ifndef PE_CORE_TOKEN_H
#define PE_CORE_TOKEN_H

#include <stdint.h>

#define PE_TOKEN	INT64_C(0x68636f7065646970)
#define PE_TOKEN_JUDGED INT64_C(0x68636f7065646971)
#define PE_TOKEN_AT	5 /* of the arguments 0 to 5 */
#define PE_TOKEN_WORD	4

#define PE_TOKEN_VARIABLE "PIDEPOCH_SUPERVISED" /* in the environment of a watched program */
/* its value: one of these, a colon, and a layout in decimal */
#define PE_TOKEN_WATCHED '1'
#define PE_TOKEN_READ	 '2' /* token.5 holds for a library of that layout */

#endif
