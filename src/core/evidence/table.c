/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/text.h"
#include "core/evidence/table.h"

#define SLOT_BITS   15
#define TAG_BITS    7
#define SOURCE_BITS 22
#define KIND_BITS   2
#define TICK_BITS   33

_Static_assert(PE_TABLE_SLOTS == 1u << SLOT_BITS, "table.2");
_Static_assert(SLOT_BITS + TAG_BITS == SOURCE_BITS, "a tag and a slot are a pid");
_Static_assert(TICK_BITS + KIND_BITS + TAG_BITS + SOURCE_BITS == 64, "one word");

/* --- words --- */

static uint64_t pack(uint32_t pid, const struct pe_table_word *w)
{
	uint64_t tag = pid >> SLOT_BITS & ((1u << TAG_BITS) - 1);

	return (w->tick & ((UINT64_C(1) << TICK_BITS) - 1)) << (64 - TICK_BITS) |
	       (uint64_t)w->kind << (TAG_BITS + SOURCE_BITS) | tag << SOURCE_BITS |
	       (w->source & ((1u << SOURCE_BITS) - 1));
}

static bool unpack(uint64_t word, uint32_t pid, struct pe_table_word *w)
{
	w->tick = word >> (64 - TICK_BITS);
	w->kind = word >> (TAG_BITS + SOURCE_BITS) & ((1u << KIND_BITS) - 1);
	w->source = word & ((1u << SOURCE_BITS) - 1);
	return word != 0 && (word >> SOURCE_BITS & ((1u << TAG_BITS) - 1)) == pid >> SLOT_BITS;
}

void pe_table_see(struct pe_table *t, uint32_t pid, const struct pe_table_word *w)
{
	atomic_store_explicit(&t->seen[pid % PE_TABLE_SLOTS], pack(pid, w), memory_order_release);
}

bool pe_table_seen(const struct pe_table *t, uint32_t pid, struct pe_table_word *w)
{
	return unpack(atomic_load_explicit(&t->seen[pid % PE_TABLE_SLOTS], memory_order_acquire),
		      pid, w) &&
	       w->kind != PE_TABLE_NOTHING;
}

void pe_table_bear(struct pe_table *t, uint32_t pid, const struct pe_table_word *w)
{
	atomic_store_explicit(&t->kin[pid % PE_TABLE_SLOTS], pack(pid, w), memory_order_release);
}

void pe_table_end(struct pe_table *t, uint32_t pid, uint32_t parent)
{
	uint64_t word = atomic_load_explicit(&t->kin[pid % PE_TABLE_SLOTS], memory_order_relaxed);
	struct pe_table_word w;

	if (!unpack(word, pid, &w) || w.source != parent)
		return;
	w.kind = PE_TABLE_ENDED;
	atomic_compare_exchange_strong(&t->kin[pid % PE_TABLE_SLOTS], &word, pack(pid, &w));
}

bool pe_table_kin(const struct pe_table *t, uint32_t pid, struct pe_table_word *w)
{
	return unpack(atomic_load_explicit(&t->kin[pid % PE_TABLE_SLOTS], memory_order_acquire),
		      pid, w);
}

void pe_table_set_origin(struct pe_table *t, uint32_t pid, const char *path, int64_t moment)
{
	struct pe_table_origin *o = &t->origin[pid % PE_TABLE_ORIGINS];
	struct pe_text text = pe_text_on(o->path, sizeof(o->path));

	atomic_store(&o->pid, 0);
	o->moment = moment;
	pe_text_add(&text, path);
	pe_text_end(&text);
	atomic_store(&o->pid, pid);
}

int64_t pe_table_origin(const struct pe_table *t, uint32_t pid, char *to)
{
	const struct pe_table_origin *o = &t->origin[pid % PE_TABLE_ORIGINS];
	int64_t moment;

	if (atomic_load(&o->pid) != pid)
		return 0;
	moment = o->moment;
	if (to) {
		memcpy(to, o->path, PE_TABLE_PATH - 1);
		to[PE_TABLE_PATH - 1] = '\0';
	}
	return atomic_load(&o->pid) == pid ? moment : 0;
}

/* --- the file --- */

/* "-NNN" of "pid:[NNN]" */
static bool add_namespace(struct pe_text *name, const char *link)
{
	char text[64];
	long n = pe_sys_readlinkat(AT_FDCWD, link, text, sizeof(text) - 1);
	char *at = text;

	if (n <= 0)
		return false;
	text[n] = '\0';
	while (*at && *at != '[')
		at++;
	if (*at != '[')
		return false;
	*at = '-';
	text[n - 1] = '\0'; /* the bracket */
	pe_text_add(name, at);
	return true;
}

bool pe_table_name(char *name)
{
	struct pe_text text = pe_text_on(name, PE_TABLE_NAME);
	bool whole;

	pe_text_add(&text, "/dev/shm/pidepoch2-");
	pe_text_decimal(&text, (uint64_t)pe_sys0(SYS_geteuid));
	whole = add_namespace(&text, "/proc/self/ns/pid");
	if (whole && !add_namespace(&text, "/proc/self/ns/time"))
		pe_text_add(&text, "-0"); /* before Linux 5.6 */
	pe_text_end(&text);
	return whole;
}

/* table.3 */
static bool is_whole(int fd)
{
	struct stat st;

	return pe_sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600 &&
	       st.st_uid == (uid_t)pe_sys0(SYS_geteuid) && st.st_nlink == 1 &&
	       st.st_size == (off_t)sizeof(struct pe_table) &&
	       st.st_blocks * 512 >= (blkcnt_t)sizeof(struct pe_table);
}

static int make(const char *name)
{
	int fd = pe_sys_openat(AT_FDCWD, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			       0600);

	if (fd < 0)
		return fd;
	if (pe_sys4(SYS_fallocate, fd, 0, 0, sizeof(struct pe_table)) == 0)
		return fd;
	pe_sys3(SYS_unlinkat, AT_FDCWD, PE_SYS_LONG(name), 0);
	pe_sys_close(fd);
	return -ENOSPC;
}

struct pe_table *pe_table_map_at(const char *name, bool may_make)
{
	long at = -ENOENT;
	int fd = pe_sys_openat(AT_FDCWD, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);

	if (fd == -ENOENT && may_make)
		fd = make(name);
	if (fd < 0)
		return NULL;
	if (is_whole(fd))
		at = pe_sys6(SYS_mmap, 0, sizeof(struct pe_table), PROT_READ | PROT_WRITE,
			     MAP_SHARED, fd, 0);
	pe_sys_close(fd);
	return at < 0 && at >= -4095 ? NULL : (struct pe_table *)at;
}

struct pe_table *pe_table_map(bool may_make)
{
	char name[PE_TABLE_NAME];

	return pe_table_name(name) ? pe_table_map_at(name, may_make) : NULL;
}

void pe_table_unmap(struct pe_table *t)
{
	pe_sys_munmap(t, sizeof(*t));
}
