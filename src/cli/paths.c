// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* where to search for a kind of file; @beside and @built are lists of directories separated by ':',
 * relative to the binary's directory */
struct place {
	const char *variable;	/* environment variable with the only directories to search */
	const char *configured; /* where "make install" puts it by default */
	const char *beside;	/* where an installation with other directories may have it */
	const char *built;	/* where the build tree has it */
};

static const struct place library_place = {
	.variable = "PIDEPOCH_LIBDIR",
	.configured = PE_LIBDIR,
	.beside = "../lib:../lib64",
	.built = PE_BUILT_LIBDIR,
};

static const struct place helper_place = {
	.variable = "PIDEPOCH_LIBEXECDIR",
	.configured = PE_LIBEXECDIR "/pidepoch",
	.beside = "../libexec/pidepoch:../lib/pidepoch",
	.built = PE_BUILT_LIBEXECDIR,
};

/* one search: the name, where it starts, and the directories searched, for the error line */
struct search {
	const char *name;
	char here[PATH_MAX]; /* the directory of the binary, or "" */
	uid_t owner;	     /* of the binary */
	char *out;
	size_t size;
	char looked[2 * PATH_MAX];
};

int pe_paths_self(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);

	if (n < 0)
		return -errno;
	out[n] = '\0';
	return 0;
}

/* Without /proc, use the name that was given to execve(); it is relative to the current
 * directory. */
static bool find_ourselves(char out[PATH_MAX], struct stat *st)
{
	if (pe_paths_self(out, PATH_MAX) == 0)
		return stat("/proc/self/exe", st) == 0;
	return realpath((const char *)getauxval(AT_EXECFN), out) && stat(out, st) == 0;
}

static void search_start(struct search *s)
{
	struct stat st;

	s->looked[0] = '\0';
	if (!find_ourselves(s->here, &st)) {
		s->here[0] = '\0';
		return;
	}
	s->owner = st.st_uid;
	*strrchr(s->here, '/') = '\0';
}

static bool was_searched(const struct search *s, const char *folder)
{
	size_t length = strlen(folder);

	for (const char *p = strstr(s->looked, folder); p; p = strstr(p + 1, folder))
		if ((p == s->looked || p[-1] == ' ') && (!p[length] || p[length] == ','))
			return true;
	return false;
}

static bool look(struct search *s, const char *folder)
{
	size_t used = strlen(s->looked);
	char path[PATH_MAX], real[PATH_MAX];

	if (was_searched(s, folder))
		return false;
	snprintf(s->looked + used, sizeof(s->looked) - used, "%s%s", used ? ", " : "", folder);
	if (snprintf(path, sizeof(path), "%s/%s", folder, s->name) >= (int)sizeof(path))
		return false;
	if (!realpath(path, real) || access(real, R_OK) < 0 || strlen(real) >= s->size)
		return false;
	strcpy(s->out, real);
	return true;
}

static bool look_in_list(struct search *s, const char *list, const char *base)
{
	char folder[PATH_MAX];
	size_t n;

	for (; *list; list += n + (list[n] == ':')) {
		n = strcspn(list, ":");
		if (snprintf(folder, sizeof(folder), "%s%s%.*s", base, *base ? "/" : "", (int)n,
			     list) < (int)sizeof(folder) &&
		    n > 0 && look(s, folder))
			return true;
	}
	return false;
}

/* The path of @to relative to @from, both absolute: "../lib" for /usr/lib and /usr/bin. */
static void relate(const char *from, const char *to, char *out, size_t size)
{
	size_t common = 0, used = 0;

	for (size_t i = 0; from[i] == to[i] || !from[i] || !to[i]; i++) {
		if ((!from[i] || from[i] == '/') && (!to[i] || to[i] == '/'))
			common = i;
		if (!from[i] || !to[i])
			break;
	}
	out[0] = '\0';
	for (const char *p = from + common; *p && used < size; p++)
		if (*p == '/')
			used += (size_t)snprintf(out + used, size - used, "../");
	if (used < size)
		snprintf(out + used, size - used, "%s", to + common + (to[common] == '/'));
}

/* A build tree may be in a directory that all users can write to. So use only a file of the
 * binary's owner there. */
static bool look_in_build(struct search *s, const struct place *r)
{
	struct stat st;

	return look_in_list(s, r->built, s->here) && stat(s->out, &st) == 0 &&
	       st.st_uid == s->owner;
}

static bool look_around(struct search *s, const struct place *r)
{
	char configured[PATH_MAX];

	if (!s->here[0])
		return false;
	relate(PE_BINDIR, r->configured, configured, sizeof(configured));
	return look_in_list(s, configured, s->here) || look_in_list(s, r->beside, s->here) ||
	       look_in_build(s, r);
}

static int find(const struct place *r, const char *name, char *out, size_t size)
{
	struct search s = { .name = name, .out = out, .size = size };
	const char *only = getenv(r->variable);

	search_start(&s);
	if (only && *only ? look_in_list(&s, only, "")
			  : look_around(&s, r) || look(&s, r->configured))
		return 0;
	snprintf(out, size, "%s", s.looked);
	return -ENOENT;
}

int pe_paths_library(bool musl, char *out, size_t size)
{
	return find(&library_place, musl ? PE_PATHS_MUSL PE_PATHS_LIBRARY : PE_PATHS_LIBRARY, out,
		    size);
}

int pe_paths_vrange(bool musl, char *out, size_t size)
{
	return find(&library_place, musl ? PE_PATHS_MUSL PE_PATHS_VRANGE : PE_PATHS_VRANGE, out,
		    size);
}

bool pe_paths_is_library(const char *entry, size_t n)
{
	size_t length = strlen(PE_PATHS_LIBRARY);

	return n >= length && strncmp(entry + n - length, PE_PATHS_LIBRARY, length) == 0 &&
	       (n == length || entry[n - length - 1] == '/');
}

bool pe_paths_is_vrange(const char *entry, size_t n)
{
	static const char name[] = "libvrange.so";
	const char *slash = memrchr(entry, '/', n), *last = slash ? slash + 1 : entry;
	const size_t length = n - (size_t)(last - entry);

	return length >= sizeof(name) - 1 && strncmp(last, name, sizeof(name) - 1) == 0 &&
	       (length == sizeof(name) - 1 || last[sizeof(name) - 1] == '.');
}

int pe_paths_helper(const char *name, char *out, size_t size)
{
	return find(&helper_place, name, out, size);
}
