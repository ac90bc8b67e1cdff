/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * credentials - signals that the worker sends at a caller's request, with the caller's credentials.
 *
 *   confined? ── yes ──> -EACCES: nothing is sent
 *       └ no ──> caller held? ──> take its user ids and CAP_KILL
 *                             ──> send: the kernel decides ──> return to the worker's own
 *
 * credentials.1  The worker takes on the caller's user ids and CAP_KILL, so the kernel applies the
 *                rules of kill(2) to them, and never to the supervisor's own.
 * credentials.2  The worker cannot take on a Landlock domain, a security label or a seccomp filter
 *                (confinement.h). If the caller has one, nothing is sent.
 * credentials.3  The first process of a pid namespace is protected from signals of that namespace.
 *                The worker may be outside of it; then nothing is sent.
 * credentials.4  SIGCONT is allowed within a session, and the session that the kernel compares
 *                would be the worker's. So SIGCONT is sent only where any other signal could be
 *                sent.
 */
#ifndef PE_SUPERVISOR_WORKER_CREDENTIALS_H
#define PE_SUPERVISOR_WORKER_CREDENTIALS_H

#include <signal.h>

#include "supervisor/worker/worker.h"

/* Sends @signal to the process @pid of @pidfd. 0 or the kernel's errno; -EACCES: it may not be sent
 * on behalf of this caller; -ECANCELED: the caller is no longer held. */
int pe_credentials_signal(const struct pe_worker_call *c, int pidfd, int pid, int signal,
			  siginfo_t *info);

/* The same to the group that the process of @pidfd leads or led (Linux 6.9). -EACCES also for a
 * caller in a pid namespace below. */
int pe_credentials_signal_group(const struct pe_worker_call *c, int pidfd, int signal,
				siginfo_t *info);

/* the credentials that kill(2) checks */
struct pe_credentials {
	/* real, effective, saved, of the file system: as our user namespace has them */
	uint32_t user[4];
	bool cap_kill; /* over our user namespace */
};

/* Those of the thread p->tid. false: they cannot be read. */
bool pe_credentials_read(const struct pe_peer *p, struct pe_credentials *out);
/* Take on @other until pe_credentials_return(). Only signals may be sent in between. 0; -EACCES:
 * they cannot be taken on, and nothing has changed. */
int pe_credentials_become(const struct pe_credentials *other);
void pe_credentials_return(void);

/* Take on the caller's credentials for signals until pe_credentials_return(). 0; -EACCES or
 * -ECANCELED as above, and nothing has changed. */
int pe_credentials_take(const struct pe_worker_call *c);

#endif
