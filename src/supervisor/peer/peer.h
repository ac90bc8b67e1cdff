/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * peer - what the supervisor knows about a watched process. It is read from /proc and valid only
 * while the call is held.
 *
 * peer.1  Pids are of two kinds. `ns_pid` is a pid in the caller's own pid namespace, as in an
 *         argument; `pid` is the same process's pid in the supervisor's. Where the two namespaces
 *         differ, the kernel translates.
 * peer.2  The working directory of the supervisor is /proc, opened before the program could mount
 *         anything over it.
 * peer.3  If something cannot be read, the result is a negative errno, and the call is continued.
 */
#ifndef PE_SUPERVISOR_PEER_PEER_H
#define PE_SUPERVISOR_PEER_PEER_H

#include <stdbool.h>
#include <stdint.h>

struct pe_peer {
	int tid, tgid; /* pids */
	uint64_t identity;
	int threads;  /* of the process, when it was last looked at */
	bool has_few; /* children, when they were last looked at */
	enum { PE_PEER_NOT_READ, PE_PEER_NONE, PE_PEER_SOME } arguments; /* that are pids */
	uint64_t frame;	    /* of its library, in its memory (remote_tree.h) */
	uint32_t user;	    /* the user when it was last read (pe_peer_user) */
	uint32_t user_read; /* requests since then */
	/* descriptors, or -1 */
	int ns;	      /* its pid namespace, where that is another than ours */
	int pidfd;    /* of the thread */
	int task;     /* the folder of its process's threads */
	int children; /* the file of its process's children, if that has one thread */
};

/* The process of thread @tid. 0 or -errno; after 0 the caller closes it. */
int pe_peer_open(struct pe_peer *p, int tid);
void pe_peer_close(const struct pe_peer *p);

/* Is that pid still this thread's? Then its threads have been counted as well. Also false if it
 * cannot be determined. */
bool pe_peer_lasts(struct pe_peer *p);

/* The pid of @ns_pid, which may be a thread's; -ESRCH: no process has it; -ENOSYS: it cannot be
 * determined. */
int pe_peer_pid(const struct pe_peer *p, int ns_pid);
/* The reverse: the ns_pid of @pid; -ESRCH: it has none there. */
int pe_peer_ns_pid(const struct pe_peer *p, int pid);

/* The user: the real user id; or, in another user namespace, the owner of the outermost one that is
 * not ours, since an ordinary user may have many user ids in there. It is read again only now and
 * then: a process that changes its user without an exec may have the old one for a while. */
uint32_t pe_peer_user(struct pe_peer *p);

/* The pid of the parent; -ESRCH: no process has this pid. */
int pe_peer_parent(int pid);

/* Calls @visit for each child of all threads. 0 or -errno. */
int pe_peer_children(struct pe_peer *p, void (*visit)(void *arg, int pid), void *arg);

bool pe_peer_is_single(const struct pe_peer *p);	  /* it has one thread */
bool pe_peer_is_thread(const struct pe_peer *p, int pid); /* pid is one of its threads */
bool pe_peer_in_wait(const struct pe_peer *p);		  /* another thread is inside a wait */
bool pe_peer_traces(const struct pe_peer *p, int pid);	  /* it is the tracer of pid */
bool pe_peer_may_fork(const struct pe_peer *p);		  /* another thread may be about to fork */

/* Is @pid in its pid namespace, and not below? */
bool pe_peer_shares_namespace(const struct pe_peer *p, int pid);
/* The identity of the process that has this pid now. 0 or -errno. */
int pe_peer_identity(int pid, uint64_t *out);
/* Does the process with that identity exist? */
bool pe_peer_lives(uint64_t identity, int tgid);

/* The pid that was allocated last, here or in a namespace below; 0: unknown. */
uint32_t pe_peer_cursor(void);

#endif
