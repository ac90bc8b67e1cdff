/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prctl - what is done before the process's own seccomp filter, and before it may not be looked
 * into. */
#ifndef PE_PRELOAD_PRCTL_H
#define PE_PRELOAD_PRCTL_H

/* The call with these five arguments, which is not about epochs. Its result or -errno. */
long pe_prctl_made(const long *a);

#endif
