/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/text.h"
#include "vrange/headroom.h"

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

static uint64_t left_in(const struct version *v, const char *folder)
{
	const uint64_t limit = number_in(folder, v->limit), usage = number_in(folder, v->usage);

	if (limit == UINT64_MAX || usage == UINT64_MAX)
		return UINT64_MAX;
	return limit > usage ? limit - usage : 0;
}

/* the cgroup at @path below the root of @v, and each one above */
static uint64_t left_below(const struct version *v, const char *path, size_t length)
{
	char folder[PATH];
	size_t root = pe_text_span(v->root);
	uint64_t least = UINT64_MAX;

	if (root + length >= sizeof(folder))
		return least;
	memcpy(folder, v->root, root);
	memcpy(folder + root, path, length);
	for (size_t end = root + length; end >= root; end--) {
		uint64_t left;

		if (end > root && end < root + length && folder[end] != '/')
			continue;
		folder[end] = '\0';
		left = left_in(v, folder);
		least = left < least ? left : least;
	}
	return least;
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

static uint64_t left_in_cgroups(void)
{
	char text[1024];
	long n = pe_sys_slurp("/proc/self/cgroup", text, sizeof(text) - 1);
	uint64_t least = UINT64_MAX;

	text[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		const char *path = path_of(&versions[i], text);
		uint64_t left;

		if (!path)
			continue;
		left = left_below(&versions[i], path, (size_t)(line_end(path) - path));
		least = left < least ? left : least;
	}
	return least;
}

static uint64_t available(void)
{
	char text[256];
	long n = pe_sys_slurp("/proc/meminfo", text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	for (const char *at = text; *at; at = *line_end(at) ? line_end(at) + 1 : line_end(at)) {
		if (!pe_text_begins(at, "MemAvailable:"))
			continue;
		for (at += sizeof("MemAvailable:") - 1; *at == ' '; at++)
			;
		return number(at) * 1024;
	}
	return UINT64_MAX;
}

uint64_t vr_headroom(void)
{
	const uint64_t machine = available(), group = left_in_cgroups();

	return group < machine ? group : machine;
}
