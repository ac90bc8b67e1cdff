/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * emulated - the calls that no kernel has: PIDEPOCH_NR_* of pidepoch.h, and its prctl options.
 *
 *   kill(q, e, SIGTERM) ──> pin (epochs.h): a pidfd ──> take the caller's credentials
 *                       ──> is the caller still held? ──> pidfd_send_signal
 *
 * emulated.1  Errors as by a system call: EINVAL, EFAULT, E2BIG, EPERM, ESRCH, EEPOCH, ENFILE.
 *             ENOSYS if the caller's pids or memory cannot be read.
 * emulated.2  Memory is read and written by a descriptor that was verified to be the caller's
 *             (memory.h).
 * emulated.3  A signal is sent with the caller's credentials, and the kernel decides
 *             (credentials.h). EPERM for a caller that is confined in another way than by its
 *             credentials (confinement.h): it takes a pidfd and signals by itself.
 * emulated.4  The siginfo names the true sender with the code SI_QUEUE: the kernel forbids SI_USER
 *             in a signal that is sent for another process.
 * emulated.5  None of the calls blocks. If a worker is killed during one, the next worker serves it
 *             again: a signal or a descriptor may then arrive twice. A program that must send a
 *             signal exactly once takes a pidfd and sends it itself.
 */
#ifndef PE_EMULATE_EMULATED_H
#define PE_EMULATE_EMULATED_H

#include "supervisor/worker/worker.h"

long pe_emulated_serve(struct pe_worker_call *c);
long pe_emulated_prctl(struct pe_worker_call *c);

#endif
