// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/findings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void pe_findings_walk(const struct pe_findings *f, const struct pe_events_event *e,
		      const struct pe_events_stack *stack, pe_findings_each each, void *context)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < stack->depth; i++) {
		const struct pe_symbols_frame *frame = pe_symbols_at(
			f->symbols, stack->set ? stack->set : e->set, stack->address[i]);

		for (; frame; frame = frame->next)
			if (!each(context, n++, frame))
				return;
	}
}

/* --- findings.1 --- */

static uint64_t mix(uint64_t h, uint64_t n)
{
	h = (h ^ n) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t mix_text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = mix(h, (unsigned char)*s);
	return mix(h, 256);
}

static bool mix_frame(void *key, unsigned int n, const struct pe_symbols_frame *frame)
{
	uint64_t h = mix(*(uint64_t *)key, n);

	h = mix_text(h, frame->function ? frame->function : "");
	if (frame->file)
		h = mix(mix_text(h, frame->file), frame->line);
	else if (frame->module)
		h = mix(mix_text(h, frame->module), frame->offset);
	*(uint64_t *)key = h;
	return true;
}

static uint64_t key_of(const struct pe_findings *f, const struct pe_events_event *e)
{
	const struct pe_events_moment *moments[] = { &e->used, &e->released, &e->obtained };
	uint64_t h = mix(mix(0, e->severity), (uint64_t)e->inherited);

	h = mix_text(mix_text(mix_text(h, e->kind), e->used.call), e->outcome);
	if (e->used.stack.depth == 0)
		h = mix_text(h, e->program);
	for (int i = 0; i < 3; i++) {
		h = mix_text(h, moments[i]->call);
		pe_findings_walk(f, e, &moments[i]->stack, mix_frame, &h);
	}
	return h;
}

/* --- findings.2 --- */

static int compare(const void *a, const void *b)
{
	const struct pe_findings_finding *x = a, *y = b;

	if (x->first->severity != y->first->severity)
		return x->first->severity < y->first->severity ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->first->time_ms != y->first->time_ms)
		return x->first->time_ms < y->first->time_ms ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

/* --- findings.3 --- */

struct question {
	const struct pe_suppress *suppress;
	const char *kind;
	bool yes;
};

static bool ask_frame(void *context, unsigned int n, const struct pe_symbols_frame *frame)
{
	struct question *q = context;

	(void)n;
	q->yes = (frame->function && pe_suppress_matches(q->suppress, q->kind, frame->function)) ||
		 (frame->file && pe_suppress_matches(q->suppress, q->kind, frame->file)) ||
		 (frame->module && pe_suppress_matches(q->suppress, q->kind, frame->module));
	return !q->yes;
}

static bool is_suppressed(const struct pe_findings *f, const struct pe_events_event *e,
			  const struct pe_suppress *suppress)
{
	const struct pe_events_moment *moments[] = { &e->used, &e->released, &e->obtained };
	struct question q = { suppress, e->kind, false };

	if (pe_suppress_matches(suppress, e->kind, e->program))
		return true;
	for (int i = 0; i < 3 && !q.yes; i++)
		pe_findings_walk(f, e, &moments[i]->stack, ask_frame, &q);
	return q.yes;
}

/* --- the list of findings --- */

/* A hash table with open addressing: the place of @key, or the free place for it. */
static size_t place_of(const struct pe_findings_finding *table, size_t room, uint64_t key)
{
	size_t at = (size_t)(key ^ key >> 32) & (room - 1);

	while (table[at].first && table[at].key != key)
		at = (at + 1) & (room - 1);
	return at;
}

static void count_in(struct pe_findings_finding *found, const struct pe_events_event *e,
		     uint64_t key)
{
	if (!found->first || e->time_ms < found->first->time_ms)
		found->first = e;
	found->key = key;
	found->count++;
}

/* Move the findings from the table to a sorted array. Then the table maps each to its index
 * there. */
static void settle(struct pe_findings *f, struct pe_findings_finding *table, size_t room,
		   const struct pe_suppress *suppress)
{
	for (size_t i = 0; i < room; i++) {
		if (!table[i].first)
			continue;
		if (is_suppressed(f, table[i].first, suppress))
			f->suppressed++;
		else
			f->finding[f->findings++] = table[i];
		table[i].count = SIZE_MAX;
	}
	qsort(f->finding, f->findings, sizeof(*f->finding), compare);
	for (size_t i = 0; i < f->findings; i++)
		table[place_of(table, room, f->finding[i].key)].count = i;
}

int pe_findings_make(struct pe_findings *f, const struct pe_events *e, struct pe_symbols *s,
		     const struct pe_suppress *suppress)
{
	struct pe_findings_finding *table;
	uint64_t *key = calloc(e->events + 1, sizeof(*key));
	size_t room = 64;

	while (room < 2 * e->events)
		room *= 2;
	table = calloc(room, sizeof(*table));
	*f = (struct pe_findings){ .events = e, .symbols = s };
	f->finding = calloc(e->events + 1, sizeof(*f->finding));
	f->of_event = calloc(e->events + 1, sizeof(*f->of_event));
	if (!table || !key || !f->finding || !f->of_event) {
		free(table);
		free(key);
		pe_findings_free(f);
		return -ENOMEM;
	}
	for (size_t i = 0; i < e->events; i++) {
		key[i] = key_of(f, &e->event[i]);
		count_in(&table[place_of(table, room, key[i])], &e->event[i], key[i]);
	}
	settle(f, table, room, suppress);
	for (size_t i = 0; i < e->events; i++) {
		uint64_t at = table[place_of(table, room, key[i])].count;

		f->of_event[i] = at < f->findings ? (size_t)at : f->findings;
	}
	free(table);
	free(key);
	return 0;
}

void pe_findings_free(struct pe_findings *f)
{
	free(f->finding);
	free(f->of_event);
	memset(f, 0, sizeof(*f));
}
