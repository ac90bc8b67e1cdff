/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pass - send an integer, and optionally a descriptor, over a SOCK_SEQPACKET socket. */
#ifndef PE_SUPERVISOR_WORKER_PASS_H
#define PE_SUPERVISOR_WORKER_PASS_H

/* @fd: -1: none. 0; -EPIPE: the other end is closed */
int pe_pass_send(int to, int word, int fd);

/* The integer, or -EPIPE. @fd may be NULL, and is unchanged if no descriptor was sent. */
int pe_pass_receive(int from, int *fd);

#endif
