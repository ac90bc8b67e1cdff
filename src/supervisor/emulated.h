/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * emulated - the calls that no kernel has: PIDEPOCH_NR_* of pidepoch.h, and its prctl options.
 *
 *   kill(q, e, SIGTERM) ─> pin (epochs.h): a pidfd of who is meant ─> may the caller? ─> is it held still? ─> the signal, by the pidfd
 *
 * emulated.1  Errors as of a system call: EINVAL, EFAULT, E2BIG, EPERM, ESRCH, EEPOCH, ENFILE.
 *             Where nothing can be known of the caller: ENOSYS.
 * emulated.2  Memory is read and written by a descriptor that was verified to be the caller's
 *             (memory.h).
 * emulated.3  A signal is sent with the caller's credentials, and the kernel decides
 *             (credentials.h). EPERM for a caller that is confined in another way than by its
 *             credentials (confinement.h): it takes a pidfd and signals by itself.
 * emulated.4  The sender is true, and its code is SI_QUEUE: the kernel lets nobody say SI_USER for
 *             somebody else.
 * emulated.5  None of them blocks. A worker that is killed over one leaves it to the next: a signal
 *             or a descriptor may then come twice. Who must have a signal once takes a pidfd, and
 *             sends it himself.
 */
#ifndef PE_SUPERVISOR_EMULATED_H
#define PE_SUPERVISOR_EMULATED_H

#include "supervisor/serve.h"

long pe_emulated_serve(struct pe_serve_call *c);
long pe_emulated_prctl(struct pe_serve_call *c);

#endif
