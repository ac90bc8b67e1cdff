/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/time/clock.h"
#include "core/sys.h"
#include "core/text.h"

void pe_clock_init(struct pe_clock *c, pe_clock_time start)
{
	if (pe_clock_lap(start) == 0)
		start = pe_clock_make(1, pe_clock_cursor(start));
	atomic_store(&c->word, start);
	atomic_store(&c->given, 0);
}

pe_clock_time pe_clock_now(const struct pe_clock *c)
{
	return atomic_load(&c->word);
}

/* the first moment after @t at which @pid can be allocated */
static pe_clock_time after(pe_clock_time t, uint32_t pid)
{
	uint64_t lap = pe_clock_lap(t);

	return pe_clock_make(pid > pe_clock_cursor(t) ? lap : lap + 1, pid);
}

static void lift(_Atomic uint64_t *word, uint64_t to)
{
	uint64_t seen = atomic_load(word);

	while (seen < to && !atomic_compare_exchange_weak(word, &seen, to))
		;
}

/*
 * A snapshot counts from the moment when it is stored in `given`. An observer that read `given`
 * before that got its pid from the kernel before that, so the snapshot means the observer's process
 * instance or a later one.
 */
pe_clock_time pe_clock_give(struct pe_clock *c)
{
	pe_clock_time now = pe_clock_now(c);

	lift(&c->given, now);
	return now;
}

void pe_clock_show_birth(struct pe_clock *c)
{
	lift(&c->given, pe_clock_make(0, 1)); /* eps() of it is 0 for every pid */
}

uint64_t pe_clock_observe_after(struct pe_clock *c, pe_clock_time before, uint32_t pid,
				uint64_t known)
{
	pe_clock_time t = after(before, pid);
	pe_clock_time now = pe_clock_now(c);

	do {
		uint64_t tagged = pe_clock_eps(atomic_load(&c->given), pid);

		if (t <= now && pe_clock_lap(t) > known && pe_clock_lap(t) > tagged)
			break; /* clock.3: overtaken, or a lap late; both look the same */
		if (t <= now)
			t = after(now, pid); /* clock.4 */
	} while (!atomic_compare_exchange_weak(&c->word, &now, t));
	return pe_clock_lap(t);
}

void pe_clock_advance(struct pe_clock *c, pe_clock_time before, uint32_t cursor)
{
	/* the same cursor: either no fork, or whole laps, which go unnoticed (clock.6) */
	if (cursor != pe_clock_cursor(before))
		lift(&c->word, after(before, cursor));
}

bool pe_clock_has_shown(const struct pe_clock *c)
{
	return atomic_load(&c->given) != 0;
}

void pe_clock_skip(struct pe_clock *c, uint64_t laps)
{
	atomic_fetch_add(&c->word, laps << PE_CLOCK_CURSOR_BITS);
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

int pe_clock_parse(const char *text, size_t len, uint32_t *cursor)
{
	uint64_t value = 0;
	size_t at;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	for (at = len; at > 0 && digit(text[at - 1]); at--)
		;
	if (at == len || (at > 0 && text[at - 1] != ' '))
		return -EINVAL;
	pe_text_digits(text + at, text + len, 10, &value);
	if (value > PE_CLOCK_CURSOR_MASK)
		return -EINVAL;
	*cursor = (uint32_t)value;
	return 0;
}
