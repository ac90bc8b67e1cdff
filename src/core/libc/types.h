/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* types - what the headers of some C libraries lack. */
#ifndef PE_CORE_LIBC_TYPES_H
#define PE_CORE_LIBC_TYPES_H

#include <sys/stat.h>
#include <sys/wait.h>

/* struct statx, which musl has from 1.2.4 on */
#ifndef STATX_BTIME
#include <linux/stat.h>
#endif

#ifndef WCOREFLAG
#define WCOREFLAG 0x80
#endif

#endif
