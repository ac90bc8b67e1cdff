/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/text.h"
#include "core/evidence/files.h"
#include "core/time/moment.h"

enum state { FREE, WRITING, REMEMBERED, READ };

/* --- file systems (files.5) --- */

static bool is_local(int fd)
{
	static const uint32_t kinds[] = {
		0xef53,	    /* ext2, ext3, ext4 */
		0x58465342, /* xfs */
		0x9123683e, /* btrfs */
		0x01021994, /* tmpfs */
		0x858458f6, /* ramfs */
		0x794c7630, /* overlayfs */
		0xf2f52010, /* f2fs */
		0x2fc12fc1, /* zfs */
		0xca451a4e, /* bcachefs */
	};
	struct statfs fs = { 0 };

	if (pe_sys_fstatfs(fd, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((uint32_t)fs.f_type == kinds[i])
			return true;
	return false;
}

/* --- reading --- */

static int64_t ms_of(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

static void take_stamp(struct pe_files_entry *e, const struct stat *st)
{
	int64_t changed = ms_of(&st->st_ctim), written = ms_of(&st->st_mtim);

	e->device = st->st_dev;
	e->inode = st->st_ino;
	e->stamp = changed > written ? changed : written;
	e->no_nsec = st->st_ctim.tv_nsec == 0 && st->st_mtim.tv_nsec == 0;
}

int pe_files_stamp(int fd, int64_t *stamp, bool *local)
{
	struct pe_files_entry e;
	struct stat st;
	int r = pe_sys_fstat(fd, &st);

	if (r != 0)
		return r;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	take_stamp(&e, &st);
	*stamp = e.stamp + (e.no_nsec ? PE_MOMENT_NO_NSEC : 0);
	*local = is_local(fd);
	return 0;
}

/* 0, or -errno: the file cannot be used (files.3), and has no pids */
static int read_from(struct pe_files_entry *e, int fd)
{
	char text[PE_FILES_SMALL];
	struct stat st;
	long n;

	e->count = 0;
	n = pe_sys_fstat(fd, &st);
	if (n != 0)
		return (int)n;
	if (!S_ISREG(st.st_mode) || st.st_size > PE_FILES_SMALL)
		return -EFBIG;
	take_stamp(e, &st);
	n = pe_sys4(SYS_pread64, fd, PE_SYS_LONG(text), sizeof(text), 0);
	if (n < 0)
		return (int)n;
	e->count = pe_parse_numbers(e->path, text, (size_t)n, e->pid);
	e->foreign = e->count && !is_local(fd);
	return 0;
}

static int read_by_path(struct pe_files_entry *e)
{
	int fd = pe_sys_open(e->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r;

	if (fd < 0)
		return fd;
	r = read_from(e, fd);
	pe_sys_close(fd);
	return r;
}

/* --- the filter --- */

static uint32_t bit_of(uint32_t pid)
{
	return (pid * UINT32_C(2654435761)) >> 22; /* 10 bits */
}

static void add_to_filter(struct pe_files *f, const struct pe_files_entry *e)
{
	for (uint32_t i = 0; i < e->count; i++) {
		uint32_t bit = bit_of(e->pid[i] & PE_PARSE_PID);

		atomic_fetch_or_explicit(&f->filter[bit / 64], UINT64_C(1) << bit % 64,
					 memory_order_relaxed);
	}
}

static bool filter_has(const struct pe_files *f, uint32_t pid)
{
	uint32_t bit = bit_of(pid);

	return atomic_load_explicit(&f->filter[bit / 64], memory_order_relaxed) >> bit % 64 & 1;
}

/* --- remembering --- */

/* The path can be read without a probe: the kernel has just opened it. */
static bool copy_path(char *to, const char *path)
{
	size_t n = 0;

	while (n < PE_FILES_PATH && (to[n] = path[n]) != '\0')
		n++;
	return n < PE_FILES_PATH;
}

/* The entry, which this thread alone may write now; NULL: another thread is writing it. */
static struct pe_files_entry *claim(struct pe_files_entry *e)
{
	uint32_t state = atomic_load_explicit(&e->state, memory_order_relaxed);

	return state != WRITING && atomic_compare_exchange_strong(&e->state, &state, WRITING)
		       ? e
		       : NULL;
}

static bool is_last(const struct pe_files *f, uint32_t count, const char *path)
{
	const struct pe_files_entry *e = &f->entry[(count - 1) % PE_FILES_COMMON];

	return count && pe_text_same(e->path, path);
}

static void remember(struct pe_files *f, const char *path)
{
	uint32_t count = atomic_load_explicit(&f->opened, memory_order_relaxed);
	struct pe_files_entry *e;

	if (!is_last(f, count, path))
		count = atomic_fetch_add_explicit(&f->opened, 1, memory_order_relaxed) + 1;
	e = claim(&f->entry[(count - 1) % PE_FILES_COMMON]);
	if (!e)
		return;
	e->count = 0;
	e->relative = path[0] != '/';
	atomic_store_explicit(&e->state, copy_path(e->path, path) ? REMEMBERED : FREE,
			      memory_order_release);
	atomic_store_explicit(&f->unread, 1, memory_order_release);
}

/* A file that is opened again keeps its entry. */
static struct pe_files_entry *claim_pidfile(struct pe_files *f, const char *path)
{
	struct pe_files_entry *ring = &f->entry[PE_FILES_COMMON], *e;
	uint32_t at;

	for (at = 0; at < PE_FILES_PID; at++)
		if (pe_text_same(ring[at].path, path))
			return claim(&ring[at]);
	at = atomic_fetch_add_explicit(&f->opened_pid, 1, memory_order_relaxed);
	e = claim(&ring[at % PE_FILES_PID]);
	if (e)
		e->writer = 0;
	return e;
}

static const struct pe_files_entry *read_at_once(struct pe_files *f, const char *path, int fd)
{
	struct pe_files_entry *e = claim_pidfile(f, path);
	bool good;

	if (!e)
		return NULL;
	e->relative = path[0] != '/';
	good = copy_path(e->path, path) && read_from(e, fd) == 0;
	if (!good) {
		e->count = 0;
		e->path[0] = '\0';
	}
	atomic_store_explicit(&e->state, good ? READ : FREE, memory_order_release);
	add_to_filter(f, e);
	return good && e->count ? e : NULL;
}

void pe_files_written(struct pe_files *f, const char *path)
{
	struct pe_files_entry *e = claim_pidfile(f, path);

	if (!e)
		return;
	e->count = 0;
	e->relative = path[0] != '/';
	e->writer = pe_sys_getpid();
	if (!copy_path(e->path, path))
		e->path[0] = '\0';
	atomic_store_explicit(&e->state, e->path[0] ? READ : FREE, memory_order_release);
}

const struct pe_files_entry *pe_files_opened(struct pe_files *f, const char *path, bool at_cwd,
					     int fd)
{
	if (pe_parse_is_pidfile(path))
		return read_at_once(f, path, fd);
	if (path[0] == '/' || at_cwd)
		remember(f, path);
	return NULL;
}

/* --- moving (files.7) --- */

static void complete(struct pe_files_entry *e, const char *here)
{
	char whole[PE_FILES_PATH];
	struct pe_text text = pe_text_on(whole, sizeof(whole));
	uint32_t state = atomic_load(&e->state);

	if (!e->relative || state == FREE || !claim(e))
		return;
	pe_text_add(&text, here);
	pe_text_add(&text, "/");
	pe_text_add(&text, e->path);
	e->relative = false;
	if (text.at ==
	    text.limit) { /* the path is cut: the pids stay known, the path is a name only */
		atomic_store_explicit(&e->state, state == READ ? READ : FREE, memory_order_release);
		return;
	}
	memcpy(e->path, pe_text_end(&text), pe_text_length(&text) + 1);
	atomic_store_explicit(&e->state, state, memory_order_release);
}

void pe_files_moving(struct pe_files *f)
{
	char here[PE_FILES_PATH];
	bool any = false;

	for (uint32_t i = 0; i < PE_FILES_ALL; i++)
		any |= f->entry[i].relative && atomic_load(&f->entry[i].state) != FREE;
	if (!any || pe_sys2(SYS_getcwd, PE_SYS_LONG(here), sizeof(here)) <= 0)
		return;
	for (uint32_t i = 0; i < PE_FILES_ALL; i++)
		complete(&f->entry[i], here);
}

/* --- asking --- */

static bool begin(struct pe_files *f)
{
	int me = pe_sys_getpid(), owner = atomic_load_explicit(&f->busy, memory_order_relaxed);

	return owner != me && atomic_compare_exchange_strong(&f->busy, &owner, me);
}

static void end(struct pe_files *f)
{
	atomic_store_explicit(&f->busy, 0, memory_order_release);
}

static void read_entry(struct pe_files *f, struct pe_files_entry *e)
{
	if (!claim(e))
		return;
	if (read_by_path(e) != 0)
		e->count = 0;
	atomic_store_explicit(&e->state, READ, memory_order_release);
	add_to_filter(f, e);
}

static void read_new(struct pe_files *f)
{
	if (!begin(f))
		return;
	atomic_store(&f->unread, 0);
	for (uint32_t i = 0; i < PE_FILES_COMMON; i++)
		if (atomic_load_explicit(&f->entry[i].state, memory_order_acquire) == REMEMBERED)
			read_entry(f, &f->entry[i]);
	end(f);
}

bool pe_files_may_name(struct pe_files *f, uint32_t pid)
{
	if (unlikely(atomic_load_explicit(&f->unread, memory_order_acquire)))
		read_new(f);
	return unlikely(filter_has(f, pid));
}

static uint32_t word_on(const struct pe_files_entry *e, uint32_t pid)
{
	for (uint32_t i = 0; i < e->count; i++)
		if ((e->pid[i] & PE_PARSE_PID) == pid)
			return e->pid[i];
	return 0;
}

/* files.4. If the file is gone, what was read of it stays. */
static void look_again(struct pe_files_entry *e)
{
	struct pe_files_entry now;

	memcpy(now.path, e->path, sizeof(now.path));
	if (now.path[0] == '\0' || read_by_path(&now) != 0)
		return;
	if (now.stamp == e->stamp && now.inode == e->inode && now.device == e->device)
		return;
	e->stamp = now.stamp;
	e->inode = now.inode;
	e->device = now.device;
	e->no_nsec = now.no_nsec;
	e->foreign = now.foreign;
	/* a pid that the file no longer contains was right until the change: keep it */
	for (uint32_t i = 0; i < now.count; i++)
		if (!word_on(e, now.pid[i] & PE_PARSE_PID) && e->count < PE_PARSE_MOST)
			e->pid[e->count++] = now.pid[i];
}

static void take_word(const struct pe_files_entry *e, uint32_t pid, struct pe_files_word *w)
{
	if (w->path[0] && w->stamp >= e->stamp)
		return;
	w->stamp = e->stamp;
	w->no_nsec = e->no_nsec;
	w->writer = e->writer;
	w->accuses = (pid & PE_PARSE_ACCUSE) && !e->foreign;
	memcpy(w->path, e->path, sizeof(w->path));
}

bool pe_files_say(struct pe_files *f, uint32_t pid, struct pe_files_word *latest,
		  struct pe_files_word *accuser)
{
	memset(latest, 0, sizeof(*latest));
	memset(accuser, 0, sizeof(*accuser));
	if (!begin(f))
		return false;
	for (uint32_t i = 0; i < PE_FILES_ALL; i++) {
		struct pe_files_entry *e = &f->entry[i];
		uint32_t number;

		if (atomic_load_explicit(&e->state, memory_order_acquire) != READ ||
		    !word_on(e, pid) || !claim(e))
			continue;
		look_again(e);
		number = word_on(e, pid);
		take_word(e, number, latest);
		if ((number & PE_PARSE_ACCUSE) && !e->foreign)
			take_word(e, number, accuser);
		atomic_store_explicit(&e->state, READ, memory_order_release);
	}
	end(f);
	return latest->path[0] != '\0';
}

bool pe_files_has_pid(struct pe_files *f, uint32_t pid)
{
	if (likely(!filter_has(f, pid)))
		return false;
	for (uint32_t i = PE_FILES_COMMON; i < PE_FILES_ALL; i++)
		if (atomic_load_explicit(&f->entry[i].state, memory_order_acquire) == READ &&
		    word_on(&f->entry[i], pid))
			return true;
	return false;
}
