// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory.h"

#include <errno.h>
#include <sys/uio.h>

static int result(ssize_t n, size_t bytes)
{
	if (n < 0)
		return errno == EPERM || errno == ENOSYS ? -ENOSYS : -EFAULT;
	return (size_t)n == bytes ? 0 : -EFAULT;
}

int pe_memory_read(const struct pe_serve_call *c, uint64_t from, void *to, size_t bytes)
{
	struct iovec here = { to, bytes }, there = { (void *)(uintptr_t)from, bytes };

	if (bytes == 0)
		return 0;
	return result(process_vm_readv(c->peer->tid, &here, 1, &there, 1, 0), bytes);
}

int pe_memory_write(const struct pe_serve_call *c, uint64_t to, const void *from, size_t bytes)
{
	struct iovec here = { (void *)(uintptr_t)from, bytes };
	struct iovec there = { (void *)(uintptr_t)to, bytes };

	return result(process_vm_writev(c->peer->tid, &here, 1, &there, 1, 0), bytes);
}
