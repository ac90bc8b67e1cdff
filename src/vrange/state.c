/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "vrange/mapping.h"
#include "vrange/marker.h"
#include "vrange/stale.h"
#include "vrange/state.h"

/* What a forked process must not inherit: on a page that the kernel wipes (state.2). */
struct own {
	_Atomic uint32_t lock; /* 0 free, 1 taken, 2 taken and waited for */
	uint32_t alive;	       /* 1 as soon as this process has been seen */
};

static struct vr_state state = { .uffd = { .fd = -1 }, .maps = { .fd = -1 } };
static _Atomic(struct own *) own_page;

/* read from outside; in the library's writable memory */
static struct vr_marker marker __attribute__((used, section(".data.vrange"))) = {
	.name = VR_MARKER_NAME,
	.version = VR_MARKER_VERSION,
	.count = { [VR_MARKER_DEBT] = &state.objects.listed.bytes,
		   [VR_MARKER_ARMED] = &state.objects.armed.bytes,
		   [VR_MARKER_RANGES] = &state.ledger.bytes,
		   [VR_MARKER_LOST] = &state.lost },
};

static struct own *own_map(void)
{
	struct own *page = pe_sys_mmap(VR_PAGE), *first = NULL;

	if (page == MAP_FAILED)
		return NULL;
	pe_sys_madvise(page, VR_PAGE, MADV_WIPEONFORK);
	page->alive = 1;
	if (atomic_compare_exchange_strong(&own_page, &first, page))
		return page;
	pe_sys_munmap(page, VR_PAGE);
	return first;
}

static struct own *own(void)
{
	struct own *page = atomic_load_explicit(&own_page, memory_order_acquire);

	return likely(page) ? page : own_map();
}

static void lock(struct own *o)
{
	uint32_t seen = 0;

	if (likely(atomic_compare_exchange_strong_explicit(&o->lock, &seen, 1, memory_order_acquire,
							   memory_order_relaxed)))
		return;
	while (atomic_exchange_explicit(&o->lock, 2, memory_order_acquire) != 0)
		pe_sys4(SYS_futex, PE_SYS_LONG(&o->lock), FUTEX_WAIT_PRIVATE, 2, 0);
}

static void unlock(struct own *o)
{
	if (atomic_exchange_explicit(&o->lock, 0, memory_order_release) == 2)
		pe_sys3(SYS_futex, PE_SYS_LONG(&o->lock), FUTEX_WAKE_PRIVATE, 1);
}

/* --- descriptors --- */

static bool is_as_opened(const struct vr_descriptor *d)
{
	struct stat st;

	return d->fd >= 0 && pe_sys_fstat(d->fd, &st) == 0 && st.st_ino == d->inode &&
	       st.st_dev == d->device;
}

static void descriptor_note(struct vr_descriptor *d, int fd)
{
	struct stat st;

	d->fd = fd;
	if (fd < 0 || pe_sys_fstat(fd, &st) != 0)
		return;
	d->inode = st.st_ino;
	d->device = st.st_dev;
}

static void descriptor_close(struct vr_descriptor *d)
{
	if (is_as_opened(d))
		pe_sys_close(d->fd);
	d->fd = -1;
}

static bool is_transient(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

/* What the kernel, or a filter of system calls, does not allow here. */
static void probe(struct vr_state *st)
{
	const uintptr_t page = (uintptr_t)own();
	const struct vr_span span = { page, page + VR_PAGE };

	st->probed = true;
	if (vr_kernel_populate_read(span) != 0)
		st->without |= VR_WITHOUT_POPULATE;
	if (vr_kernel_can_free() != 0)
		st->without |= VR_WITHOUT_FREE;
}

int vr_state_uffd(struct vr_state *st)
{
	if (st->without & (VR_WITHOUT_USERFAULTFD | VR_WITHOUT_FREE))
		return -EOPNOTSUPP;
	if (st->uffd.fd == -1) {
		const int fd = vr_kernel_userfaultfd();

		if (is_transient(fd))
			return fd;
		descriptor_note(&st->uffd, fd);
	}
	return st->uffd.fd;
}

int vr_state_maps(struct vr_state *st)
{
	if (st->without & VR_WITHOUT_QUERY)
		return -1;
	if (st->maps.fd == -1)
		descriptor_note(&st->maps, vr_mapping_query_open());
	return st->maps.fd;
}

bool vr_state_is_own(int fd)
{
	return fd >= 0 && (fd == state.uffd.fd || fd == state.maps.fd) &&
	       (is_as_opened(&state.uffd) || is_as_opened(&state.maps));
}

int vr_state_own(int own[2])
{
	const int a = vr_state_is_own(state.uffd.fd) ? state.uffd.fd : -1;
	const int b = vr_state_is_own(state.maps.fd) ? state.maps.fd : -1;
	int n = 0;

	if (a >= 0)
		own[n++] = a;
	if (b >= 0)
		own[n++] = b;
	if (n == 2 && a > b) {
		own[0] = b;
		own[1] = a;
	}
	return n;
}

static void move_away(struct vr_descriptor *d, int fd)
{
	int other;

	if (d->fd != fd)
		return;
	other = (int)pe_sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, fd + 1);
	if (other >= 0)
		d->fd = other;
}

void vr_state_make_way(int fd)
{
	uint64_t mask;
	struct vr_state *st = vr_state_is_own(fd) ? vr_state_enter(&mask) : NULL;

	if (!st)
		return;
	move_away(&st->uffd, fd);
	move_away(&st->maps, fd);
	vr_state_leave(st, mask);
}

/* --- entering --- */

static struct vr_state *enter(uint64_t *mask)
{
	struct own *o = own();

	if (!o)
		return NULL;
	*mask = pe_sys_mask_all();
	lock(o);
	if (unlikely(!o->alive)) {
		o->alive = 1;
		vr_state_adopt(&state);
	}
	return &state;
}

/* A process may forbid itself calls after it was forked: it is asked at its first own call. */
struct vr_state *vr_state_enter(uint64_t *mask)
{
	struct vr_state *st = enter(mask);

	if (unlikely(st && !st->probed))
		probe(st);
	return st;
}

void vr_state_leave(struct vr_state *st, uint64_t mask)
{
	(void)st;
	unlock(own());
	pe_sys_mask_restore(mask);
}

bool vr_state_idle(void)
{
	return state.ledger.n == 0;
}

/* --- a new process --- */

static void close_both(struct vr_state *st)
{
	descriptor_close(&st->uffd);
	descriptor_close(&st->maps);
}

/* This process has no registration yet: every range gets one. What cannot be registered is lost. */
static void register_all(struct vr_state *st)
{
	const int uffd = st->ledger.n ? vr_state_uffd(st) : -1;

	for (size_t i = 0; i < st->ledger.n; i++) {
		struct vr_ledger_entry *e = &st->ledger.entry[i];

		if (!(e->flags & VR_LEDGER_ZERO) && vr_kernel_register(uffd, e->span) != 0)
			e->flags |= VR_LEDGER_LOST;
	}
	vr_objects_adopt(st, true);
}

void vr_state_adopt(struct vr_state *st)
{
	st->forks++;
	close_both(st);
	for (size_t i = 0; i < st->ledger.n; i++)
		st->ledger.entry[i].flags |= VR_LEDGER_LOST;
	vr_objects_adopt(st, false);
}

void vr_state_fork_prepare(void)
{
	struct vr_state *st = enter(&state.fork_mask);

	state.forking = st != NULL;
	if (!st)
		return;
	/* before the fork, while the kernel can still be asked */
	vr_stale_before_fork(st);
	st->forks++;
}

void vr_state_fork_parent(void)
{
	if (state.forking)
		vr_state_leave(&state, state.fork_mask);
}

void vr_state_fork_child(void)
{
	if (!state.forking)
		return;
	own()->alive = 1;
	close_both(&state);
	register_all(&state);
	pe_sys_mask_restore(state.fork_mask);
}

/* --- what is there --- */

int vr_state_level(struct vr_state *st)
{
	if (st->without & VR_WITHOUT_FREE)
		return 4;
	if (vr_state_uffd(st) < 0)
		return 3;
	return (st->without & VR_WITHOUT_POPULATE) || vr_state_maps(st) < 0 ? 2 : 1;
}

void vr_state_configure(const char *without, const char *ledger_path)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} all[] = {
		{ "query", VR_WITHOUT_QUERY },
		{ "populate", VR_WITHOUT_POPULATE },
		{ "userfaultfd", VR_WITHOUT_USERFAULTFD },
		{ "free", VR_WITHOUT_FREE },
	};

	state.ledger_path = ledger_path;
	while (without && *without) {
		for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
			if (pe_text_begins(without, all[i].name))
				state.without |= all[i].bit;
		while (*without && *without++ != ',')
			;
	}
}
