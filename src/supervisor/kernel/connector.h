/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connector - the kernel's proc connector: a netlink socket that reports births of processes.
 *
 * connector.1  It exists in the first network namespace, and reports pids of the first pid
 *              namespace. Elsewhere it is not available.
 * connector.2  A filter on the socket drops everything but births of processes and answers to
 *              requests: no thread, no exec and no exit takes room in the queue.
 * connector.3  Only messages of the kernel count. Any process may send to the socket.
 */
#ifndef PE_SUPERVISOR_KERNEL_CONNECTOR_H
#define PE_SUPERVISOR_KERNEL_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_CONNECTOR_BATCH 64 /* messages read at once */

struct pe_connector_birth {
	int parent, child;
	uint64_t at; /* pe_connector_now() */
};

/* A socket without a subscription; -errno: not available here. */
int pe_connector_open(void);
/* Subscribe to births. 0; -errno: there will be none. */
int pe_connector_listen(int fd);
/* Cancel the subscription. */
void pe_connector_ignore(int fd);

/* Read at most PE_CONNECTOR_BATCH messages, without waiting. @births: room for as many; @count: how
 * many of the messages are births. Returns the number of messages, or -errno; -ENOBUFS: messages
 * were lost. */
int pe_connector_receive(int fd, struct pe_connector_birth *births, size_t *count);

/* Parse a message of the kernel. false: it is not the birth of a process. */
bool pe_connector_parse(const void *message, size_t size, struct pe_connector_birth *out);

/* The clock of the births: CLOCK_MONOTONIC, in nanoseconds. */
uint64_t pe_connector_now(void);

#endif
