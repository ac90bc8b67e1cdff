/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/record/append.h"
#include "core/record/describe.h"
#include "core/record/event.h"
#include "core/record/fields.h"
#include "core/time/identity.h"
#include "core/record/modules.h"
#include "core/record/sink.h"
#include "core/record/tally.h"
#include "core/sys.h"
#include "core/text.h"
#include "core/stack/trace.h"

#define NAME 64u

/* an unrelated process was reached; would have been; will be some day; worth knowing */
enum severity { CRITICAL, ERROR, WARNING, NOTE };

struct happening {
	enum pe_event_kind kind;
	enum pe_call by;
	uint32_t pid, holder; /* as the caller knows them: the pid used, and the holder's */
	int signal;
	bool held, group, unproven;
	enum pe_outcome outcome;
	uint32_t now;			     /* pe_frame_ms() */
	const struct pe_known *k;	     /* NULL: nothing is known */
	const struct pe_evidence_finding *f; /* NULL: not stale by evidence */
};

/* the mapped pages in which one event is written (event.2) */
struct room {
	union {
		char modules[PE_MODULES_ROOM];
		struct {
			char line[PE_EVENT_LINE];
			char exe[PE_DESCRIBE_EXE];
			char command[PE_EVENT_COMMAND];
			struct pe_trace_stack here;
		};
	};
};

static enum severity severity_of(const struct happening *h)
{
	if (h->unproven || (h->k && h->k->what == PE_KNOWN_INHERITED))
		return NOTE;
	switch (h->kind) {
	case PE_EVENT_STALE:
		return h->outcome == PE_OUTCOME_PASSED ? CRITICAL : ERROR;
	case PE_EVENT_PROBE:
		return h->held ? WARNING : NOTE;
	case PE_EVENT_DOUBLE_REAP:
		return NOTE;
	default:
		return WARNING;
	}
}

static void stack_field(struct pe_text *t, const struct pe_trace_stack *s)
{
	if (s)
		pe_fields_addresses(t, "stack", s->frame,
				    s->depth < PE_TRACE_DEPTH ? s->depth : PE_TRACE_DEPTH);
}

/* --- the history of the pid --- */

struct history {
	uint32_t born, released; /* ms */
	uint8_t born_by, released_by;
	bool released_any;
	uint32_t born_stack, born_tid, released_stack, released_tid;
};

/* event.4. false: the slot has been used again for another pid, or its child has not ended. */
static bool read_history(const struct pe_frame *p, const struct happening *h, struct history *x)
{
	const struct pe_slot *s = h->k ? h->k->slot : NULL;
	uint64_t word = s ? pe_slot_word(s) : 0;

	memset(x, 0, sizeof(*x));
	if (!s || (word & PE_SLOT_PID) != h->pid)
		return false;
	x->born = atomic_load_explicit(&s->born, memory_order_relaxed);
	x->born_by = atomic_load_explicit(&s->born_by, memory_order_relaxed);
	x->released = atomic_load_explicit(&s->released, memory_order_relaxed);
	x->released_by = atomic_load_explicit(&s->released_by, memory_order_relaxed);
	x->released_any = atomic_load_explicit(&s->released_any, memory_order_relaxed);
	if (p->trace && h->k->index < PE_TRACE_MARKS) {
		x->born_stack = atomic_load(&p->trace->mark[h->k->index].born.stack);
		x->born_tid = atomic_load(&p->trace->mark[h->k->index].born.tid);
		x->released_stack = atomic_load(&p->trace->mark[h->k->index].released.stack);
		x->released_tid = atomic_load(&p->trace->mark[h->k->index].released.tid);
	}
	atomic_thread_fence(memory_order_acquire);
	return (pe_slot_word(s) & PE_SLOT_GENERATION_AND_PID) ==
		       (word & PE_SLOT_GENERATION_AND_PID) &&
	       x->released;
}

static void moment_field(struct pe_text *t, const struct pe_frame *p, const char *name,
			 unsigned int by, uint32_t ago, uint32_t tid, uint32_t stack)
{
	pe_fields_object(t, name);
	pe_fields_text(t, "call", pe_call_name(by));
	pe_fields_number(t, "ago_ms", ago);
	if (tid)
		pe_fields_number(t, "tid", tid);
	if (p->trace)
		stack_field(t, pe_trace_stack(p->trace, stack));
	pe_text_add(t, "}");
}

/* What a supervisor knows instead of a slot's history. */
static void outside_fields(struct pe_text *t, const struct pe_event_outside *o)
{
	if (o->released.by == PE_CALL_NONE)
		return;
	pe_fields_object(t, "released");
	pe_fields_text(t, "call", pe_call_name(o->released.by));
	pe_fields_number(t, "ago_ms", o->released.ago_ms);
	pe_fields_number(t, "tid", o->released.tid);
	stack_field(t, o->released.stack);
	if (o->released.stack_end)
		pe_fields_text(t, "stack_end", o->released.stack_end);
	pe_text_add(t, "}");
	pe_fields_name(t, "released_by_any");
	pe_text_add(t, o->released.any ? "true" : "false");
}

static void history_fields(struct pe_text *t, const struct pe_frame *p, const struct happening *h)
{
	struct history x;

	if (!h->k)
		return;
	pe_fields_text(t, "known", h->k->what == PE_KNOWN_INHERITED ? "inherited" : "own");
	if (p->set->outside)
		outside_fields(t, p->set->outside);
	if (!read_history(p, h, &x))
		return;
	moment_field(t, p, "obtained", x.born_by, h->now - x.born, x.born_tid, x.born_stack);
	moment_field(t, p, "released", x.released_by, h->now - x.released, x.released_tid,
		     x.released_stack);
	pe_fields_name(t, "released_by_any");
	pe_text_add(t, x.released_any ? "true" : "false");
}

static void evidence_field(struct pe_text *t, const struct happening *h)
{
	static const char kinds[][10] = { "?", "file", "look", "argument", "message", "told" };
	const struct pe_evidence_finding *f = h->f;

	if (!f)
		return;
	pe_fields_text(t, "known", "evidence");
	pe_fields_object(t, "evidence");
	pe_fields_text(t, "kind", kinds[f->kind]);
	if (f->path[0])
		pe_fields_text(t, "path", f->path);
	if (f->source)
		pe_fields_number(t, "source", f->source);
	if (f->moment)
		pe_fields_number(t, "ago_ms",
				 (uint64_t)(f->now > f->moment ? f->now - f->moment : 0));
	pe_fields_name(t, "sure");
	pe_text_add(t, f->verdict == PE_EVIDENCE_UNSURE ? "false" : "true");
	pe_text_add(t, "}");
}

/* --- the present: the program, the time --- */

static void command_field(struct pe_text *t, const struct pe_frame *p, struct room *room)
{
	const char *command = room->command;

	if (p->set->outside)
		command = p->set->outside->command;
	else
		pe_describe_command("/proc/self/cmdline", room->command);
	if (*command)
		pe_fields_text(t, "command_line", command);
}

static void time_field(struct pe_text *t)
{
	struct timespec now = { 0 };

	pe_sys_clock_gettime(CLOCK_REALTIME, &now);
	pe_fields_name(t, "time");
	pe_text_decimal(t, (uint64_t)now.tv_sec);
	pe_text_add(t, ".");
	pe_text_padded(t, (uint64_t)now.tv_nsec / 1000000, 3);
}

static void head_fields(struct pe_text *t, const struct pe_frame *p, const struct happening *h)
{
	static const char kinds[][16] = {
		[PE_EVENT_STALE] = "stale",
		[PE_EVENT_LATENT] = "latent",
		[PE_EVENT_PROBE] = "probe",
		[PE_EVENT_STOLEN_WAIT] = "stolen-wait",
		[PE_EVENT_DOUBLE_REAP] = "double-reap",
		[PE_EVENT_OWN_THREAD] = "own-thread",
		[PE_EVENT_INIT] = "init",
		[PE_EVENT_IGNORED] = "ignored",
	};
	static const char severities[][16] = { "critical", "error", "warning", "note" };
	static const char outcomes[][16] = { "passed", "refused", "aborting" };
	char name[NAME];
	struct pe_text cut = pe_text_on(name, sizeof(name));

	pe_text_add(&cut, p->set->name ? p->set->name : "?");
	pe_text_add(t, "{\"pidepoch\":2,\"type\":\"event\"");
	pe_fields_text(t, "kind", kinds[h->kind]);
	pe_fields_text(t, "severity", severities[severity_of(h)]);
	time_field(t);
	pe_fields_number(t, "pid", (uint64_t)p->tgid);
	pe_fields_number(t, "tid", (uint64_t)(p->set->tid ? p->set->tid : pe_sys_gettid()));
	pe_fields_text(t, "program", pe_text_end(&cut));
	pe_fields_text(t, "call", pe_call_name(h->by));
	pe_fields_number(t, "number", h->pid);
	if (h->group)
		pe_fields_text(t, "group", h->unproven ? "unproven" : "ended");
	if (h->signal != PE_USE_NO_SIGNAL)
		pe_fields_number(t, "signal", (uint64_t)(unsigned int)h->signal);
	pe_fields_text(t, "outcome", outcomes[h->outcome]);
}

/* How long a process can have held the pid at most: since this process released it. */
static uint64_t released_ago(const struct pe_frame *p, const struct happening *h)
{
	struct history x;

	return read_history(p, h, &x) ? h->now - x.released : UINT64_MAX;
}

/* --- one event --- */

/* The name of the set of modules that the event's addresses refer to. 0: it cannot be
 * determined. */
static uint64_t modules_of(const struct pe_frame *p, int fd, struct room *room)
{
	uint64_t name = pe_modules_name(0, room->modules);

	if (name && name != atomic_load_explicit(&p->trace->modules, memory_order_relaxed)) {
		pe_modules_write(fd, 0, name, room->modules);
		atomic_store_explicit(&p->trace->modules, name, memory_order_relaxed);
	}
	return name;
}

uint64_t pe_event_modules(const struct pe_frame *p)
{
	uint64_t name = p->trace ? atomic_load_explicit(&p->trace->modules, memory_order_relaxed)
				 : 0;
	struct room *room;
	int fd;

	if (name || !p->trace || !p->set->events)
		return name;
	room = pe_sys_mmap(sizeof(*room));
	if (room == MAP_FAILED)
		return 0;
	fd = pe_append_open(p->set->events);
	if (fd >= 0) {
		name = modules_of(p, fd, room);
		pe_sys_close(fd);
	}
	pe_sys_munmap(room, sizeof(*room));
	return name;
}

static void holder_and_stack_from(struct pe_text *t, const struct pe_event_outside *o)
{
	if (o->holder[0] && o->holder[1]) {
		pe_text_add(t, ",");
		pe_text_add(t, o->holder + 1);
	}
	stack_field(t, o->here);
	if (o->stack_end)
		pe_fields_text(t, "stack_end", o->stack_end);
}

static void build_line(struct pe_text *t, const struct pe_frame *p, const struct happening *h,
		       struct room *room, uint64_t modules)
{
	head_fields(t, p, h);
	history_fields(t, p, h);
	evidence_field(t, h);
	if (!p->set->outside)
		pe_describe_holder(t, h->holder, released_ago(p, h), room->exe);
	else
		holder_and_stack_from(t, p->set->outside);
	if (p->trace) {
		room->here.depth =
			pe_unwind_here(&p->trace->unwind, room->here.frame, PE_TRACE_DEPTH);
		stack_field(t, &room->here);
	}
	command_field(t, p, room);
	if (modules) {
		pe_fields_name(t, "modules");
		pe_text_add(t, "\"");
		pe_text_hex(t, modules, 16);
		pe_text_add(t, "\"");
	}
	pe_text_add(t, "}\n");
}

static pe_cold void write_event(const struct pe_frame *p, struct happening *h)
{
	struct room *room;
	long n;
	int fd;

	h->now = pe_frame_ms(p);
	pe_tally_add(p->set, offsetof(struct pe_tally, event[h->kind][h->outcome]));
	if (!p->set->events)
		return;
	room = pe_sys_mmap(sizeof(*room));
	fd = room == MAP_FAILED ? -ENOMEM : pe_append_open(p->set->events);
	n = fd;
	if (fd >= 0) {
		uint64_t modules = p->trace	     ? modules_of(p, fd, room)
				   : p->set->outside ? p->set->outside->modules
						     : 0;
		struct pe_text line = pe_text_on(room->line, sizeof(room->line));

		build_line(&line, p, h, room, modules);
		n = pe_append_write(fd, line.start, pe_text_length(&line));
		pe_sys_close(fd);
	}
	if (n < 0)
		pe_sink_event_lost(p->set, (int)n);
	if (room != MAP_FAILED)
		pe_sys_munmap(room, sizeof(*room));
}

static bool is_question(const struct pe_use *u)
{
	return u->signal == 0 || pe_call_only_asks(u->by);
}

void pe_event_use(const struct pe_frame *p, const struct pe_use *u, const struct pe_known *k,
		  bool held, enum pe_outcome outcome)
{
	struct happening h = {
		.kind = is_question(u) ? PE_EVENT_PROBE
			: held	       ? PE_EVENT_STALE
				       : PE_EVENT_LATENT,
		.by = u->by,
		.pid = (uint32_t)u->pid,
		.holder = (uint32_t)(u->holder ? u->holder : u->pid),
		.signal = u->signal,
		.held = held,
		.group = u->group,
		.unproven = u->unproven,
		.outcome = outcome,
		.k = k,
	};

	write_event(p, &h);
}

void pe_event_evidence(const struct pe_frame *p, const struct pe_use *u,
		       const struct pe_evidence_finding *f, enum pe_outcome outcome)
{
	struct happening h = {
		.kind = is_question(u) ? PE_EVENT_PROBE : PE_EVENT_STALE,
		.by = u->by,
		.pid = (uint32_t)u->pid,
		.holder = (uint32_t)u->pid,
		.signal = u->signal,
		.held = true,
		.outcome = outcome,
		.f = f,
	};

	write_event(p, &h);
}

void pe_event_mistaken(struct pe_frame *p, const struct pe_use *u, enum pe_event_kind kind)
{
	struct happening h = {
		.kind = kind,
		.by = u->by,
		.pid = (uint32_t)u->pid,
		.holder = (uint32_t)u->pid,
		.signal = u->signal,
	};

	if (pe_frame_may_report(p))
		write_event(p, &h);
}

/* If a wait for any child, or one in another thread, took the status: stolen. If a wait for this
 * pid in this thread did: reaped twice. */
static enum pe_event_kind kind_of_wait(const struct history *x)
{
	if (x->released_by == PE_CALL_AUTOREAP)
		return PE_EVENT_IGNORED;
	if (x->released_by == PE_CALL_ELSEWHERE || x->released_any)
		return PE_EVENT_STOLEN_WAIT;
	if (x->released_tid && x->released_tid != (uint32_t)pe_sys_gettid())
		return PE_EVENT_STOLEN_WAIT;
	return PE_EVENT_DOUBLE_REAP;
}

void pe_event_wait(struct pe_frame *p, enum pe_call by, uint32_t pid, const struct pe_known *k)
{
	struct happening h = {
		.by = by, .pid = pid, .holder = pid, .signal = PE_USE_NO_SIGNAL, .k = k
	};
	struct history x;

	if (!read_history(p, &h, &x))
		return;
	/* a program that ignores SIGCHLD itself knows that there is no status */
	if (x.released_by == PE_CALL_AUTOREAP && !atomic_load(&p->ignored))
		return;
	h.kind = kind_of_wait(&x);
	if (pe_frame_may_report(p))
		write_event(p, &h);
}

void pe_event_stolen(const struct pe_frame *p, enum pe_call by, uint32_t pid,
		     const struct pe_known *k)
{
	struct happening h = { .kind = PE_EVENT_STOLEN_WAIT,
			       .by = by,
			       .pid = pid,
			       .holder = pid,
			       .signal = PE_USE_NO_SIGNAL,
			       .k = k };

	write_event(p, &h);
}
