/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token - values that the library passes to a supervisor in arguments that a system call does not
 * have: the kernel does not read them; the supervisor's filter and worker do.
 *
 *   argument   5                  4                       the call
 *              PE_TOKEN           -                       is not notified
 *              PE_TOKEN_JUDGED    address, or 0           is notified, and continued
 *              anything else      -                       is notified, and judged
 *
 * token.1  Both values mean that the library has judged the call: the pid refers to the process
 *          that is meant, or the policy lets the call pass.
 * token.2  The first call on each child that sends a signal, or opens a pidfd, announces the child:
 *          it has PE_TOKEN_JUDGED, and the supervisor records the process as a child, however it
 *          is reaped later. The calls after it have PE_TOKEN.
 * token.3  An announcement has the address of the frame's word "children may vanish". When a wait
 *          that can reap bypasses the library, the supervisor sets this word before the wait
 *          continues. For the library, such a wait is like an ignored SIGCHLD: from then on calls
 *          on children are made by pidfd (guard.h).
 * token.4  A wait has PE_TOKEN if it reaps a child in the tree. From then on the tree has all
 *          that is known of the pid, and a supervisor finds it there (remote_tree.h) if a call that
 *          bypasses the library uses the pid.
 * token.5  A call on a child and a wait have PE_TOKEN only if the supervisor can read and write the
 *          program's memory, now and later, and knows its layout; the supervisor states this in the
 *          environment. Otherwise they have PE_TOKEN_JUDGED.
 * token.6  A token is not a secret. A program that copies it gives up only its own protection.
 * token.7  If both processes of the supervisor have been killed, the kernel answers a notified call
 *          with ENOSYS. The library then repeats a judged call, a wait or an exec with PE_TOKEN: a
 *          call that is not notified still works.
 * token.8  Before the exec of a program that cannot load the library, the library announces what it
 *          knows of the pids among the arguments: kill(pid, 0) with PE_TOKEN_JUDGED, and the moment
 *          at which the pid was right (ms since boot) as argument PE_TOKEN_MOMENT. A use of a pid
 *          that is an argument of the program itself, and of which nothing is known, has no token:
 *          a supervisor may know what the program was executed for.
 */
#ifndef PE_CORE_TOKEN_H
#define PE_CORE_TOKEN_H

#include <stdint.h>

#define PE_TOKEN	INT64_C(0x68636f7065646970)
#define PE_TOKEN_JUDGED INT64_C(0x68636f7065646971)
#define PE_TOKEN_AT	5 /* index among the arguments 0 to 5 */
#define PE_TOKEN_WORD	4
#define PE_TOKEN_MOMENT 3

#define PE_TOKEN_VARIABLE "PIDEPOCH_SUPERVISED" /* in the environment of a watched program */
/* its value: one of these characters, a colon, and a layout in decimal */
#define PE_TOKEN_WATCHED '1'
#define PE_TOKEN_READ	 '2' /* token.5 holds for a library of that layout */

#endif
