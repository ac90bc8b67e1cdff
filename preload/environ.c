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

static bool contains(const char *s, const char *part)
{
	size_t length = pe_text_span(part);

	for (; *s; s++)
		if (*s == *part && begins(s, part, length))
			return true;
	return false;
}

/* the name without its folder: another copy of this library does as well, and both together would know half each */
static const char *last_part(const char *path)
{
	const char *last = path;

	for (; *path; path++)
		if (*path == '/')
			last = path + 1;
	return last;
}

static const char *find(char *const *envp, const char *setting)
{
	size_t length = name_length(setting);

	for (; *envp; envp++)
		if (begins(*envp, setting, length))
			return *envp;
	return NULL;
}

/* "LD_PRELOAD=ours:theirs" */
static char *joined(struct pe_environ *e, const char *ours, const char *theirs)
{
	struct pe_text text = pe_text_on(e->text, sizeof(e->text));

	if (pe_text_span(ours) + pe_text_span(theirs) + 2 > sizeof(e->text))
		return (char *)ours;
	pe_text_add(&text, ours);
	if (theirs[name_length(theirs)]) {
		pe_text_add(&text, ":");
		pe_text_add(&text, theirs + name_length(theirs));
	}
	return (char *)pe_text_end(&text);
}

static char **make_room(struct pe_environ *e, size_t entries)
{
	if (entries <= PE_ENVIRON_ROOM)
		return e->room;
	e->pages = pe_sys_mmap(entries * sizeof(char *));
	if (e->pages == MAP_FAILED)
		return NULL;
	e->mapped = entries * sizeof(char *);
	return e->pages;
}

void pe_environ_make(struct pe_environ *e, char *const *envp)
{
	static char *const nothing[] = { NULL };
	const char *const *ours = pe_door_environment();
	const char *preload;
	size_t count = 0, n = 0;
	char **to;

	e->envp = envp;
	e->mapped = 0;
	envp = envp ? envp : nothing;
	/* loaded under another name, or by /etc/ld.so.preload: there is nothing to put back */
	if (!ours[0] || !begins(ours[0], PRELOAD, sizeof(PRELOAD) - 1))
		return;
	preload = find(envp, PRELOAD);
	if (preload && contains(preload, last_part(ours[0] + name_length(ours[0]))))
		return;
	while (envp[count])
		count++;
	while (ours[n])
		n++;
	to = make_room(e, count + n + 1);
	if (!to)
		return;
	e->envp = to;
	for (; *envp; envp++)
		*to++ = preload && *envp == preload ? joined(e, ours[0], preload) : *envp;
	for (; *ours; ours++)
		if (!find(envp - count, *ours))
			*to++ = (char *)*ours;
	*to = NULL;
}

void pe_environ_done(struct pe_environ *e)
{
	if (e->mapped)
		pe_sys_munmap(e->pages, e->mapped);
}
