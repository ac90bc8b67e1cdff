/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle - the file handle of a pidfd (Linux 6.14): it names a process by its inode, after its reap
 * too, while a group or a session has its pid.
 */
#ifndef PE_CORE_EVIDENCE_HANDLE_H
#define PE_CORE_EVIDENCE_HANDLE_H

#include "core/contract.h"

/* the kernel's struct file_handle, with eight bytes of handle */
struct pe_handle {
	uint32_t bytes;
	int type;
	uint64_t inode;
};

/* 0; -errno where pidfds have no handles, or none of this form */
int pe_handle_of(int pidfd, struct pe_handle *out);

/* The handle type of all pidfds; 0: they have no handles. Opens a descriptor during the call. */
int pe_handle_type(void);

/* A pidfd, close-on-exec, or -errno. @old: without FD_PIDFS_ROOT (Linux 6.17), by a pidfd of this
 * process. -ESTALE: this kernel finds no such process. */
int pe_handle_open(const struct pe_handle *h, bool old);

#endif
