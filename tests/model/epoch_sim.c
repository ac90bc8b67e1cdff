/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: a call with a reference (pid, eps(pid)) reaches only the process that was meant, and
 * is refused only where it must be.
 *
 * A pid namespace is simulated: pids are allocated in a circle, without those that a process holds;
 * processes live from a moment to several laps. References are taken to pids at random, also ahead
 * of the cursor, and used later. Each use is judged by several rules; the simulation knows which
 * judgement is correct.
 *
 *   wrong      wrong target: the rule acts, and another process than the one meant holds the pid
 *   refused    wrongly refused: the rule refuses, the process that was meant still holds the pid,
 *              and the cursor has passed the pid less than twice since the reference was taken (or,
 *              where the rule lets references be renewed, last renewed): S2's e >= A-1, S7's two
 *              epochs
 *   expired    the same, but passed twice or more: correctly refused
 *   unproven   refused although the process that was meant holds the pid, by a host that cannot
 *              know the holder's birth: S2 refuses what is not proven
 *
 * The clock and the judgement are the engine's own. Some rules must fail, which shows that the
 * simulation would find a fault in the others.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time/clock.h"
#include "core/frame/verdict.h"

#define FIRST	  300u /* pids FIRST .. FIRST + SPAN - 1 */
#define SPAN	  1000u
#define RING	  4096u	 /* steps; longer than any life or delay */
#define FLYING	  32768u /* references taken and not yet used, at most */
#define PER_STEP  10u
#define DECISIONS 450000u
#define OBSERVERS 16u
#define LONGEST	  1500u /* from reference to use: up to three laps */
#define NAP	  700u	/* the seat sleeps every third of these, longer than a lap */

/* --- chance --- */

static uint64_t seed = 2019;

static uint32_t dice(uint32_t sides)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((seed >> 33) % sides);
}

/* --- the namespace --- */

struct instance {
	uint64_t id;	   /* 0: no process */
	uint64_t birth;	   /* lap, by the exact clock */
	uint64_t reported; /* lap, by the seat's clock; 0: not its child */
	uint64_t death;	   /* step */
};

static struct {
	uint64_t step, lap, born;
	uint32_t cursor;
	struct instance holder[SPAN];
	uint32_t dying[RING]; /* first pid of each step's dead, 0: none */
	uint32_t also[SPAN];  /* next pid that dies in the same step */
} world = { .lap = 1, .cursor = FIRST - 1 };

static struct instance *at(uint32_t pid)
{
	return &world.holder[pid - FIRST];
}

/* how often the pid has been passed: the truth that eps() must agree with */
static uint64_t passes(uint32_t pid)
{
	return pid <= world.cursor ? world.lap : world.lap - 1;
}

static uint64_t lifetime(void)
{
	uint32_t kind = dice(10);

	return 1 + (kind < 6 ? dice(200) : kind < 9 ? 200 + dice(1300) : dice(RING - 1));
}

static void die(void)
{
	uint32_t *first = &world.dying[world.step % RING];

	for (uint32_t pid = *first; pid; pid = world.also[pid - FIRST])
		at(pid)->id = 0;
	*first = 0;
}

static uint32_t next_free(void)
{
	uint32_t pid = world.cursor;

	do
		pid = pid + 1 < FIRST + SPAN ? pid + 1 : FIRST;
	while (at(pid)->id);
	return pid;
}

static uint32_t allocate(void)
{
	uint32_t pid = next_free();
	struct instance *who = at(pid);
	uint32_t *dying;

	world.lap += pid <= world.cursor;
	world.cursor = pid;
	who->id = ++world.born;
	who->death = world.step + lifetime();
	dying = &world.dying[who->death % RING];
	world.also[pid - FIRST] = *dying;
	*dying = pid;
	return pid;
}

/* --- the hosts --- */

/* The kernel's view: every birth is recorded. */
static struct pe_clock exact;

/* A program's view: it sees its children and, when it looks, the cursor. It sleeps through laps. */
static struct {
	struct pe_clock clock;
	uint64_t known[SPAN]; /* the last recorded birth of each pid */
} seat;

static bool seat_awake(void)
{
	return world.step / NAP % 3 != 2;
}

static pe_clock_time seat_look(void)
{
	pe_clock_advance(&seat.clock, pe_clock_now(&seat.clock), world.cursor);
	return pe_clock_give(&seat.clock);
}

static void give_birth(void)
{
	const bool own = seat_awake() && dice(5) == 0;
	pe_clock_time before = pe_clock_now(&exact), seat_before = pe_clock_now(&seat.clock);
	uint32_t pid = allocate();
	struct instance *who = at(pid);
	uint64_t *known = &seat.known[pid - FIRST];

	who->birth = pe_clock_observe_after(&exact, before, pid, 0);
	who->reported = 0;
	if (own)
		who->reported = *known =
			pe_clock_observe_after(&seat.clock, seat_before, pid, *known);
}

/* Processes that hold references, renew them, and fork. */
static struct observer {
	pe_clock_time synced, forked;
	uint64_t synced_at, forked_at; /* steps */
} observers[OBSERVERS];

static void observe(struct observer *o)
{
	if (dice(400) == 0) {
		o->synced = pe_clock_give(&exact);
		o->synced_at = world.step;
	}
	if (dice(600) == 0) {
		o->forked = pe_clock_give(&exact);
		o->forked_at = world.step;
	}
}

/* --- references --- */

struct reference {
	struct reference *next;
	const struct observer *by;
	struct instance meant;
	uint32_t pid;
	uint64_t taken_at, passes, lap; /* step; the truth then */
	pe_clock_time when, seat_when;
	bool from_seat;
};

static struct reference references[FLYING], *spare, *due[RING];

static void take_reference(void)
{
	struct reference *r = spare;
	uint32_t pid = FIRST + dice(SPAN);
	uint64_t slot = (world.step + 1 + dice(LONGEST)) % RING;

	if (!at(pid)->id)
		return;
	spare = r->next;
	*r = (struct reference){
		.next = due[slot],
		.by = &observers[dice(OBSERVERS)],
		.meant = *at(pid),
		.pid = pid,
		.taken_at = world.step,
		.passes = passes(pid),
		.lap = world.lap,
		.when = pe_clock_give(&exact),
		.from_seat = seat_awake(),
	};
	if (r->from_seat)
		r->seat_when = seat_look();
	due[slot] = r;
}

/* --- rules --- */

struct use {
	const struct reference *ref;
	struct instance holder; /* now */
	pe_clock_time now;
	uint64_t since; /* passes of the pid when the reference was taken or renewed */
	bool unproven;	/* the host cannot know the holder's birth */
	bool own;	/* the holder is the host's own child: that never expires (S2) */
};

enum answer { ACT, REFUSE, NOT_ASKED };

/* the engine's verdict, through the 32-bit API */
static enum answer ask(const struct use *u, uint64_t tag, enum pe_holder kind, uint64_t birth,
		       bool no_lap_missed)
{
	const struct pe_verdict_ref r = {
		.pid = u->ref->pid,
		.epoch = pe_verdict_widen((uint32_t)tag, u->now),
		.now = u->now,
		.holder = kind,
		.birth = birth,
		.no_lap_missed = no_lap_missed,
	};

	return pe_verdict_reference(&r) == 0 ? ACT : REFUSE;
}

static enum answer ask_known(const struct use *u, uint64_t tag)
{
	return ask(u, tag, u->holder.id ? PE_HOLDER_KNOWN : PE_HOLDER_GONE, u->holder.birth, false);
}

static enum answer rule_plain(struct use *u)
{
	(void)u;
	return ACT;
}

/* the proposal read literally: the tag is the lap in which the reference was taken */
static enum answer rule_literal(struct use *u)
{
	return u->holder.id && u->holder.birth <= pe_clock_lap(u->ref->when) ? ACT : REFUSE;
}

static uint64_t own_tag(const struct reference *r)
{
	return pe_clock_eps(r->when, r->pid);
}

static enum answer rule_eps(struct use *u)
{
	return ask_known(u, own_tag(u->ref));
}

/* S5, as proposed: a forked child takes its birth as the sync point of what it inherited */
static enum answer rule_fork_resets(struct use *u)
{
	const struct observer *o = u->ref->by;

	if (o->forked_at <= u->ref->taken_at)
		return NOT_ASKED;
	return ask_known(u, pe_clock_eps(o->forked, u->ref->pid));
}

static enum answer rule_fork_keeps(struct use *u)
{
	return u->ref->by->forked_at <= u->ref->taken_at ? NOT_ASKED : rule_eps(u);
}

/* A sync showed the observer which processes had ended: it does not use those. It renews the
 * others. */
static bool renewed(struct use *u, bool *ended)
{
	const struct observer *o = u->ref->by;
	bool synced = o->synced_at > u->ref->taken_at;

	*ended = synced && u->ref->meant.death <= o->synced_at;
	if (synced)
		u->since = pe_clock_eps(o->synced, u->ref->pid);
	return synced;
}

/* S13's foil: one tag for all that a process knows, from its last sync */
static enum answer rule_one_tag(struct use *u)
{
	bool ended;

	renewed(u, &ended);
	return ended ? NOT_ASKED : ask_known(u, pe_clock_eps(u->ref->by->synced, u->ref->pid));
}

/* S13: the snapshot's tag for what the sync renewed, its own for what was learned later */
static enum answer rule_own_tags(struct use *u)
{
	bool ended, synced = renewed(u, &ended);

	if (ended)
		return NOT_ASKED;
	return ask_known(u,
			 synced ? pe_clock_eps(u->ref->by->synced, u->ref->pid) : own_tag(u->ref));
}

/* From a program's view: births of unrelated processes are not known, laps are missed. */
static enum answer seat_judges(struct use *u, bool gullible)
{
	const struct reference *r = u->ref;
	bool own_meant = r->meant.reported != 0, none_missed;
	uint64_t tag = own_meant ? r->meant.reported : pe_clock_eps(r->seat_when, r->pid);

	if (!r->from_seat || !seat_awake())
		return NOT_ASKED;
	u->now = seat_look();
	none_missed = gullible ||
		      world.lap - r->lap == pe_clock_lap(u->now) - pe_clock_lap(r->seat_when);
	u->own = u->holder.reported != 0;
	u->unproven = !u->own;
	if (u->own)
		return ask(u, tag, PE_HOLDER_OWN_CHILD, u->holder.reported, none_missed);
	return ask(u, tag, u->holder.id ? PE_HOLDER_UNKNOWN : PE_HOLDER_GONE, 0, none_missed);
}

static enum answer rule_seat(struct use *u)
{
	return seat_judges(u, false);
}

static enum answer rule_seat_gullible(struct use *u)
{
	return seat_judges(u, true);
}

/* --- the table --- */

static struct rule {
	const char *name;
	enum answer (*judge)(struct use *u);
	bool wrong_expected, refused_expected; /* more than 0; else just 0 */
	uint64_t decisions, wrong, refused, expired, unproven;
} rules[] = {
	{ "plain pid", rule_plain, true, false, 0, 0, 0, 0, 0 },
	{ "tag = lap, literally", rule_literal, true, false, 0, 0, 0, 0, 0 },
	{ "tag = eps(q)", rule_eps, false, false, 0, 0, 0, 0, 0 },
	{ "eps(q), fork resets the sync point", rule_fork_resets, true, false, 0, 0, 0, 0, 0 },
	{ "eps(q), fork keeps it", rule_fork_keeps, false, false, 0, 0, 0, 0, 0 },
	{ "eps(q), one sync point for all", rule_one_tag, false, true, 0, 0, 0, 0, 0 },
	{ "eps(q), a tag for each reference", rule_own_tags, false, false, 0, 0, 0, 0, 0 },
	{ "a program's seat, laps missed", rule_seat, false, false, 0, 0, 0, 0, 0 },
	{ "... which believes it missed none", rule_seat_gullible, true, false, 0, 0, 0, 0, 0 },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static void judge(struct rule *rule, const struct reference *r)
{
	struct use u = {
		.ref = r, .holder = *at(r->pid), .now = pe_clock_now(&exact), .since = r->passes
	};
	enum answer answer = rule->judge(&u);
	bool same = u.holder.id == r->meant.id;

	if (answer == NOT_ASKED)
		return;
	rule->decisions++;
	if (answer == ACT)
		rule->wrong += u.holder.id && !same;
	else if (same && passes(r->pid) >= u.since + 2 && !u.own)
		rule->expired++;
	else if (same && u.unproven)
		rule->unproven++;
	else if (same)
		rule->refused++;
}

static void use_references(void)
{
	struct reference **slot = &due[world.step % RING];

	while (*slot) {
		struct reference *r = *slot;

		for (size_t i = 0; i < RULES; i++)
			judge(&rules[i], r);
		*slot = r->next;
		r->next = spare;
		spare = r;
	}
}

static bool clock_is_exact(void)
{
	pe_clock_time now = pe_clock_now(&exact);

	return pe_clock_lap(now) == world.lap && pe_clock_cursor(now) == world.cursor;
}

static void step(void)
{
	world.step++;
	die();
	give_birth();
	use_references();
	for (uint32_t i = 0; i < PER_STEP; i++)
		take_reference();
	for (size_t i = 0; i < OBSERVERS; i++)
		observe(&observers[i]);
}

static bool as_expected(const struct rule *r)
{
	return r->decisions && (r->wrong > 0) == r->wrong_expected &&
	       (r->refused > 0) == r->refused_expected;
}

static int print_table(void)
{
	int failed = 0;

	printf("%-36s %9s %9s %9s %9s %9s\n", "rule", "decisions", "wrong", "refused", "expired",
	       "unproven");
	for (size_t i = 0; i < RULES; i++) {
		const struct rule *r = &rules[i];

		printf("%-36s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "%s\n",
		       r->name, r->decisions, r->wrong, r->refused, r->expired, r->unproven,
		       as_expected(r) ? "" : "   NOT AS EXPECTED");
		failed += !as_expected(r);
	}
	printf("%" PRIu64 " births in %" PRIu64 " laps; the seat saw %" PRIu64 " laps\n",
	       world.born, world.lap, pe_clock_lap(pe_clock_now(&seat.clock)));
	return failed;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	pe_clock_init(&exact, pe_clock_make(1, FIRST - 1));
	pe_clock_init(&seat.clock, pe_clock_make(1, FIRST - 1));
	for (size_t i = 0; i < OBSERVERS; i++)
		observers[i].synced = observers[i].forked = pe_clock_give(&exact);
	for (size_t i = 0; i < FLYING; i++)
		references[i].next = i + 1 < FLYING ? &references[i + 1] : NULL;
	spare = references;

	while (rules[0].decisions < DECISIONS) {
		step();
		if (!clock_is_exact()) {
			printf("the clock is not exact in step %" PRIu64 "\n", world.step);
			return 1;
		}
	}
	return print_table() ? 1 : 0;
}
