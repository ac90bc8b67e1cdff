/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <linux/magic.h>
#include <sys/sysmacros.h>
#include <vrange.h>

#include "vrange/boundary.h"
#include "vrange/file.h"
#include "vrange/headroom.h"
#include "vrange/kernel.h"
#include "vrange/mapping.h"
#include "vrange/state.h"

#define LOW	    ((uint64_t)16 << 20) /* headroom, bytes, at which a mark begins to purge */
#define BETWEEN	    UINT64_C(100000000)	 /* looks at the headroom, nanoseconds */
#define UNSEEN	    (LOW / 4)		 /* bytes marked, at which the next look is due */
#define BEHAVIORS   (VRANGE_PARTIAL | VRANGE_STRICT)
#define DESCRIPTORS 1024 /* that are looked through for the file of a mapping */

static int key_of(int fd, struct vr_file_key *key)
{
	struct stat st;
	const int error = pe_sys_fstat(fd, &st);

	if (error)
		return error;
	key->device = st.st_dev;
	key->inode = st.st_ino;
	key->birth = pe_sys_file_birth(fd);
	return 0;
}

static bool is_same(const struct vr_file_key *a, const struct vr_file_key *b)
{
	return a->inode == b->inode && a->device == b->device &&
	       (a->birth == b->birth || !a->birth || !b->birth);
}

int vr_file_part(int fd, uint64_t start, uint64_t end, struct vr_file_part *part)
{
	const long mode = pe_sys3(SYS_fcntl, fd, F_GETFL, 0);
	struct statfs fs;

	if (mode < 0 || (mode & O_ACCMODE) != O_RDWR || (mode & O_PATH))
		return -EBADF;
	if (pe_sys_fstatfs(fd, &fs) != 0 || fs.f_type != TMPFS_MAGIC) /* file.1 */
		return -EINVAL;
	part->start = start;
	part->end = end;
	part->fd = fd;
	return key_of(fd, &part->key);
}

/* --- descriptors --- */

static void remember(struct vr_files *files, const struct vr_file_part *part)
{
	for (int i = 0; i < VR_FILE_KNOWN; i++)
		if (files->known[i].key.inode && is_same(&files->known[i].key, &part->key)) {
			files->known[i].fd = part->fd;
			return;
		}
	files->known[files->next % VR_FILE_KNOWN].key = part->key;
	files->known[files->next++ % VR_FILE_KNOWN].fd = part->fd;
}

/* file.2: @e of the file, mapped, if @fd is that file; or NULL */
static void *map_confirmed(struct vr_state *st, int fd, const struct vr_file_key *key,
			   const struct vr_extent *e)
{
	const long at = pe_sys6(SYS_mmap, 0, (long)(e->end - e->start), PROT_READ | PROT_WRITE,
				MAP_SHARED, fd, (long)e->start);
	struct vr_mapping m;

	if (at < 0 && at >= -4095)
		return NULL;
	if (vr_mapping_find(vr_state_maps(st), (uintptr_t)at, &m) == 0 && m.inode == key->inode &&
	    makedev(m.major, m.minor) == key->device)
		return (void *)at;
	pe_sys_munmap((void *)at, e->end - e->start);
	return NULL;
}

static int known_of(struct vr_files *files, const struct vr_file_key *key)
{
	for (int i = 0; i < VR_FILE_KNOWN; i++)
		if (files->known[i].key.inode && is_same(&files->known[i].key, key))
			return files->known[i].fd;
	return -1;
}

int vr_file_known(struct vr_state *st, const struct vr_file_key *key)
{
	struct vr_file_part part;

	for (int i = 0; i < VR_FILE_KNOWN; i++)
		if (st->files.known[i].key.inode && is_same(&st->files.known[i].key, key))
			return st->files.known[i].fd;
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (vr_file_part(fd, 0, 0, &part) == 0 && is_same(&part.key, key))
			return fd;
	return -1;
}

/* --- purging --- */

static void punch(struct vr_state *st, int fd, const struct vr_file_key *key, struct vr_extent *e)
{
	void *at = fd < 0 ? NULL : map_confirmed(st, fd, key, e);

	if (!at)
		return;
	e->state = VR_EXTENT_PURGING;
	if (pe_sys_madvise(at, e->end - e->start, MADV_REMOVE) == 0)
		e->state = VR_EXTENT_PURGED;
	else
		e->state = VR_EXTENT_VOLATILE; /* a file system that cannot */
	pe_sys_munmap(at, e->end - e->start);
}

struct search {
	struct vr_files *files;
	uint64_t above; /* stamps up to this one were tried */
	struct vr_shared_file *file;
	struct vr_extent *oldest;
};

static int find_oldest(struct vr_shared_file *f, void *arg)
{
	struct search *s = arg;
	struct vr_extent_list *l = vr_shared_list(f);

	for (uint32_t i = 0; l && i < l->count; i++) {
		struct vr_extent *e = &l->extent[i];

		if (e->state == VR_EXTENT_VOLATILE && e->stamp > s->above &&
		    (!s->oldest || e->stamp < s->oldest->stamp)) {
			s->file = f;
			s->oldest = e;
		}
	}
	return 0;
}

/* The ledger is locked. */
static size_t purge_oldest(struct vr_state *st, size_t bytes)
{
	struct search s = { .files = &st->files };
	size_t done = 0;

	while (done < bytes) {
		s.oldest = NULL;
		vr_shared_each(st->files.ledger.at, find_oldest, &s);
		if (!s.oldest)
			break;
		s.above = s.oldest->stamp;
		/* file.4: it stays volatile without a descriptor */
		punch(st, known_of(&st->files, &s.file->key), &s.file->key, s.oldest);
		if (s.oldest->state == VR_EXTENT_PURGED)
			done += s.oldest->end - s.oldest->start;
	}
	st->lost += done;
	return done;
}

/* @bytes more are marked: is it time to look at the headroom? */
static bool is_look_due(struct vr_files *files, uint64_t bytes)
{
	struct timespec now = { 0, 0 };
	uint64_t at;

	pe_sys_clock_gettime(CLOCK_MONOTONIC, &now);
	at = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	files->marked += bytes;
	if (files->checked && at - files->checked < BETWEEN && files->marked < UNSEEN)
		return false;
	files->checked = at;
	files->marked = 0;
	return true;
}

/* file.3 */
static void relieve(struct vr_state *st, uint64_t marked)
{
	uint64_t left;

	if (!is_look_due(&st->files, marked))
		return;
	left = vr_headroom();
	if (left < LOW)
		purge_oldest(st, LOW - left);
}

size_t vr_file_trim(struct vr_state *st, size_t bytes)
{
	size_t done;

	if (!st->files.ledger.at || vr_shared_enter(&st->files.ledger, st->ledger_path) != 0)
		return 0;
	done = purge_oldest(st, bytes);
	vr_shared_leave(st->files.ledger.at);
	return done;
}

/* --- marking --- */

static int mark(struct vr_state *st, const struct vr_file_part *part, bool try)
{
	struct vr_shared_file *f;
	int error = vr_shared_enter(&st->files.ledger, st->ledger_path);

	if (error)
		return error;
	error = vr_shared_claim(st->files.ledger.at, part->key, &f);
	if (error == 0)
		error = vr_shared_mark(st->files.ledger.at, f, part->start, part->end, try);
	if (error == 0 && part->fd >= 0 && !try) {
		remember(&st->files, part);
		relieve(st, part->end - part->start);
	}
	vr_shared_leave(st->files.ledger.at);
	return error;
}

int vr_file_mark(struct vr_state *st, const struct vr_file_part *part)
{
	return mark(st, part, false);
}

int vr_file_can_mark(struct vr_state *st, const struct vr_file_part *part)
{
	return mark(st, part, true);
}

/* VRANGE_FULL: one lost page gives up the rest of what was volatile. */
static void give_up(struct vr_state *st, struct vr_shared_file *f, const struct vr_file_part *part)
{
	struct vr_extent_list *l = vr_shared_list(f);
	bool lost = false;

	for (uint32_t i = 0; l && i < l->count; i++)
		lost |= l->extent[i].start < part->end && l->extent[i].end > part->start &&
			l->extent[i].state == VR_EXTENT_PURGED;
	for (uint32_t i = 0; l && lost && i < l->count; i++) {
		struct vr_extent *e = &l->extent[i];

		if (e->start >= part->start && e->end <= part->end &&
		    e->state == VR_EXTENT_VOLATILE)
			punch(st, part->fd, &part->key, e);
	}
}

int vr_file_unmark(struct vr_state *st, const struct vr_file_part *part, bool partial)
{
	struct vr_shared_file *f;
	int result = vr_shared_enter(&st->files.ledger, st->ledger_path);

	if (result)
		return result;
	f = vr_shared_find(st->files.ledger.at, part->key);
	if (f && !partial)
		give_up(st, f, part);
	if (f)
		result = vr_shared_unmark(f, part->start, part->end);
	vr_shared_leave(st->files.ledger.at);
	return result;
}

int vr_file_is_marked(struct vr_state *st, const struct vr_file_part *part)
{
	const struct vr_extent_list *l = NULL;
	struct vr_shared_file *f;
	int result = vr_shared_enter(&st->files.ledger, st->ledger_path);

	if (result)
		return result;
	f = vr_shared_find(st->files.ledger.at, part->key);
	if (f)
		l = vr_shared_list(f);
	for (uint32_t i = 0; l && i < l->count; i++)
		if (l->extent[i].start < part->end && l->extent[i].end > part->start)
			result = 1;
	vr_shared_leave(st->files.ledger.at);
	return result;
}

static int change(const struct vr_file_part *part, int mode, int behavior)
{
	uint64_t mask;
	struct vr_state *st = vr_state_enter(&mask);
	int result;

	if (!st)
		return -ENOMEM;
	if (mode == VRANGE_VOLATILE)
		result = vr_file_mark(st, part);
	else
		result = vr_file_unmark(st, part, behavior & VRANGE_PARTIAL);
	vr_state_leave(st, mask);
	return result;
}

PE_EXPORT int fvrange(int fd, off_t offset, size_t length, int mode, int behavior)
{
	const bool up = mode == VRANGE_NONVOLATILE;
	const uint64_t start = (uint64_t)offset;
	const uint64_t bytes = (length + (up ? VR_PAGE - 1 : 0)) & ~(VR_PAGE - 1);
	struct vr_file_part part;
	int error;

	if ((mode != VRANGE_VOLATILE && !up) || (behavior & ~BEHAVIORS) || offset < 0 ||
	    start % VR_PAGE || (up && bytes < length) || start + bytes > INT64_MAX)
		return (int)vr_boundary(-EINVAL);
	error = vr_file_part(fd, start, start + bytes, &part);
	if (error == 0 && bytes)
		error = change(&part, mode, behavior);
	return (int)vr_boundary(error);
}
