// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/json.h"

/* versions of the format */
#define OLDEST 1
#define NEWEST 2

static const char severities[PE_EVENTS_SEVERITIES][16] = { "critical", "error", "warning", "note" };

const char *pe_events_severity_name(enum pe_events_severity s)
{
	return severities[s];
}

/* --- unique strings --- */

static size_t hash_of(const char *s)
{
	size_t h = 5381;

	for (; *s; s++)
		h = h * 33 + (unsigned char)*s;
	return h;
}

static char **place_of(const struct pe_events *e, const char *s)
{
	size_t at = hash_of(s) & (e->strings_room - 1);

	while (e->string[at] && strcmp(e->string[at], s) != 0)
		at = (at + 1) & (e->strings_room - 1);
	return &e->string[at];
}

static int grow_strings(struct pe_events *e)
{
	char **before = e->string;
	size_t room = e->strings_room;

	e->string = calloc(room ? 2 * room : 256, sizeof(*before));
	if (!e->string) {
		e->string = before;
		return -ENOMEM;
	}
	e->strings_room = room ? 2 * room : 256;
	for (size_t i = 0; i < room; i++)
		if (before[i])
			*place_of(e, before[i]) = before[i];
	free(before);
	return 0;
}

static const char *keep(struct pe_events *e, const char *s)
{
	char **place;

	if (2 * (e->strings + 1) > e->strings_room && grow_strings(e) < 0)
		return NULL;
	place = place_of(e, s);
	if (!*place) {
		*place = strdup(s);
		e->strings += *place != NULL;
	}
	return *place;
}

static bool keep_member(struct pe_events *e, const struct pe_json *o, const char *key,
			const char **to)
{
	*to = keep(e, pe_json_text(o, key, ""));
	return *to != NULL;
}

/* --- the two types of lines --- */

static void *grow(void *array, size_t used, size_t *room, size_t one)
{
	size_t wanted = *room ? 2 * *room : 64;
	void *bigger;

	if (used < *room)
		return array;
	bigger = realloc(array, wanted * one);
	if (bigger)
		*room = wanted;
	return bigger;
}

static uint64_t set_called(const char *name)
{
	uint64_t n = strtoull(name, NULL, 16);

	return *name && n == 0 ? 1 : n;
}

static void take_stack(const struct pe_json *o, struct pe_events_stack *s)
{
	const struct pe_json *list = pe_json_get(o, "stack");

	if (!list || list->type != PE_JSON_LIST)
		return;
	for (const struct pe_json *v = list->first; v && s->depth < PE_EVENTS_DEPTH; v = v->next)
		if (pe_json_address(v, &s->address[s->depth]))
			s->depth++;
}

static bool take_moment(struct pe_events *e, const struct pe_json *o, struct pe_events_moment *m)
{
	m->known = o && o->type == PE_JSON_OBJECT;
	m->ago_ms = pe_json_number(o, "ago_ms", 0);
	m->tid = pe_json_number(o, "tid", 0);
	take_stack(o, &m->stack);
	m->process = pe_json_number(o, "process", 0);
	m->stack.set = m->process ? set_called(pe_json_text(o, "modules", "")) : 0;
	return keep_member(e, o, "command_line", &m->command_line) &&
	       keep_member(e, o, "call", &m->call) && keep_member(e, o, "stack_end", &m->stack_end);
}

static bool take_holder(struct pe_events *e, const struct pe_json *o, struct pe_events_event *v)
{
	v->holder.known = o && o->type == PE_JSON_OBJECT;
	v->holder.parent = pe_json_number(o, "parent", 0);
	v->holder.age_ms = pe_json_number(o, "age_ms", 0);
	return keep_member(e, o, "comm", &v->holder.comm) &&
	       keep_member(e, o, "exe", &v->holder.exe);
}

/* An event from the supervisor has the holder as it was before the release was looked up. */
static void bound_age(struct pe_events_event *v)
{
	if (v->released.known && v->holder.age_ms > v->released.ago_ms)
		v->holder.age_ms = v->released.ago_ms;
}

static bool take_evidence(struct pe_events *e, const struct pe_json *o, struct pe_events_event *v)
{
	v->evidence.known = o && o->type == PE_JSON_OBJECT;
	v->evidence.dated = pe_json_get(o, "ago_ms") != NULL;
	v->evidence.ago_ms = pe_json_number(o, "ago_ms", 0);
	v->evidence.source = pe_json_number(o, "source", 0);
	return keep_member(e, o, "kind", &v->evidence.kind) &&
	       keep_member(e, o, "path", &v->evidence.path);
}

static enum pe_events_severity severity_called(const char *name)
{
	enum pe_events_severity s = PE_EVENTS_CRITICAL;

	while (s < PE_EVENTS_NOTE && strcmp(severities[s], name) != 0)
		s++;
	return s;
}

static int64_t take_time(const struct pe_json *o)
{
	const struct pe_json *time = pe_json_get(o, "time");

	/* up to the year 5000, so that sums with it do not overflow */
	if (!time || time->type != PE_JSON_NUMBER || !(time->number >= 0 && time->number < 1e11))
		return 0;
	return (int64_t)(time->number * 1000 + 0.5);
}

static void take_plain(const struct pe_json *o, struct pe_events_event *v)
{
	const struct pe_json *any = pe_json_get(o, "released_by_any");
	uint64_t signal = pe_json_number(o, "signal", UINT64_MAX);

	v->severity = severity_called(pe_json_text(o, "severity", ""));
	v->time_ms = take_time(o);
	v->pid = pe_json_number(o, "pid", 0);
	v->number = pe_json_number(o, "number", 0);
	v->signal = signal < 256 ? (int)signal : -1;
	v->group = *pe_json_text(o, "group", "") != '\0';
	v->inherited = strcmp(pe_json_text(o, "known", ""), "inherited") == 0;
	v->by_any = any && any->type == PE_JSON_BOOL && any->number != 0;
	v->set = set_called(pe_json_text(o, "modules", ""));
}

static int take_event(struct pe_events *e, const struct pe_json *o)
{
	struct pe_events_event v = { .signal = -1 }, *all;

	take_plain(o, &v);
	if (!keep_member(e, o, "kind", &v.kind) || !keep_member(e, o, "program", &v.program) ||
	    !keep_member(e, o, "command_line", &v.command_line) ||
	    !keep_member(e, o, "outcome", &v.outcome) || !take_moment(e, o, &v.used) ||
	    !take_moment(e, pe_json_get(o, "obtained"), &v.obtained) ||
	    !take_moment(e, pe_json_get(o, "released"), &v.released) ||
	    !take_evidence(e, pe_json_get(o, "evidence"), &v) ||
	    !take_holder(e, pe_json_get(o, "holder"), &v))
		return -ENOMEM;
	bound_age(&v);
	all = grow(e->event, e->events, &e->events_room, sizeof(v));
	if (!all)
		return -ENOMEM;
	e->event = all;
	e->event[e->events++] = v;
	return 0;
}

static int take_module(struct pe_events *e, const struct pe_json *o)
{
	struct pe_events_module m = { .set = set_called(pe_json_text(o, "set", "")) }, *all;

	if (!pe_json_address(pe_json_get(o, "start"), &m.start) ||
	    !pe_json_address(pe_json_get(o, "end"), &m.end) ||
	    !pe_json_address(pe_json_get(o, "offset"), &m.offset) || m.end <= m.start ||
	    m.set == 0) {
		e->unreadable++;
		return 0;
	}
	if (!keep_member(e, o, "build_id", &m.build_id) || !keep_member(e, o, "path", &m.path))
		return -ENOMEM;
	all = grow(e->module, e->modules, &e->modules_room, sizeof(m));
	if (!all)
		return -ENOMEM;
	e->module = all;
	e->module[e->modules++] = m;
	return 0;
}

int pe_events_line(struct pe_events *e, char *line, size_t length)
{
	static struct pe_json_line parsed;
	const struct pe_json *o = pe_json_parse(&parsed, line, length);
	const char *type = pe_json_text(o, "type", "");
	const uint64_t version = pe_json_number(o, "pidepoch", 0);

	if (version < OLDEST || version > NEWEST) {
		e->unreadable++;
		return 0;
	}
	if (strcmp(type, "event") == 0 && e->events < PE_EVENTS_MOST)
		return take_event(e, o);
	if (strcmp(type, "module") == 0 && e->modules < PE_EVENTS_MOST)
		return take_module(e, o);
	e->unreadable += strcmp(type, "event") == 0 || strcmp(type, "module") == 0;
	return 0;
}

int pe_events_read(struct pe_events *e, FILE *f)
{
	char *line = malloc(PE_EVENTS_LINE);
	size_t n = 0;
	int c, r = line ? 0 : -ENOMEM;

	while (r == 0 && (c = getc_unlocked(f)) != EOF) {
		if (c != '\n') {
			if (n < PE_EVENTS_LINE)
				line[n++] = (char)c;
			continue;
		}
		if (n == PE_EVENTS_LINE)
			e->unreadable++;
		else if (n > 0)
			r = pe_events_line(e, line, n);
		n = 0;
	}
	e->unreadable += n > 0; /* the last line is incomplete */
	if (r == 0 && ferror(f))
		r = -errno;
	free(line);
	return r;
}

void pe_events_free(struct pe_events *e)
{
	for (size_t i = 0; i < e->strings_room; i++)
		free(e->string[i]);
	free(e->string);
	free(e->event);
	free(e->module);
	memset(e, 0, sizeof(*e));
}
