/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <linux/types.h>
#include <sys/ioctl.h>

#include "vrange/mapping.h"

#define QUERY_READABLE	       0x01
#define QUERY_WRITABLE	       0x02
#define QUERY_SHARED	       0x08
#define QUERY_COVERING_OR_NEXT 0x10

/* struct procmap_query of linux/fs.h, which the headers of older kernels lack */
struct query {
	uint64_t size, flags, at;
	uint64_t start, end, vma_flags, page, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name, build_id;
};

#define QUERY _IOWR('f', 17, struct query)

static int by_query(int fd, uintptr_t at, struct vr_mapping *m)
{
	struct query q = { .size = sizeof(q), .flags = QUERY_COVERING_OR_NEXT, .at = at };
	int error = (int)pe_sys3(SYS_ioctl, fd, QUERY, PE_SYS_LONG(&q));

	if (error)
		return error;
	m->span.start = q.start;
	m->span.end = q.end;
	m->inode = q.inode;
	m->offset = q.offset;
	m->major = q.major;
	m->minor = q.minor;
	m->page = (uint32_t)q.page;
	m->readable = q.vma_flags & QUERY_READABLE;
	m->writable = q.vma_flags & QUERY_WRITABLE;
	m->shared = q.vma_flags & QUERY_SHARED;
	return 0;
}

/* --- the text: "START-END rwxp OFFSET MAJOR:MINOR INODE   NAME" --- */

struct text {
	int fd;
	long length, at;
	char buffer[512];
};

static int next_byte(struct text *t)
{
	if (t->at == t->length) {
		t->length = pe_sys_read(t->fd, t->buffer, sizeof(t->buffer));
		t->at = 0;
		if (t->length <= 0) {
			t->length = 0;
			return -1;
		}
	}
	return (unsigned char)t->buffer[t->at++];
}

static uint64_t next_number(struct text *t, unsigned int base)
{
	uint64_t n = 0;

	for (int c = next_byte(t); c >= 0; c = next_byte(t)) {
		const bool letter = c >= 'a' && c <= 'f' && base == 16;

		if (!letter && (c < '0' || c > '9'))
			break;
		n = n * base + (unsigned int)(letter ? c - 'a' + 10 : c - '0');
	}
	return n;
}

/* Reads the rest of the line. Is the name that of private huge pages? */
static bool names_huge_pages(struct text *t)
{
	static const char huge[] = "/anon_hugepage";
	size_t matched = 0;
	bool started = false;

	for (int c = next_byte(t); c >= 0 && c != '\n'; c = next_byte(t)) {
		if (c == ' ' && !started)
			continue;
		started = true;
		if (matched < sizeof(huge) - 1)
			matched = c == huge[matched] ? matched + 1 : sizeof(huge);
	}
	return matched == sizeof(huge) - 1;
}

static int by_text(uintptr_t at, struct vr_mapping *m)
{
	struct text t = { .fd = pe_sys_open("/proc/self/maps", O_RDONLY | O_CLOEXEC) };

	if (t.fd < 0)
		return t.fd;
	do {
		m->span.start = next_number(&t, 16);
		m->span.end = next_number(&t, 16);
		m->readable = next_byte(&t) == 'r';
		m->writable = next_byte(&t) == 'w';
		next_byte(&t);
		m->shared = next_byte(&t) == 's';
		next_byte(&t);
		m->offset = next_number(&t, 16);
		m->major = (uint32_t)next_number(&t, 16);
		m->minor = (uint32_t)next_number(&t, 16);
		m->inode = next_number(&t, 10);
		m->page = names_huge_pages(&t) ? 2 << 20 : VR_PAGE;
	} while (t.length > 0 && m->span.end <= at);
	pe_sys_close(t.fd);
	return m->span.end > at ? 0 : -ENOENT;
}

int vr_mapping_find(int query, uintptr_t at, struct vr_mapping *m)
{
	return query >= 0 ? by_query(query, at, m) : by_text(at, m);
}

int vr_mapping_query_open(void)
{
	int fd = vr_kernel_high(pe_sys_open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
	struct vr_mapping m;
	int error = fd < 0 ? fd : by_query(fd, 0, &m);

	if (fd >= 0 && error)
		pe_sys_close(fd);
	return error ? error : fd;
}

enum vr_mapping_kind vr_mapping_kind(const struct vr_mapping *m)
{
	if (m->page > VR_PAGE)
		return VR_MAPPING_HUGE;
	if (m->shared)
		return VR_MAPPING_SHARED;
	return m->inode || !m->writable ? VR_MAPPING_OTHER : VR_MAPPING_ANONYMOUS;
}
