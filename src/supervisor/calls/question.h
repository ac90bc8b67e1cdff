/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * question - of `pidepoch fuzz --canary=probe`: a program without the library asks about a pid by
 * getpgid or getsid, or looks at /proc/PID.
 *
 * question.1  If a canary has the pid, its answer is recorded as a belief (fuzz_page.6), with the
 *             stack of the call.
 * question.2  As in the library, only an absolute path without ".", ".." or doubled slashes is one
 *             of /proc.
 */
#ifndef PE_SUPERVISOR_CALLS_QUESTION_H
#define PE_SUPERVISOR_CALLS_QUESTION_H

#include "supervisor/worker/worker.h"

/* CONTINUE, ANSWERED or -EINPROGRESS */
long pe_question_serve(struct pe_worker_call *c);

#endif
