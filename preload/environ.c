/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "environ.h"

#include <unistd.h>

#include "core/sys.h"
#include "core/text.h"
#include "lib/preload_api.h"
#include "libc/loaders.h"

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

/* The end of the first entry of @list; *last: where the entry's file name begins. */
static const char *entry_end(const char *list, const char **last)
{
	for (*last = list; *list && *list != ':' && *list != ' '; list++)
		if (*list == '/')
			*last = list + 1;
	return list;
}

static bool is_named(const char *last, const char *end, const char *name)
{
	size_t length = pe_text_span(name);

	return (size_t)(end - last) == length && begins(last, name, length);
}

/* Does @list contain a library @name, in any directory? Another copy of this library counts as
 * well: with two copies, each would see only half of the calls. */
static bool has_library(const char *list, const char *name)
{
	while (*list) {
		const char *last, *end = entry_end(list, &last);

		if (is_named(last, end, name))
			return true;
		list = end + (*end != '\0');
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

/* the size of "LD_PRELOAD=library:theirs" with its NUL */
static size_t joined_size(const char *library, const char *theirs)
{
	return theirs ? pe_text_span(library) + pe_text_span(theirs) + 2 : 0;
}

/* Add the entries of @list to @text, other copies of this library excepted. */
static void add_others(struct pe_text *text, const char *list, const char *name)
{
	size_t before = sizeof(PRELOAD) - 1;

	while (*list) {
		const char *last, *end = entry_end(list, &last);

		if (end > list && !is_named(last, end, name)) {
			pe_text_add(text, pe_text_length(text) > before ? ":" : "");
			pe_text_part(text, list, (size_t)(end - list));
		}
		list = end + (*end != '\0');
	}
}

static void join(char *to, const char *library, const char *theirs, const char *name)
{
	struct pe_text text = pe_text_on(to, joined_size(library, theirs));

	pe_text_add(&text, library);
	add_others(&text, theirs + name_length(theirs), name);
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

/* What is changed in an environment. */
struct change {
	const char *const *ours; /* the settings of this library; [0] is LD_PRELOAD */
	const char *name;	 /* of the library's file, in each build */
	const char *preload;	 /* the environment's own LD_PRELOAD, or NULL */
	const char *library; /* LD_PRELOAD with the build that the program loads, or with none */
	const char *handed;  /* what is known of pids among the arguments, or NULL */
	bool loads;	     /* the program can load it */
	bool add;	     /* the settings, behind the marker */
	bool in_place;	     /* change the environment's own LD_PRELOAD */
};

/* The setting with the build for the other C library; NULL: it is not installed. */
static const char *other_build(const char *ours, const char *name, char *text, size_t size)
{
	static const char folder[] = PE_LOADERS_MUSL_FOLDER;
	size_t length = (size_t)(name - ours), inner = sizeof(folder) - 1;
	struct pe_text t = pe_text_on(text, size);

	if (PE_LOADERS_ARE_MUSL && (length < inner || !begins(name - inner, folder, inner)))
		return NULL;
	pe_text_part(&t, ours, PE_LOADERS_ARE_MUSL ? length - inner : length);
	pe_text_add(&t, PE_LOADERS_ARE_MUSL ? "" : folder);
	pe_text_add(&t, name);
	pe_text_end(&t);
	if (t.at >= t.limit || name == ours + name_length(ours) ||
	    pe_sys3(SYS_faccessat, AT_FDCWD, PE_SYS_LONG(text + name_length(ours)), R_OK) != 0)
		return NULL;
	return text;
}

static void choose(struct change *c, enum pe_loader loader, char *const *envp, struct pe_environ *e)
{
	const char *ours = c->ours[0];
	bool wanted, to_musl = (loader == PE_LOADER_OTHER) != PE_LOADERS_ARE_MUSL;

	c->name = last_part(ours + name_length(ours));
	c->preload = find(envp, PRELOAD);
	wanted = !c->preload || !has_library(c->preload + name_length(c->preload), c->name);
	c->library = loader == PE_LOADER_OWN ? ours
		     : loader == PE_LOADER_OTHER
			     ? other_build(ours, c->name, e->other, sizeof(e->other))
			     : NULL;
	c->loads = c->library;
	c->add = wanted && c->loads;
	if (c->preload)
		c->in_place = wanted ? c->add && to_musl : loader == PE_LOADER_OTHER;
	if (!c->loads)
		c->library = PRELOAD;
}

static void fill(struct room room, char *const *envp, const struct change *c)
{
	const char *const *setting = c->ours;
	char **to = room.entries;

	if (c->preload && (c->add || c->in_place))
		join(room.text, c->library, c->preload, c->name);
	for (char *const *entry = envp; *entry; entry++)
		*to++ = c->in_place && *entry == c->preload ? room.text : *entry;
	if (c->add || c->handed)
		*to++ = (char *)PE_PRELOAD_RESTORED;
	if (c->handed)
		*to++ = (char *)c->handed;
	if (c->add && !c->in_place)
		*to++ = c->preload ? room.text : (char *)c->library;
	while (c->add && *++setting)
		if (!find(envp, *setting))
			*to++ = (char *)*setting;
	*to = NULL;
}

static void change(struct pe_environ *e, char *const *envp, const struct change *c)
{
	size_t count = 0, settings = 0;
	struct room room;

	while (envp[count])
		count++;
	while (c->add && c->ours[settings])
		settings++;
	room = make_room(e, count + settings + 2 + (c->handed != NULL),
			 c->add || c->in_place ? joined_size(c->library, c->preload) : 0);
	if (!room.entries)
		return;
	fill(room, envp, c);
	e->envp = room.entries;
	if (c->in_place) {
		e->changed = room.text;
		e->unchanged = c->preload;
	}
}

/* Settings that this library was not started with need not be handed on: it was loaded under
 * another name, or by /etc/ld.so.preload. */
static bool hands_on(const char *const *ours)
{
	return ours[0] && begins(ours[0], PRELOAD, sizeof(PRELOAD) - 1) &&
	       !pe_preload_is_confined();
}

void pe_environ_make(struct pe_environ *e, char *const *argv, char *const *envp,
		     const struct pe_loadable *for_whom)
{
	struct change c = { .ours = pe_preload_environment() };
	bool on = hands_on(c.ours);
	enum pe_loader loader;

	e->envp = envp;
	e->changed = NULL;
	e->mapped = 0;
	if (!on && !pe_preload_seeks_bare())
		return;
	loader = pe_loadable_by(for_whom);
	if (pe_preload_seeks_bare() && loader != PE_LOADER_OWN)
		pe_preload_bare();
	if (!on)
		return;
	envp = envp ? envp : nothing;
	choose(&c, loader, envp, e);
	c.handed = pe_preload_arguments(argv, e->arguments, sizeof(e->arguments));
	if (c.handed && !c.loads) {
		pe_preload_announce_arguments(c.handed);
		c.handed = NULL;
	}
	if (c.add || c.in_place || c.handed)
		change(e, envp, &c);
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
	for (char **entry = environ; e->changed && entry && *entry; entry++)
		if (*entry == e->changed)
			*entry = (char *)e->unchanged;
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
