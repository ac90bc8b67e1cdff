/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * probe - what this kernel and this container allow, found by trying it.
 *
 * probe.1  A mechanism is available if it was used with success just now; the kernel's version does
 *          not count. (One exception: pid_max is written only if the version has one for each
 *          namespace. On other kernels the write would change the machine's.)
 * probe.2  A mechanism is tried in a child that ends, so that the caller is not changed.
 * probe.3  A mechanism that PIDEPOCH_FORCE_OLD names is not available (-ENOSYS).
 */
#ifndef PE_SUPERVISOR_KERNEL_PROBE_H
#define PE_SUPERVISOR_KERNEL_PROBE_H

#include <stdbool.h>

#include "core/mechanisms.h"

#define PE_PROBE_ENUM(id, name, text) PE_PROBE_##id = PE_MECHANISM_##id,
enum pe_probe { PE_MECHANISMS(PE_PROBE_ENUM) PE_PROBE_COUNT };
#undef PE_PROBE_ENUM

const char *pe_probe_name(enum pe_probe what);
const char *pe_probe_text(enum pe_probe what);

/* 0: it works; -ENOSYS: not in this kernel, or disabled by PIDEPOCH_FORCE_OLD; another -errno: why
 * not */
int pe_probe_try(enum pe_probe what);

/* Does PIDEPOCH_FORCE_OLD name it? */
bool pe_probe_is_off(enum pe_probe what);

#endif
