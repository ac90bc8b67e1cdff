/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/record/append.h"
#include "core/sys.h"

#define BIT(signal) (UINT64_C(1) << ((signal)-1))

int pe_append_open(const char *path)
{
	return pe_sys_openat(AT_FDCWD, path,
			     O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW |
				     O_NONBLOCK,
			     0600);
}

/* A write to a pipe without a reader raises SIGPIPE, and to a file at its limit SIGXFSZ; a write to
 * a terminal may raise SIGTTOU first (append.3). */
long pe_append_write(int fd, const char *line, size_t bytes)
{
	uint64_t before = pe_sys_mask_more(BIT(SIGPIPE) | BIT(SIGXFSZ) | BIT(SIGTTOU));
	uint64_t pending = pe_sys_pending();
	long n = pe_sys_write(fd, line, bytes);
	uint64_t ours = n == -EPIPE ? BIT(SIGPIPE) : n == -EFBIG ? BIT(SIGXFSZ) : 0;

	if (ours & ~pending)
		pe_sys_take_pending(ours);
	pe_sys_mask_restore(before);
	/* a part of the line is not the line */
	return n >= 0 && (size_t)n < bytes ? -ENOSPC : n;
}
