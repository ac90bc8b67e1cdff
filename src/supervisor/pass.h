/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pass - an integer, and a descriptor if need be, over a socket of the type SOCK_SEQPACKET. */
#ifndef PE_SUPERVISOR_PASS_H
#define PE_SUPERVISOR_PASS_H

/* @fd: -1: none. 0; -EPIPE: the other end is closed */
int pe_pass_send(int to, int word, int fd);

/* the word, or -EPIPE; @fd may be NULL, and is left as it is if no descriptor came */
int pe_pass_receive(int from, int *fd);

#endif
