/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * confinement - may the kernel restrict a caller more than its user ids and capabilities do? Then
 * nothing is done on its behalf.
 *
 *   a seccomp filter of its own     Seccomp_filters in /proc/TID/status: more than the supervisor's
 *                                   own
 *   a security label                /proc/TID/attr: another one than the supervisor's
 *   a Landlock domain               /proc does not show it: landlock_restrict_self(2) is notified
 *
 * confinement.1  What cannot be determined counts as confined.
 * confinement.2  A Landlock domain belongs to a thread, and its children inherit it, also those of
 *                another parent (CLONE_PARENT). So the domains cannot be followed. But a process
 *                can have one only if it requested one, or was born after a request and
 *                  - has no_new_privs, which a domain requires and no descendant loses, or
 *                  - is in another user namespace, where root needs no no_new_privs, or
 *                  - the request came from a process without no_new_privs that has CAP_SYS_ADMIN
 *                    over our user namespace: then it may be any process.
 * confinement.3  A call of the kernel's that is notified has been allowed by the caller's own
 *                filters: what they forbid takes precedence (seccomp(2)). They restrict the calls
 *                that no kernel has, since they cannot know what is done for them.
 */
#ifndef PE_SUPERVISOR_WORKER_CONFINEMENT_H
#define PE_SUPERVISOR_WORKER_CONFINEMENT_H

#include "supervisor/worker/worker.h"

bool pe_confinement_any(const struct pe_worker_call *c);
/* Only the first of the three, for any call: may the caller's own filter forbid a call that the
 * supervisor would make for it? */
bool pe_confinement_by_filter(const struct pe_worker_call *c);

/* landlock_restrict_self(2) is about to be continued */
void pe_confinement_note(const struct pe_worker_call *c);

/* Has process @pid our filter? A process that has it not does not descend from the program of this
 * run. Another run's filters count as ours; so does any process if the kernel does not show it. */
bool pe_confinement_is_in_run(int pid);

#endif
