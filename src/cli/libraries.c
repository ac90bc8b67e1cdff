// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/libraries.h"

#include <stdlib.h>
#include <string.h>

#include "cli/paths.h"
#include "command/exit_status.h"
#include "command/message.h"

#define ERROR(status, ...) pe_message_error(status, "run", __VA_ARGS__)

/* --- finding --- */

/* @found: what the search returned; then @path is the library's, else the directories searched */
static int check(int found, const char *name, const char *path)
{
	if (found < 0)
		return ERROR(PE_EXIT_UNABLE,
			     "%s not found; looked in: %s; set PIDEPOCH_LIBDIR to its directory",
			     name, path);
	/* the loader splits or expands the name at these characters; it knows no quoting */
	if (strpbrk(path, " :$"))
		return ERROR(PE_EXIT_UNABLE,
			     "%s: cannot be preloaded, its path contains a ' ', ':' or '$'", path);
	return 0;
}

int pe_libraries_find(struct pe_libraries *l, bool musl, bool vrange)
{
	int r = check(pe_paths_library(musl, l->own, sizeof(l->own)), PE_PATHS_LIBRARY, l->own);

	l->vrange[0] = '\0';
	if (r == 0 && vrange)
		r = check(pe_paths_vrange(musl, l->vrange, sizeof(l->vrange)), PE_PATHS_VRANGE,
			  l->vrange);
	return r;
}

enum pe_program_fit pe_libraries_judge(const char *path, char *file, size_t size, bool *musl)
{
	enum pe_program_fit fit = pe_program_judge(path, file, size);
	char library[PATH_MAX];

	*musl = fit == PE_PROGRAM_MUSL && pe_paths_library(true, library, sizeof(library)) == 0;
	return *musl ? PE_PROGRAM_FITS : fit;
}

/* --- joining --- */

struct list {
	char *text, *end;
};

static void append(struct list *l, const char *entry, size_t n)
{
	if (n == 0)
		return;
	if (l->end > l->text)
		*l->end++ = ':';
	memcpy(l->end, entry, n);
	l->end += n;
	*l->end = '\0';
}

/* The first entry of @list that names libvrange. Returns its length, or 0. */
static size_t find_vrange(const char *list, const char **entry)
{
	size_t n;

	for (; *list; list += n + (list[n] != '\0')) {
		n = strcspn(list, ": ");
		*entry = list;
		if (pe_paths_is_vrange(list, n))
			return n;
	}
	return 0;
}

char *pe_libraries_join(const struct pe_libraries *l, bool own, const char *old)
{
	const size_t room = strlen(l->own) + strlen(l->vrange) + strlen(old) + 3;
	struct list to = { .text = calloc(1, room) };
	const char *inherited = l->vrange;
	size_t n = strlen(l->vrange);

	to.end = to.text;
	if (!to.text)
		return NULL;
	if (n == 0)
		n = find_vrange(old, &inherited);
	if (own) {
		append(&to, inherited, n);
		append(&to, l->own, strlen(l->own));
	}
	for (; *old; old += n + (old[n] != '\0')) {
		n = strcspn(old, ": ");
		if (!pe_paths_is_library(old, n) && !pe_paths_is_vrange(old, n))
			append(&to, old, n);
	}
	return to.text;
}
