/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * identity - which process instance holds a pid.
 *
 *   pid ── pidfd_open ── fstatfs: pidfs? ── yes ── fstat: inode       never used again: a proof
 *                                          └── no ─── /proc/N/stat: start   10 ms ticks: a hint
 *
 * identity.1  An inode is an identity, never an order. Two inodes of one boot differ if and only if
 *             the process instances do.
 * identity.2  On a kernel before 6.9 all pidfds share one anonymous inode. So the file system's
 *             magic number decides whether an inode is an identity, not the kernel's version.
 * identity.3  Equal start times of a pid prove nothing; different ones prove two process instances.
 *             The kind is kept with the value, so that values of different kinds are never
 *             compared.
 * identity.4  A zombie holds its pid, and so does a thread that is not the leader: kill() reaches
 *             its process.
 * identity.5  Descriptors are close-on-exec and closed on return.
 * identity.6  A /proc of another pid namespace is not used: its entries are other processes.
 */
#ifndef PE_CORE_TIME_IDENTITY_H
#define PE_CORE_TIME_IDENTITY_H

#include "core/contract.h"

enum pe_identity_kind {
	PE_IDENTITY_NONE, /* of a zeroed struct: equal to nothing */
	PE_IDENTITY_INODE,
	PE_IDENTITY_START,
};

struct pe_identity {
	uint64_t id;
	enum pe_identity_kind kind;
};

struct pe_identity_holder {
	uint64_t start; /* ticks since boot */
	uint32_t ppid;	/* 0: in another namespace, or none */
	uint32_t group; /* its process group */
	char state;	/* of proc(5): R S D Z T t X I ... */
	char comm[16];	/* ends with NUL; control characters are '?' */
};

/* @old: do not use the inode (PIDEPOCH_FORCE_OLD).
 * 0; -ESRCH: no process holds @pid; another -errno: a process may hold it, but cannot be identified
 * (no /proc, no descriptor left) */
int pe_identity_of(uint32_t pid, bool old, struct pe_identity *out);

/* The same for a pidfd. 0, or -errno; -ENODATA: pidfds have no inodes of their own on this kernel
 * (identity.2) */
int pe_identity_of_pidfd(int fd, bool old, struct pe_identity *out);

/* For notices. Results as of pe_identity_of(). */
int pe_identity_describe(uint32_t pid, struct pe_identity_holder *out);

/* Is @ancestor among the parents of @pid? At most PE_IDENTITY_DEPTH of them are read. Also false
 * where /proc does not show one. */
#define PE_IDENTITY_DEPTH 32
bool pe_identity_descends(uint32_t pid, uint32_t ancestor);

/* Does /proc belong to this process's pid namespace? 0: yes; -ENODATA: no; another -errno: there is
 * none. */
int pe_identity_proc_is_ours(void);

/* Parse the text of /proc/N/stat. 0, or -EINVAL */
int pe_identity_parse(const char *text, size_t len, struct pe_identity_holder *out);

/* 1: an unreaped child of this process (or a tracee) holds @pid; 0: none does; -errno: not known. A
 * refusal needs 0. */
int pe_identity_is_child(uint32_t pid);
int pe_identity_pidfd_is_child(int fd); /* the same for the process of a pidfd */

#endif
