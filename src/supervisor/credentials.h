/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * credentials - signals that the worker sends at a caller's request, with the caller's credentials.
 *
 *   confined? ── yes ──────────────────────────────────────────────> -EACCES: nothing is sent
 *       └ no ──> caller held? ──> take its user ids and CAP_KILL ──> send: the kernel decides ──> return
 *
 * credentials.1  The kernel applies kill(2)'s rules to the caller's user ids and capability, which
 *                the worker has taken on, and never to the supervisor's own.
 * credentials.2  What the worker cannot take on (a Landlock domain, a security label, a seccomp
 *                filter) is looked for (confinement.h). If there is any, nothing is sent.
 * credentials.3  A first process is protected from signals out of its own pid namespace. The worker
 *                may be outside of that namespace: then nothing is sent.
 * credentials.4  SIGCONT is allowed within a session, and the session that the kernel compares
 *                would be the worker's. So SIGCONT is sent only where any other signal could be
 *                sent.
 */
#ifndef PE_SUPERVISOR_CREDENTIALS_H
#define PE_SUPERVISOR_CREDENTIALS_H

#include <signal.h>

#include "supervisor/serve.h"

/* Sends @signal to the process @pid of @pidfd. 0 or the kernel's errno; -EACCES: it may not be sent
 * on behalf of this caller; -ECANCELED: the caller is no longer held. */
int pe_credentials_signal(const struct pe_serve_call *c, int pidfd, int pid, int signal,
			  siginfo_t *info);

/* The same to the group that the process of @pidfd leads or led (Linux 6.9). -EACCES also for a
 * caller in a pid namespace below. */
int pe_credentials_signal_group(const struct pe_serve_call *c, int pidfd, int signal,
				siginfo_t *info);

/* what kill(2) is ruled by */
struct pe_credentials {
	/* real, effective, saved, of the file system: as our user namespace has them */
	uint32_t user[4];
	bool cap_kill; /* over our user namespace */
};

/* of the thread p->tid; false: they cannot be read */
bool pe_credentials_read(const struct pe_peer *p, struct pe_credentials *out);
/* The worker has them until it returns. No other thing may be done in between. 0; -EACCES: they
 * cannot be taken on, and nothing has changed. */
int pe_credentials_become(const struct pe_credentials *other);
void pe_credentials_return(void);

/* The worker becomes the caller, as far as signals are concerned, until it returns. 0; -EACCES or
 * -ECANCELED as above, and nothing has changed. */
int pe_credentials_take(const struct pe_serve_call *c);

#endif
