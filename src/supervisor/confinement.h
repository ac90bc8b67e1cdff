/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * confinement - may the kernel's rules for a caller be stricter than its user ids and capabilities
 * say? Then nothing is done on its behalf.
 *
 *   a seccomp filter of its own     Seccomp_filters in /proc/TID/status: more than the supervisor's
 *                                   own
 *   a security label                /proc/TID/attr: another one than the supervisor's
 *   a Landlock domain               /proc does not show it: landlock_restrict_self(2) is notified
 *
 * confinement.1  What cannot be determined counts as confined.
 * confinement.2  A Landlock domain belongs to a thread, and its children inherit it, of whatever
 *                parent they are (CLONE_PARENT). So who has one cannot be followed, but where one
 *                can be: in a process that asked for it, and in one that was born later, and
 *                  - has no_new_privs, which a domain demands and no descendant loses, or
 *                  - is in a user namespace of its own, where it is root and needs no such thing,
 *                  or
 *                  - is any process, once one without no_new_privs asked that has CAP_SYS_ADMIN
 *                    over our user namespace.
 */
#ifndef PE_SUPERVISOR_CONFINEMENT_H
#define PE_SUPERVISOR_CONFINEMENT_H

#include "supervisor/serve.h"

bool pe_confinement_any(const struct pe_serve_call *c);
/* the first of the three alone: may its filter forbid a call that the supervisor makes possible? */
bool pe_confinement_by_filter(const struct pe_serve_call *c);

/* landlock_restrict_self(2) is about to be continued */
void pe_confinement_note(const struct pe_serve_call *c);

#endif
