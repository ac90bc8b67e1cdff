/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: the debt of objects is capped by a quarter of what the memory cgroup leaves, of
 * version 1 or 2, of this process's own group or one above it. vrange.10, headroom.h.
 *
 * A machine has a memory controller of one version only. So each version is shown as files in a
 * mount namespace of this test's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <vrange.h>

#include "check.h"

#define MIB (1ul << 20)

static const struct version {
	const char *line; /* in /proc/self/cgroup */
	const char *root, *limit, *usage;
} versions[] = {
	{ ":memory:", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes" },
	{ "0::", "/sys/fs/cgroup", "memory.max", "memory.current" },
};

struct group {
	const struct version *version;
	bool above; /* the limit is that of the root */
	bool long_list;
	size_t limit, usage, cap;
};

static bool put(const char *folder, const char *file, size_t number)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	f = fopen(path, "we");
	return f && fprintf(f, "%zu\n", number) > 0 && fclose(f) == 0;
}

static void make_folders(char *path)
{
	for (char *at = path + 1; *at; at++)
		if (*at == '/') {
			*at = '\0';
			mkdir(path, 0755);
			*at = '/';
		}
	mkdir(path, 0755);
}

/* The folder of this process's group, or false: it is in none of this version. With "..": it is
 * outside of the cgroup namespace. */
static bool find_folder(const struct version *v, char *to, size_t size)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[384];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		const char *at = strstr(line, v->line);

		line[strcspn(line, "\n")] = '\0';
		found = at && (v->line[0] == ':' || at == line);
		if (found)
			snprintf(to, size, "%s%s", v->root, at + strlen(v->line));
	}
	if (f)
		fclose(f);
	return found;
}

/* An ordinary user needs a user namespace, in which it may make files. */
static bool enter_user_namespace(void)
{
	const unsigned int user = getuid(), group = getgid();
	FILE *f = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? fopen("/proc/self/uid_map", "we")
							    : NULL;
	bool done = f && fprintf(f, "%u %u 1\n", user, user) > 0 && fclose(f) == 0;

	f = done ? fopen("/proc/self/setgroups", "we") : NULL;
	done = f && fputs("deny\n", f) >= 0 && fclose(f) == 0;
	f = done ? fopen("/proc/self/gid_map", "we") : NULL;
	return f && fprintf(f, "%u %u 1\n", group, group) > 0 && fclose(f) == 0;
}

static bool enter_namespace(void)
{
	return (unshare(CLONE_NEWNS) == 0 || enter_user_namespace()) &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", "/sys/fs/cgroup", "tmpfs", 0, NULL) == 0;
}

/* Many hierarchies with long paths before the one that counts, as in nested containers. */
static bool make_list_long(void)
{
	static const char list[] = "/sys/fs/cgroup/list";
	char own[4096] = "";
	FILE *f = fopen("/proc/self/cgroup", "re");
	const size_t n = f ? fread(own, 1, sizeof(own) - 1, f) : 0;
	bool done;

	if (f)
		fclose(f);
	f = n > 0 ? fopen(list, "we") : NULL;
	for (int i = 20; f && i < 60; i++)
		fprintf(f, "%d:other%d:/%0*d\n", i, i, 300 + i * 4, 0);
	done = f && fwrite(own, 1, n, f) == n;
	return f && fclose(f) == 0 && done &&
	       mount(list, "/proc/self/cgroup", NULL, MS_BIND, NULL) == 0;
}

static int capped(void *arg)
{
	const struct group *g = arg;
	struct vrange_stat stat = { .size = sizeof(stat) };
	struct vrange_object *o;
	char folder[512];

	if (!find_folder(g->version, folder, sizeof(folder)) || strstr(folder, "..") ||
	    !enter_namespace())
		return 77;
	make_folders(folder);
	if (g->long_list && !make_list_long())
		return 77;
	if (!put(g->above ? g->version->root : folder, g->version->limit, g->limit) ||
	    !put(g->above ? g->version->root : folder, g->version->usage, g->usage))
		return 99;
	o = vrange_new(PAGE, 0);
	CHECK(vrange_pin(o, NULL), "an object");
	vrange_unpin(o);
	CHECK(vrange_stat(&stat) == 0 && stat.debt_cap == g->cap, "the cap");
	return failures;
}

int main(void)
{
	int shown = 0;

	for (size_t i = 0; i < 2; i++) {
		struct group all[] = {
			{ &versions[i], false, false, 64 * MIB, 24 * MIB, 10 * MIB },
			{ &versions[i], true, false, 32 * MIB, 24 * MIB, 2 * MIB },
			{ &versions[i], false, false, 64 * MIB, 65 * MIB, MIB },
			{ &versions[i], false, true, 64 * MIB, 24 * MIB, 10 * MIB },
		};

		for (size_t n = 0; n < sizeof(all) / sizeof(all[0]); n++) {
			const int status = check_in_child(capped, &all[n]);

			CHECK(status == 0 || status == 77, "in a namespace");
			shown += status == 0;
		}
	}
	if (!shown && !failures)
		check_skip("no mount namespace can be made here, or there are no cgroups");
	printf("%d of 8 groups\n", shown);
	return check_done();
}
