/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prctl - the steps before the process installs its own seccomp filter, and before its memory
 * becomes unreadable to others. */
#ifndef PE_PRELOAD_PRCTL_H
#define PE_PRELOAD_PRCTL_H

/* Make the call with these five arguments, which is not about epochs. Its result or -errno. */
long pe_prctl_made(const long *a);

#endif
