/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* status - another process's account, read from its memory: nothing is opened, started or stopped
 * in it. */
#ifndef PE_INSPECT_STATUS_H
#define PE_INSPECT_STATUS_H

#include <sys/types.h>

#include "core/frame/stats.h"

/* 0, or -errno: -ESRCH no such process; -EACCES, -EPERM not ours to look into; -ENOENT it has no
 * pidepoch library; -EPROTO one of another version; -EAGAIN nothing has been kept yet */
int pe_status_read(pid_t pid, struct pe_stats *account);

#endif
