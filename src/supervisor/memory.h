/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory - what a caller's pointers point to.
 *
 * K.1  0; -EFAULT where the caller itself would have got it; -ENOSYS where its memory is not ours to see (another user's, one that
 *      may not be dumped, Yama): then the call is as if there were nobody to serve it.
 * K.2  What was read is the caller's only if the notification is still held afterwards, and nothing is written before that was
 *      asked (pe_notify_holds).
 * K.3  A page that a program serves itself (userfaultfd, FUSE) may never come. A copy that takes PE_MEMORY_PATIENCE ends its worker, and
 *      the call is let through (T.4): one program holds up the others for so long, and not for ever.
 */
#ifndef PE_SUPERVISOR_MEMORY_H
#define PE_SUPERVISOR_MEMORY_H

#include <stddef.h>

#include "serve.h"

#define PE_MEMORY_PATIENCE 5 /* seconds */

/* Has the worker that is no more been ended by its patience? For its keeper. */
bool pe_memory_was_stuck(const struct pe_book *b);

int pe_memory_read(const struct pe_serve_call *c, uint64_t from, void *to, size_t bytes);
int pe_memory_write(const struct pe_serve_call *c, uint64_t to, const void *from, size_t bytes);

#endif
