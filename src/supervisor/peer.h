/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * peer - a watched process as its supervisor sees it: read from /proc, never believed longer than a
 * call is held.
 *
 * peer.1  Pids are of two kinds. `pid` is the caller's, in its own pid namespace, as it stands in
 *         an argument; `pid` is the same process's pid here. Where the two namespaces differ the
 *         kernel translates.
 * peer.2  The working directory of the supervisor is /proc, opened before the program could mount
 *         anything over it.
 * peer.3  What cannot be read is a negative errno, and whoever asks lets the call through.
 */
#ifndef PE_SUPERVISOR_PEER_H
#define PE_SUPERVISOR_PEER_H

#include <stdbool.h>
#include <stdint.h>

struct pe_peer {
	int tid, tgid; /* pids */
	uint64_t identity;
	int threads;	    /* of the process, when it was last looked at */
	bool has_few;	    /* children, when they were last looked at */
	uint64_t frame;	    /* of its library, in its memory (ledger.h) */
	uint32_t user;	    /* whose it was when that was read last (pe_peer_user) */
	uint32_t user_read; /* how often it has been asked for */
	/* descriptors, or -1 */
	int ns;	      /* its pid namespace, where that is another than ours */
	int pidfd;    /* of the thread */
	int task;     /* the folder of its process's threads */
	int children; /* the file of its process's children, if that has one thread */
};

/* the process of the thread @tid. 0 or -errno; after 0 it must be closed. */
int pe_peer_open(struct pe_peer *p, int tid);
void pe_peer_close(const struct pe_peer *p);

/* Is that pid still this thread's? Then its threads have been counted, too. false: not to be told,
 * too */
bool pe_peer_lasts(struct pe_peer *p);

/* The pid of the caller's @pid, which may be a thread's; -ESRCH: nobody has it; -ENOSYS: it cannot
 * be told. */
int pe_peer_pid(const struct pe_peer *p, int ns_pid);
/* the other way round; -ESRCH: it has none there */
int pe_peer_number(const struct pe_peer *p, int pid);

/* Whose is it? The real user id, or in another user namespace the owner of the outermost one that
 * is not ours: an ordinary user may have many user ids in there. It is read anew now and then: who
 * changes its user without an exec may be taken for the former one for a while. */
uint32_t pe_peer_user(struct pe_peer *p);

/* the pid of the parent; -ESRCH: nobody has this pid */
int pe_peer_parent(int pid);

/* the children of all threads, each by @tell. 0 or -errno. */
int pe_peer_children(struct pe_peer *p, void (*tell)(void *arg, int pid), void *arg);

bool pe_peer_is_single(const struct pe_peer *p);	  /* it has one thread */
bool pe_peer_is_thread(const struct pe_peer *p, int pid); /* pid is one of its threads */
bool pe_peer_in_wait(const struct pe_peer *p);		  /* another thread is inside a wait */
bool pe_peer_traces(const struct pe_peer *p, int pid);	  /* it is the tracer of pid */

/* Is @pid in its pid namespace, and not below? */
bool pe_peer_shares_namespace(const struct pe_peer *p, int pid);
/* of the process that has this pid now; 0 or -errno */
int pe_peer_identity(int pid, uint64_t *out);
/* is the process with that identity there? */
bool pe_peer_lives(uint64_t identity, int tgid);

/* the pid that was given out last, here or in a namespace below; 0: not to be told */
uint32_t pe_peer_cursor(void);

#endif
