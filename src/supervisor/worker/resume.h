/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resume - continues the supervisor after the kernel has stopped it.
 *
 * The kernel makes a kill(-1, SIGSTOP) for a program that may be restricted (confinement.h), and it
 * may stop the supervisor as well. No program of the run could continue it: the worker is notified
 * of each signal that a program sends, and does not answer while it is stopped.
 *
 * resume.1  A timer sends SIGCONT, which the kernel does for a stopped process, too. The handler
 *           then continues the monitor.
 * resume.2  It may expire before the kernel has made the call. So it expires several times.
 */
#ifndef PE_SUPERVISOR_WORKER_RESUME_H
#define PE_SUPERVISOR_WORKER_RESUME_H

#include "supervisor/worker/worker.h"

/* In the worker, before it continues a call that may stop it. */
void pe_resume_soon(const struct pe_worker *s);

#endif
