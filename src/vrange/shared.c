/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "vrange/kernel.h"
#include "vrange/robust.h"
#include "vrange/shared.h"

#define MAGIC	UINT64_C(0x31656772616e7256)
#define VERSION 1
#define PATH	128

struct vr_shared {
	uint64_t magic;
	uint32_t version, size;
	struct vr_robust lock;
	uint64_t stamp; /* of the newest mark in any file */
	struct vr_shared_file file[VR_SHARED_FILES];
};

/* --- the file --- */

static const char *default_path(char *to, size_t size)
{
	struct pe_text t = pe_text_on(to, size);

	pe_text_add(&t, "/dev/shm/vrange-");
	pe_text_decimal(&t, (uint64_t)pe_sys_getuid());
	return pe_text_end(&t);
}

static void *map(int fd)
{
	const long at = pe_sys6(SYS_mmap, 0, sizeof(struct vr_shared), PROT_READ | PROT_WRITE,
				MAP_SHARED, fd, 0);

	return at < 0 && at >= -4095 ? NULL : (void *)at;
}

/* Only ours to change, and a whole ledger (shared.4). */
static int check(int fd)
{
	struct stat st;

	if (pe_sys_fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != (uid_t)pe_sys_getuid() || (st.st_mode & 077))
		return -EACCES;
	return st.st_size == sizeof(struct vr_shared) ? 0 : -EBADMSG;
}

/* All its memory is allocated now: a full /dev/shm must not become SIGBUS later. */
static int write_new(int fd)
{
	struct vr_shared *s;
	const int error = (int)pe_sys4(SYS_fallocate, fd, 0, 0, sizeof(struct vr_shared));

	if (error)
		return error;
	s = map(fd);
	if (!s)
		return -ENOMEM;
	s->version = VERSION;
	s->size = sizeof(*s);
	vr_robust_init(&s->lock);
	s->magic = MAGIC;
	pe_sys_munmap(s, sizeof(*s));
	return 0;
}

/* Made under a name of its own, and linked when it is whole. */
static int create(const char *path)
{
	char name[PATH + 16];
	struct pe_text t = pe_text_on(name, sizeof(name));
	int fd, error;

	pe_text_add(&t, path);
	pe_text_add(&t, ".");
	pe_text_decimal(&t, (uint64_t)pe_sys_gettid());
	pe_text_end(&t);
	pe_sys3(SYS_unlinkat, AT_FDCWD, PE_SYS_LONG(name), 0);
	fd = pe_sys_openat(AT_FDCWD, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			   0600);
	if (fd < 0)
		return fd;
	error = write_new(fd);
	pe_sys_close(fd);
	if (error == 0)
		error = (int)pe_sys5(SYS_linkat, AT_FDCWD, PE_SYS_LONG(name), AT_FDCWD,
				     PE_SYS_LONG(path), 0);
	pe_sys3(SYS_unlinkat, AT_FDCWD, PE_SYS_LONG(name), 0);
	return error == -EEXIST ? 0 : error;
}

static int open_it(const char *path)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
	int fd = pe_sys_open(path, flags), error;

	if (fd == -ENOENT) {
		error = create(path);
		fd = error ? error : pe_sys_open(path, flags);
	}
	error = fd < 0 ? fd : check(fd);
	if (fd >= 0 && error)
		pe_sys_close(fd);
	return error ? error : fd;
}

static int attach(struct vr_shared_place *place, const char *path)
{
	const int fd = open_it(path);
	struct vr_shared *s;
	struct stat st;

	if (fd < 0)
		return fd;
	s = pe_sys_fstat(fd, &st) == 0 ? map(fd) : NULL;
	pe_sys_close(fd);
	if (!s)
		return -ENOMEM;
	if (s->magic != MAGIC || s->version != VERSION || s->size != sizeof(*s)) {
		pe_sys_munmap(s, sizeof(*s));
		return -EBADMSG;
	}
	place->at = s;
	place->device = st.st_dev;
	place->inode = st.st_ino;
	return 0;
}

/* shared.2 */
static int finish_purge(struct vr_shared_file *f, void *arg)
{
	struct vr_extent_list *l = vr_shared_list(f);

	(void)arg;
	for (uint32_t i = 0; l && i < l->count; i++)
		if (l->extent[i].state == VR_EXTENT_PURGING)
			l->extent[i].state = VR_EXTENT_PURGED;
	return 0;
}

static int lock(struct vr_shared *s)
{
	const int error = vr_robust_lock(&s->lock);

	if (error == 1)
		vr_shared_each(s, finish_purge, NULL);
	return error < 0 ? error : 0;
}

/* shared.6: 1: it is mapped; 0: another one is, or none; -EBADMSG: it is not whole */
static int is_mapped(const struct vr_shared_place *place, const char *path)
{
	struct stat st;

	if (!place->at ||
	    pe_sys4(SYS_newfstatat, AT_FDCWD, PE_SYS_LONG(path), PE_SYS_LONG(&st), 0) != 0 ||
	    st.st_ino != place->inode || st.st_dev != place->device)
		return 0;
	return st.st_size == sizeof(struct vr_shared) ? 1 : -EBADMSG;
}

static void carry_extent(struct vr_shared *to, struct vr_shared_file *f, const struct vr_extent *e)
{
	struct vr_extent_list *l;

	if (vr_shared_mark(to, f, e->start, e->end, false) != 0)
		return;
	l = vr_shared_list(f);
	for (uint32_t i = 0; l && e->state != VR_EXTENT_VOLATILE && i < l->count; i++)
		if (l->extent[i].start >= e->start && l->extent[i].end <= e->end)
			l->extent[i].state = VR_EXTENT_PURGED;
}

static int carry_file(struct vr_shared_file *f, void *arg)
{
	struct vr_extent_list *l = vr_shared_list(f);
	struct vr_shared_file *to;

	if (!l || vr_shared_claim(arg, f->key, &to) != 0)
		return 0;
	for (uint32_t i = 0; i < l->count; i++)
		carry_extent(arg, to, &l->extent[i]);
	l->count = 0;
	return 0;
}

/* @to is locked. One that was cut short as well knows nothing, and would raise SIGBUS. */
static void carry_over(struct vr_shared *from, struct vr_shared *to)
{
	if (!pe_sys_readable((uintptr_t)(from + 1) - sizeof(uint64_t)) || lock(from) != 0)
		return;
	vr_shared_each(from, carry_file, to);
	vr_shared_leave(from);
}

int vr_shared_enter(struct vr_shared_place *place, const char *path)
{
	char buffer[PATH];
	struct vr_shared *was = place->at;
	int mapped, error;

	path = path ? path : default_path(buffer, sizeof(buffer));
	mapped = is_mapped(place, path);
	error = mapped == 0 ? attach(place, path) : mapped < 0 ? mapped : 0;
	if (error == -ENOENT && was) {
		/* another root directory, without the folder */
		mapped = 1;
		error = 0;
	}
	if (error == 0)
		error = lock(place->at);
	if (error || mapped || !was)
		return error;
	carry_over(was, place->at);
	pe_sys_munmap(was, sizeof(*was));
	return 0;
}

void vr_shared_leave(struct vr_shared *shared)
{
	vr_robust_unlock(&shared->lock);
}

/* --- files --- */

static bool is_key(const struct vr_file_key *a, const struct vr_file_key *b)
{
	return a->inode == b->inode && a->device == b->device &&
	       (a->birth == b->birth || !a->birth || !b->birth);
}

struct vr_shared_file *vr_shared_find(struct vr_shared *s, struct vr_file_key key)
{
	for (int i = 0; i < VR_SHARED_FILES; i++)
		if (s->file[i].key.inode && is_key(&s->file[i].key, &key))
			return &s->file[i];
	return NULL;
}

int vr_shared_each(struct vr_shared *s, int (*act)(struct vr_shared_file *f, void *arg), void *arg)
{
	int result = 0;

	for (int i = 0; i < VR_SHARED_FILES && result == 0; i++)
		if (s->file[i].key.inode)
			result = act(&s->file[i], arg);
	return result;
}

struct vr_extent_list *vr_shared_list(struct vr_shared_file *f)
{
	const uint32_t current = f->current;
	struct vr_extent_list *l = &f->list[current & 1];

	if (current > 1 || l->count > VR_SHARED_EXTENTS)
		return NULL;
	for (uint32_t i = 0; i < l->count; i++) {
		const struct vr_extent *e = &l->extent[i];

		if (e->start >= e->end || (i && l->extent[i - 1].end > e->start) || !e->state ||
		    e->state > VR_EXTENT_PURGED)
			return NULL;
	}
	return l;
}

/* 0: free at once. More: worse to displace. */
static uint64_t cost(struct vr_shared_file *f)
{
	const struct vr_extent_list *l = vr_shared_list(f);

	if (!f->key.inode || !l || l->count == 0)
		return 0;
	for (uint32_t i = 0; i < l->count; i++)
		if (l->extent[i].state != VR_EXTENT_VOLATILE)
			return UINT64_MAX;
	return 1 + f->stamp;
}

/* shared.5 */
static struct vr_shared_file *displace(struct vr_shared *s)
{
	struct vr_shared_file *best = &s->file[0];

	for (int i = 1; i < VR_SHARED_FILES; i++)
		if (cost(&s->file[i]) < cost(best))
			best = &s->file[i];
	return cost(best) == UINT64_MAX ? NULL : best;
}

int vr_shared_claim(struct vr_shared *s, struct vr_file_key key, struct vr_shared_file **file)
{
	struct vr_shared_file *f = vr_shared_find(s, key);

	if (!f) {
		f = displace(s);
		if (!f)
			return -ENOSPC;
		/* free while it is half written */
		f->key.inode = 0;
		atomic_thread_fence(memory_order_seq_cst);
		f->list[0].count = f->list[1].count = 0;
		f->current = 0;
		f->key.device = key.device;
		f->key.birth = key.birth;
		atomic_thread_fence(memory_order_seq_cst);
		f->key.inode = key.inode;
	}
	*file = f;
	return vr_shared_list(f) ? 0 : -EBADMSG;
}

/* --- extents --- */

struct draft {
	struct vr_extent_list *to;
	bool full;
};

static void add(struct draft *d, uint64_t start, uint64_t end, uint64_t stamp, uint32_t state)
{
	struct vr_extent *last = d->to->count ? &d->to->extent[d->to->count - 1] : NULL;

	if (start >= end)
		return;
	/* what is lost is reported alike, whenever it was marked */
	if (last && last->end == start && last->state == state &&
	    (state == VR_EXTENT_PURGED || last->stamp == stamp)) {
		last->end = end;
		return;
	}
	if (d->to->count == VR_SHARED_EXTENTS) {
		d->full = true;
		return;
	}
	last = &d->to->extent[d->to->count++];
	last->start = start;
	last->end = end;
	last->stamp = stamp;
	last->state = state;
}

static void add_part(struct draft *d, const struct vr_extent *e, uint64_t start, uint64_t end)
{
	add(d, e->start > start ? e->start : start, e->end < end ? e->end : end, e->stamp,
	    e->state);
}

static struct draft begin(struct vr_shared_file *f)
{
	struct draft d = { .to = &f->list[f->current ^ 1] };

	d.to->count = 0;
	return d;
}

/* shared.1 */
static int publish(struct vr_shared_file *f, const struct draft *d)
{
	if (d->full)
		return -ENOSPC;
	atomic_store_explicit(&f->current, f->current ^ 1, memory_order_release);
	return 0;
}

/* The list that a mark leads to. */
static struct draft draft_mark(struct vr_shared_file *f, const struct vr_extent_list *l,
			       uint64_t start, uint64_t end, uint64_t stamp)
{
	struct draft d = begin(f);
	uint64_t at = start;

	for (uint32_t i = 0; i < l->count; i++)
		add_part(&d, &l->extent[i], 0, start);
	for (uint32_t i = 0; i < l->count; i++) {
		const struct vr_extent *e = &l->extent[i];

		if (e->end <= start || e->start >= end || e->state == VR_EXTENT_VOLATILE)
			continue;
		add(&d, at, e->start, stamp, VR_EXTENT_VOLATILE);
		add_part(&d, e, start, end);
		at = e->end;
	}
	add(&d, at, end, stamp, VR_EXTENT_VOLATILE);
	for (uint32_t i = 0; i < l->count; i++)
		add_part(&d, &l->extent[i], end, UINT64_MAX);
	return d;
}

int vr_shared_mark(struct vr_shared *s, struct vr_shared_file *f, uint64_t start, uint64_t end,
		   bool try)
{
	const struct vr_extent_list *l = vr_shared_list(f);
	struct draft d;

	if (!l)
		return -EBADMSG;
	d = draft_mark(f, l, start, end, s->stamp + 1);
	if (try)
		return d.full ? -ENOSPC : 0;
	f->stamp = ++s->stamp;
	return publish(f, &d);
}

int vr_shared_unmark(struct vr_shared_file *f, uint64_t start, uint64_t end)
{
	const struct vr_extent_list *l = vr_shared_list(f);
	struct draft d;
	bool lost = false;
	int error;

	if (!l)
		return -EBADMSG;
	d = begin(f);
	for (uint32_t i = 0; i < l->count; i++) {
		const struct vr_extent *e = &l->extent[i];

		lost |= e->start < end && e->end > start && e->state != VR_EXTENT_VOLATILE;
		add_part(&d, e, 0, start);
		add_part(&d, e, end, UINT64_MAX);
	}
	error = publish(f, &d);
	return error ? error : lost;
}
