/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <sys/eventfd.h>

#include "core/reference/thread_watch.h"
#include "core/sys.h"

struct pe_exit_watch *pe_thread_watch(const struct pe_frame *p, const struct pe_thread *t)
{
	return t->exit_watch_of == p->tgid ? t->exit_watch : NULL;
}

struct pe_exit_watch *pe_thread_watch_make(const struct pe_frame *p, struct pe_thread *t)
{
	t->exit_watch = pe_exit_watch_open();
	t->exit_watch_of = p->tgid;
	return t->exit_watch;
}

bool pe_thread_watch_exists(const struct pe_frame *p, const struct pe_thread *t)
{
	return pe_thread_watch(p, t) != NULL;
}

bool pe_thread_watch_has_no_ring(const struct pe_frame *p)
{
	return (p->set->force_old & PE_OLD_IO_URING) ||
	       atomic_load_explicit(&p->no_ring, memory_order_relaxed);
}

void pe_thread_watch_forget(struct pe_frame *p, struct pe_thread *t)
{
	struct pe_exit_watch *x = pe_thread_watch(p, t);

	t->exit_watch = NULL;
	if (!x)
		return;
	t->untold = x->tells;
	/* the kernel frees its part with the thread */
	if (pe_thread_watch_has_no_ring(p))
		pe_ring_abandon(&x->ring);
	pe_exit_watch_close(x);
}

void pe_thread_watch_forbid_ring(struct pe_frame *p, struct pe_thread *t)
{
	struct pe_exit_watch *x = pe_thread_watch(p, t);

	if (x && !x->busy)
		pe_thread_watch_forget(p, t);
	atomic_store(&p->no_ring, true);
}

static int tell(struct pe_exit_watch *x)
{
	int fd = (int)pe_sys2(SYS_eventfd2, 1, EFD_CLOEXEC | EFD_NONBLOCK), err;

	if (fd < 0)
		return fd;
	err = pe_ring_tell(&x->ring, fd);
	if (err < 0) {
		pe_sys_close(fd);
		return err;
	}
	x->tells = true;
	return fd;
}

int pe_thread_watch_fd(struct pe_frame *p, struct pe_thread *t)
{
	struct pe_exit_watch *x = pe_thread_watch(p, t);

	if (pe_thread_watch_has_no_ring(p))
		return -EOPNOTSUPP;
	if (!x)
		x = pe_thread_watch_make(p, t);
	if (!x)
		return -EOPNOTSUPP;
	return x->busy ? -EAGAIN : tell(x);
}
