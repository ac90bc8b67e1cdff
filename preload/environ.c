/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "environ.h"

#include <unistd.h>

#include "core/sys.h"
#include "core/text.h"
#include "lib/preload_api.h"

#define PRELOAD "LD_PRELOAD="

static bool begins(const char *s, const char *with, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (s[i] != with[i])
			return false;
	return true;
}

static size_t name_length(const char *setting)
{
	size_t n = 0;

	while (setting[n] && setting[n] != '=')
		n++;
	return n + (setting[n] == '=');
}

/* the file name without its directory */
static const char *last_part(const char *path)
{
	const char *last = path;

	for (; *path; path++)
		if (*path == '/')
			last = path + 1;
	return last;
}

/* Does @list contain a library @name, in any directory? Another copy of this library counts as
 * well: with two copies, each would see only half of the calls. */
static bool has_library(const char *list, const char *name)
{
	size_t length = pe_text_span(name);

	while (*list) {
		const char *last = list;

		for (; *list && *list != ':' && *list != ' '; list++)
			if (*list == '/')
				last = list + 1;
		if ((size_t)(list - last) == length && begins(last, name, length))
			return true;
		list += *list != '\0';
	}
	return false;
}

/* Find the last setting: if LD_PRELOAD is set twice, the loader uses the last one. */
static const char *find(char *const *envp, const char *setting)
{
	size_t length = name_length(setting);
	const char *found = NULL;

	for (; *envp; envp++)
		if (begins(*envp, setting, length))
			found = *envp;
	return found;
}

/* the size of "LD_PRELOAD=ours:theirs" with its NUL */
static size_t joined_size(const char *ours, const char *theirs)
{
	return theirs ? pe_text_span(ours) + pe_text_span(theirs) + 2 : 0;
}

static void join(char *to, const char *ours, const char *theirs)
{
	struct pe_text text = pe_text_on(to, joined_size(ours, theirs));

	pe_text_add(&text, ours);
	if (theirs[name_length(theirs)]) {
		pe_text_add(&text, ":");
		pe_text_add(&text, theirs + name_length(theirs));
	}
	pe_text_end(&text);
}

/* Pages that a vfork child of this thread mapped. The child runs as this thread; the parent unmaps
 * the pages if the child did not. */
static __thread struct {
	void *pages;
	size_t bytes;
} lent;

void pe_environ_vforked(void)
{
	if (lent.bytes)
		pe_sys_munmap(lent.pages, lent.bytes);
	lent.bytes = 0;
}

struct room {
	char **entries;
	char *text;
};

static struct room make_room(struct pe_environ *e, size_t entries, size_t text)
{
	size_t bytes = entries * sizeof(char *);

	if (entries <= PE_ENVIRON_ROOM && text <= PE_ENVIRON_TEXT)
		return (struct room){ e->room, e->text };
	e->pages = pe_sys_mmap(bytes + text);
	if (e->pages == MAP_FAILED)
		return (struct room){ NULL, NULL };
	e->mapped = bytes + text;
	if (pe_preload_vfork_depth(0)) {
		lent.pages = e->pages;
		lent.bytes = e->mapped;
	}
	return (struct room){ e->pages, (char *)e->pages + bytes };
}

static char *const nothing[] = { NULL };

/* The environment's own LD_PRELOAD; *wanted: the library must be put in front of it. */
static const char *find_preload(char *const *envp, const char *ours, bool *wanted)
{
	const char *preload = find(envp, PRELOAD);

	*wanted = !preload ||
		  !has_library(preload + name_length(preload), last_part(ours + name_length(ours)));
	return preload;
}

/* @ours: NULL if @envp preloads the library already. @handed: what is known of pids among the
 * arguments, or NULL. */
static void fill(struct room room, char *const *envp, const char *const *ours, const char *preload,
		 const char *handed)
{
	char **to = room.entries;
	char *const *entry;

	if (ours && preload)
		join(room.text, ours[0], preload);
	for (entry = envp; *entry; entry++)
		*to++ = *entry;
	*to++ = (char *)PE_PRELOAD_RESTORED;
	if (handed)
		*to++ = (char *)handed;
	if (ours)
		*to++ = preload ? room.text : (char *)ours[0];
	while (ours && *++ours)
		if (!find(envp, *ours))
			*to++ = (char *)*ours;
	*to = NULL;
}

void pe_environ_make(struct pe_environ *e, char *const *argv, char *const *envp,
		     const struct pe_loadable *for_whom)
{
	const char *const *ours = pe_preload_environment();
	const char *preload, *handed;
	size_t count = 0, n = 0;
	struct room room;
	bool wanted;

	if (pe_preload_seeks_bare() && !pe_loadable(for_whom))
		pe_preload_bare();
	e->envp = envp;
	e->mapped = 0;
	envp = envp ? envp : nothing;
	/* loaded under another name, or by /etc/ld.so.preload: nothing need be added */
	if (!ours[0] || !begins(ours[0], PRELOAD, sizeof(PRELOAD) - 1))
		return;
	preload = find_preload(envp, ours[0], &wanted);
	handed = pe_preload_arguments(argv, e->arguments, sizeof(e->arguments));
	if ((!wanted && !handed) || pe_preload_is_confined())
		return;
	if (!pe_loadable(for_whom)) {
		if (handed)
			pe_preload_announce_arguments(handed);
		return;
	}
	while (envp[count])
		count++;
	while (wanted && ours[n])
		n++;
	room = make_room(e, count + n + 2 + (handed != NULL),
			 wanted ? joined_size(ours[0], preload) : 0);
	if (!room.entries)
		return;
	fill(room, envp, wanted ? ours : NULL, preload, handed);
	e->envp = room.entries;
}

void pe_environ_done(struct pe_environ *e)
{
	if (!e->mapped)
		return;
	pe_sys_munmap(e->pages, e->mapped);
	if (pe_preload_vfork_depth(0))
		lent.bytes = 0;
}

void pe_environ_lend(struct pe_environ *e)
{
	static const struct pe_loadable shell = { .path = NULL };

	e->before = environ;
	pe_environ_make(e, NULL, environ, &shell);
	if (e->envp != environ)
		environ = (char **)e->envp;
}

/* Another thread may have changed the environment meanwhile. A variable that it replaced or removed
 * was changed in the copy: apply that to the original. If it added a variable, libc has made its
 * own copy, which stays. */
void pe_environ_take_back(struct pe_environ *e)
{
	char **copy = (char **)e->envp, **to = e->before;

	if (copy == to)
		return;
	if (environ != copy) {
		pe_preload_hide(environ, false);
	} else {
		pe_preload_hide(copy, false);
		for (; to && *to; to++, copy += *copy != NULL)
			if (*to != *copy)
				*to = *copy;
		environ = e->before;
	}
	pe_environ_done(e);
}
