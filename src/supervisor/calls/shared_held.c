// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/shared_held.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

#include "core/text.h"
#include "supervisor/kernel/notify.h"
#include "supervisor/peer/proc.h"
#include "supervisor/worker/helper.h"

#define PATIENCE 3 /* looks */

static struct held {
	uint64_t parent; /* identity; 0: a free place */
	uint64_t id;	 /* of the notification */
	uint64_t next;	 /* ms: when it is looked at again */
	uint32_t user;
	int place, ns_pid, pause;
	int seen; /* looks in succession that found a signal of the whole process */
	bool due;
} held[PE_SHARED_HELD_MOST];

static unsigned int count;

static uint64_t now_ms(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- signals (shared_held.1) --- */

static uint64_t mask_of(const char *status, const char *name)
{
	const char *at = pe_text_field(status, name);

	return at ? strtoull(at, NULL, 16) : 0;
}

enum disturbance { NONE, MAYBE, SURE };

/* SURE: a signal for this thread may be delivered, or it has a tracer, or that is not known; or its
 * process is being stopped, which only this thread delays. MAYBE:
 * a signal of the whole process, which another thread may be about to get. */
static enum disturbance disturbance_of(int tid)
{
	char text[4096];
	const char *tracer;
	uint64_t deliverable;

	if (pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/status", tid), text, sizeof(text)) < 0)
		return SURE;
	tracer = pe_text_field(text, "TracerPid");
	deliverable = ~(mask_of(text, "SigBlk") | mask_of(text, "SigIgn"));
	if (!tracer || atoi(tracer) != 0 || (mask_of(text, "SigPnd") & deliverable))
		return SURE;
	if (pe_proc_is_stopped(tid))
		return SURE;
	return mask_of(text, "ShdPnd") & deliverable ? MAYBE : NONE;
}

/* @h: NULL: it is not held yet */
static bool is_disturbed(int tid, struct held *h)
{
	enum disturbance d = disturbance_of(tid);

	if (h)
		h->seen = d == MAYBE ? h->seen + 1 : 0;
	return d == SURE || (h && h->seen > PATIENCE);
}

/* --- the list --- */

static struct held *find(int place)
{
	for (struct held *h = held; h < held + PE_SHARED_HELD_MOST && count; h++)
		if (h->parent && h->place == place)
			return h;
	return NULL;
}

/* NULL: no more may be held (shared_held.2) */
static struct held *free_one(uint32_t user)
{
	unsigned int of_user = 0;
	struct held *free = NULL;

	for (struct held *h = held; h < held + PE_SHARED_HELD_MOST; h++) {
		if (!h->parent && !free)
			free = h;
		of_user += h->parent && h->user == user;
	}
	return of_user < PE_SHARED_HELD_MOST / 4 ? free : NULL;
}

static void sleep_on(struct held *h)
{
	const int longest = PE_SHARED_HELD_LONGEST * (1 + (int)count / 16);

	h->due = false;
	h->pause = h->pause < longest / 2 ? h->pause * 2 : longest;
	h->next = now_ms() + (uint64_t)h->pause;
}

bool pe_shared_held_add(const struct pe_worker_call *c, int ns_pid)
{
	struct held *h = find(c->place);
	bool is_held = h && h->id == c->n->id;
	uint32_t user = pe_peer_user(c->peer);

	if (is_disturbed(c->peer->tid, is_held ? h : NULL))
		return false;
	if (is_held) {
		sleep_on(h);
		return true;
	}
	h = h ? h : free_one(user);
	if (!h)
		return false;
	count += h->parent == 0;
	*h = (struct held){ .parent = c->peer->identity,
			    .id = c->n->id,
			    .next = now_ms() + 1,
			    .user = user,
			    .place = c->place,
			    .ns_pid = ns_pid,
			    .pause = 1 };
	return true;
}

bool pe_shared_held_has(uint64_t parent, int ns_pid)
{
	for (const struct held *h = held; h < held + PE_SHARED_HELD_MOST && count; h++)
		if (h->parent == parent && h->ns_pid == ns_pid)
			return true;
	return false;
}

bool pe_shared_held_any(uint64_t parent)
{
	for (const struct held *h = held; h < held + PE_SHARED_HELD_MOST && count; h++)
		if (h->parent == parent)
			return true;
	return false;
}

void pe_shared_held_wake(uint64_t parent)
{
	for (struct held *h = held; h < held + PE_SHARED_HELD_MOST && count; h++)
		if (h->parent == parent) {
			h->due = true;
			h->pause = 1;
		}
}

void pe_shared_held_forget(int place)
{
	struct held *h = find(place);

	if (!h)
		return;
	h->parent = 0;
	count--;
}

/* --- for the worker's loop --- */

int pe_shared_held_timeout(void)
{
	uint64_t now = now_ms(), first = UINT64_MAX;

	for (const struct held *h = held; h < held + PE_SHARED_HELD_MOST && count; h++)
		if (h->parent && !pe_helper_is_parked(h->place))
			first = h->due ? now : h->next < first ? h->next : first;
	return first == UINT64_MAX ? -1 : first <= now ? 0 : (int)(first - now);
}

/* A wait for one child has news by an event only, so that its time is for signals alone. */
static bool is_due(const struct pe_worker *s, struct held *h, uint64_t now)
{
	int tid = (int)s->table->held[h->place].pid;

	if (h->due)
		return true;
	if (h->next > now)
		return false;
	if (h->ns_pid == 0 || h->pause < PE_SHARED_HELD_LONGEST / 2 || is_disturbed(tid, h) ||
	    !pe_notify_holds(s->listener, h->id))
		return true;
	sleep_on(h);
	return false;
}

int pe_shared_held_next(const struct pe_worker *s)
{
	uint64_t now = count ? now_ms() : 0;

	for (struct held *h = held; h < held + PE_SHARED_HELD_MOST && count; h++)
		if (h->parent && !pe_helper_is_parked(h->place) && is_due(s, h, now)) {
			/* served again now; it is added again if it is still to be held */
			h->due = false;
			h->next = UINT64_MAX;
			return h->place;
		}
	return -1;
}

void pe_shared_held_end(void)
{
	for (struct held *h = held; h < held + PE_SHARED_HELD_MOST; h++)
		h->parent = 0;
	count = 0;
}
