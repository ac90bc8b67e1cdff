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
static void read_below(struct vr_cgroup *c, const struct version *v, const char *path,
		       size_t length)
{
	char folder[PATH];
	size_t root = pe_text_span(v->root);

	if (root + length >= sizeof(folder))
		return;
	memcpy(folder, v->root, root);
	memcpy(folder + root, path, length);
	for (size_t end = root + length; end >= root; end--) {
		if (end > root && end < root + length && folder[end] != '/')
			continue;
		folder[end] = '\0';
		take_least(c, v, folder);
	}
}

static const char *line_end(const char *s)
{
	while (*s && *s != '\n')
		s++;
	return s;
}

/* The path of the line that has @v's words, or NULL. */
static const char *path_of(const struct version *v, const char *text)
{
	for (; *text; text = *line_end(text) ? line_end(text) + 1 : line_end(text)) {
		const char *at = text;

		if (*v->begins == ':')
			at += *at >= '0' && *at <= '9' ? 1 + (at[1] >= '0' && at[1] <= '9') : 0;
		if (pe_text_begins(at, v->begins))
			return at + pe_text_span(v->begins);
	}
	return NULL;
}

struct vr_cgroup vr_cgroup_read(void)
{
	struct vr_cgroup c = { VR_CGROUP_NO_LIMIT, VR_CGROUP_NO_LIMIT };
	char text[1024];
	long n = pe_sys_slurp("/proc/self/cgroup", text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		const char *path = path_of(&versions[i], text);

		if (path)
			read_below(&c, &versions[i], path, (size_t)(line_end(path) - path));
	}
	return c;
}
