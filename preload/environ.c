/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "environ.h"

#include "core/sys.h"
#include "core/text.h"
#include "lib/door.h"

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

/* the name without its folder */
static const char *last_part(const char *path)
{
	const char *last = path;

	for (; *path; path++)
		if (*path == '/')
			last = path + 1;
	return last;
}

/* Does @list name a library @name, in whatever folder? Another copy of this library does as well, and both together would
 * know half each. */
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

/* The last one: of two settings of LD_PRELOAD that is the one that the loader takes. */
static const char *find(char *const *envp, const char *setting)
{
	size_t length = name_length(setting);
	const char *found = NULL;

	for (; *envp; envp++)
		if (begins(*envp, setting, length))
			found = *envp;
	return found;
}

/* "LD_PRELOAD=ours:theirs", with its end */
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

/* Pages that a vfork child has from this thread, which it is: made by the child, and if need be given back by the parent. */
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
	if (pe_door_vfork_depth(0)) {
		lent.pages = e->pages;
		lent.bytes = e->mapped;
	}
	return (struct room){ e->pages, (char *)e->pages + bytes };
}

void pe_environ_make(struct pe_environ *e, char *const *envp)
{
	static char *const nothing[] = { NULL };
	const char *const *ours = pe_door_environment();
	const char *preload;
	size_t count = 0, n = 0;
	struct room room;
	char **to;

	e->envp = envp;
	e->mapped = 0;
	envp = envp ? envp : nothing;
	/* loaded under another name, or by /etc/ld.so.preload: there is nothing to put back */
	if (!ours[0] || !begins(ours[0], PRELOAD, sizeof(PRELOAD) - 1))
		return;
	preload = find(envp, PRELOAD);
	if (preload &&
	    has_library(preload + name_length(preload), last_part(ours[0] + name_length(ours[0]))))
		return;
	while (envp[count])
		count++;
	while (ours[n])
		n++;
	room = make_room(e, count + n + 1, joined_size(ours[0], preload));
	to = room.entries;
	if (!to)
		return;
	if (preload)
		join(room.text, ours[0], preload);
	e->envp = to;
	for (; *envp; envp++)
		*to++ = preload && *envp == preload ? room.text : *envp;
	for (; *ours; ours++)
		if (!find(envp - count, *ours))
			*to++ = (char *)*ours;
	*to = NULL;
}

void pe_environ_done(struct pe_environ *e)
{
	if (!e->mapped)
		return;
	pe_sys_munmap(e->pages, e->mapped);
	if (pe_door_vfork_depth(0))
		lent.bytes = 0;
}
