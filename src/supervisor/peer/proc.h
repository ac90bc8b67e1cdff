/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc - what the kernel reports about a process: in files of /proc, which is the supervisor's
 * working directory (peer.2), or through a pidfd, in a tenth of the time. */
#ifndef PE_SUPERVISOR_PEER_PROC_H
#define PE_SUPERVISOR_PEER_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* a descriptor, close-on-exec, or -errno */
__attribute__((format(printf, 2, 3))) int pe_proc_open(int flags, const char *format, ...);

/* The beginning of a file, as text; its length or -errno. Closes @fd. */
ssize_t pe_proc_slurp(int fd, char *text, size_t size);

/* The value of the line "NAME:" in the status of @pid; false: there is none. */
bool pe_proc_status(int pid, const char *name, char *value, size_t size);
/* the same; 0 or -errno: -ENOENT or -ESRCH: no process has @pid; -EINVAL: no such line */
int pe_proc_status_read(int pid, const char *name, char *value, size_t size);
/* The same as a number; -1: there is none. */
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

/* By PIDFD_GET_INFO (Linux 6.13), of a process but not a thread. false: not available. */
bool pe_proc_info(int pid, struct pe_proc_info *out);
/* the state in /proc/PID/stat: 'S' sleeps and notices signals; 'X': it has ended */
char pe_proc_state(int tgid, int tid);
/* Is the process of @tid stopped by a signal? Judged by a thread that can stop, which one in an
 * uninterruptible sleep cannot. */
bool pe_proc_is_stopped(int tid);
/* The status of a process that has been reaped, as of wait4 (Linux 6.15). false: not available. */
bool pe_proc_exit(int pidfd, int *status);

/* a user that cannot be determined, or that our user namespace does not map */
#define PE_PROC_NO_USER 65534

/* Only uid[], of a thread as well; false: not available. */
bool pe_proc_users(int pid, uint32_t uid[4]);

#endif
