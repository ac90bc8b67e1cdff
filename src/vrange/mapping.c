/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/maps.h"
#include "core/text.h"
#include "vrange/mapping.h"

static int by_query(int fd, uintptr_t at, struct vr_mapping *m)
{
	struct pe_maps_query q;
	int error = pe_maps_query(fd, at, PE_MAPS_COVERING_OR_NEXT, &q);

	if (error)
		return error;
	m->span.start = q.start;
	m->span.end = q.end;
	m->inode = q.inode;
	m->offset = q.offset;
	m->major = q.major;
	m->minor = q.minor;
	m->page = (uint32_t)q.page_size;
	m->readable = q.vma_flags & PE_MAPS_READABLE;
	m->writable = q.vma_flags & PE_MAPS_WRITABLE;
	m->shared = q.vma_flags & PE_MAPS_SHARED;
	return 0;
}

static void take(const struct pe_maps_line *line, struct vr_mapping *m)
{
	m->span.start = line->start;
	m->span.end = line->end;
	m->inode = line->inode;
	m->offset = line->offset;
	m->major = line->major;
	m->minor = line->minor;
	m->page = pe_text_begins(line->path, "/anon_hugepage") ? 2 << 20 : VR_PAGE;
	m->readable = line->readable;
	m->writable = line->writable;
	m->shared = line->shared;
}

/* For older kernels. No path that matters here is cut. */
static int by_text(uintptr_t at, struct vr_mapping *m)
{
	char buffer[512];
	struct pe_maps_reader r = { .fd = pe_sys_open("/proc/self/maps", O_RDONLY | O_CLOEXEC),
				    .buffer = buffer,
				    .size = sizeof(buffer) };
	struct pe_maps_line line;
	bool found = false;

	if (r.fd < 0)
		return r.fd;
	while (!found && pe_maps_next(&r, &line))
		found = line.end > at;
	if (found)
		take(&line, m);
	pe_sys_close(r.fd);
	return found ? 0 : -ENOENT;
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
