/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc - what the kernel says of a process: by files of /proc, which is the supervisor's working
 * directory (peer.2), or by a pidfd, at a tenth of the price. */
#ifndef PE_SUPERVISOR_PROC_H
#define PE_SUPERVISOR_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* a descriptor, close-on-exec, or -errno */
__attribute__((format(printf, 2, 3))) int pe_proc_open(int flags, const char *format, ...);

/* the beginning of a file, as text; its length or -errno. @fd is used up. */
ssize_t pe_proc_slurp(int fd, char *text, size_t size);

/* what stands behind "\nNAME:" in the status of @pid; false: nothing */
bool pe_proc_status(int pid, const char *name, char *value, size_t size);
/* the same; 0 or -errno: -ENOENT or -ESRCH: no process has @pid; -EINVAL: no such line */
int pe_proc_status_read(int pid, const char *name, char *value, size_t size);
/* the same as a pid; -1: nothing */
long pe_proc_status_number(int pid, const char *name);

/* Is it the first process of its pid namespace? Also true if it cannot be determined. */
bool pe_proc_is_init(int pid);
/* Is it in our user namespace? Also false if it cannot be determined. */
bool pe_proc_shares_user_namespace(int pid);
/* the present in the unit of start times, ticks since boot */
uint64_t pe_proc_ticks(void);

struct pe_proc_info {
	uint32_t ppid; /* 0: it is not in our pid namespace */
	/* real, effective, saved, of the file system, as our user namespace has them */
	uint32_t uid[4];
};

/* by PIDFD_GET_INFO (Linux 6.13), of a process and no thread. false: not to be had so */
bool pe_proc_info(int pid, struct pe_proc_info *out);
/* uid[] alone, of a thread as well; false: not to be had */
bool pe_proc_users(int pid, uint32_t uid[4]);

#endif
