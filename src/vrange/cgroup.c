/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/text.h"
#include "vrange/cgroup.h"

#define PATH 384

struct version {
	const char *begins; /* of the line in /proc/self/cgroup */
	const char *root, *limit, *usage;
};

static const struct version versions[] = {
	{ ":memory:", "/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes" },
	{ "0::", "/sys/fs/cgroup", "/memory.max", "/memory.current" },
};

/* The number that @s begins with; UINT64_MAX for "max" and for no number. */
static uint64_t number(const char *s)
{
	uint64_t n;

	return pe_text_digits(s, NULL, 10, &n) == s ? UINT64_MAX : n;
}

static uint64_t number_in(const char *folder, const char *file)
{
	char path[PATH], content[32];
	struct pe_text t = pe_text_on(path, sizeof(path));
	long n;

	pe_text_add(&t, folder);
	pe_text_add(&t, file);
	n = pe_sys_slurp(pe_text_end(&t), content, sizeof(content) - 1);
	if (n <= 0)
		return UINT64_MAX;
	content[n] = '\0';
	return number(content);
}

static void take_least(struct vr_cgroup *c, const struct version *v, const char *folder)
{
	const uint64_t limit = number_in(folder, v->limit), usage = number_in(folder, v->usage);
	uint64_t left;

	if (limit >= VR_CGROUP_NO_LIMIT || usage == UINT64_MAX)
		return;
	left = limit > usage ? limit - usage : 0;
	c->limit = limit < c->limit ? limit : c->limit;
	c->left = left < c->left ? left : c->left;
}

/* the cgroup at @path below the root of @v, and each one above */
static void read_below(struct vr_cgroup *c, const struct version *v, const char *path)
{
	char folder[PATH];
	size_t root = pe_text_span(v->root), length = pe_text_span(path);

	if (root + length >= sizeof(folder))
		length = 0;
	memcpy(folder, v->root, root);
	memcpy(folder + root, path, length);
	for (size_t end = root + length; end >= root; end--) {
		if (end > root && end < root + length && folder[end] != '/')
			continue;
		folder[end] = '\0';
		take_least(c, v, folder);
	}
}

/* "4:memory:/path" or "0::/path": the path, or NULL if the line is not of @v. */
static const char *path_in(const struct version *v, const char *line)
{
	if (*v->begins == ':')
		while (*line >= '0' && *line <= '9')
			line++;
	return pe_text_begins(line, v->begins) ? line + pe_text_span(v->begins) : NULL;
}

static void read_line(struct vr_cgroup *c, const char *line)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		const char *path = path_in(&versions[i], line);

		if (path)
			read_below(c, &versions[i], path);
	}
}

struct list {
	char line[PATH]; /* what is too long is cut */
	size_t length;
};

static void take(struct vr_cgroup *c, struct list *l, char byte)
{
	if (byte != '\n') {
		l->length += l->length < PATH - 1;
		l->line[l->length - 1] = byte;
		return;
	}
	l->line[l->length] = '\0';
	l->length = 0;
	read_line(c, l->line);
}

/* A line for each hierarchy: the file may be long. */
struct vr_cgroup vr_cgroup_read(void)
{
	const int fd = pe_sys_open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct vr_cgroup c = { VR_CGROUP_NO_LIMIT, VR_CGROUP_NO_LIMIT };
	struct list l = { .length = 0 };
	char bytes[256];
	long n;

	while (fd >= 0 && (n = pe_sys_read(fd, bytes, sizeof(bytes))) > 0)
		for (long i = 0; i < n; i++)
			take(&c, &l, bytes[i]);
	if (fd >= 0)
		pe_sys_close(fd);
	return c;
}
