// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inspect/uses.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The parts of a PE_SINK_USE. */
static struct pe_uses_use unpack(uint64_t use, pid_t pid, const char *comm)
{
	const unsigned int outcome = (unsigned int)(use & 3), call = (unsigned int)(use >> 8 & 255);

	return (struct pe_uses_use){
		.pid = pid,
		.comm = comm,
		.call = call < PE_CALL_COUNT ? (enum pe_call)call : PE_CALL_NONE,
		.number = (uint32_t)(use >> 32),
		.signal = (int)(use >> 16 & 255) - 1,
		.latent = use >> 2 & 1,
		.outcome = outcome <= PE_OUTCOME_ABORTING ? (enum pe_outcome)outcome
							  : PE_OUTCOME_PASSED,
	};
}

/* uses.1. The number in a use tells whether it is the one that was asked for. */
static bool is_number(uint64_t use, uint32_t n)
{
	return (use >> 24 & 255) == (n & 255) && use >> 32;
}

static void miss(uint32_t missed, pid_t pid, const char *comm, pe_uses_each each, void *context)
{
	const struct pe_uses_use u = { .pid = pid, .comm = comm, .missed = missed };

	if (missed)
		each(context, &u);
}

/* The first use to be shown of those from @from on, of which @kept are kept */
static uint32_t first_kept(uint32_t from, uint32_t uses, uint32_t kept)
{
	return uses - from > kept ? uses - kept : from;
}

static void of_process(const struct pe_top_process *p, uint32_t from, pe_uses_each each,
		       void *context)
{
	const struct pe_status *s = &p->status;
	const uint32_t first = first_kept(from, s->uses, PE_SINK_RECENT);
	uint32_t missed = first - from;

	for (uint32_t n = first; n != s->uses; n++)
		missed += !is_number(s->recent[n % PE_SINK_RECENT], n);
	miss(missed, p->pid, p->comm, each, context);
	for (uint32_t n = first; n != s->uses; n++) {
		const uint64_t use = s->recent[n % PE_SINK_RECENT];
		const struct pe_uses_use u = unpack(use, p->pid, p->comm);

		if (is_number(use, n))
			each(context, &u);
	}
}

static void of_supervisor(const struct pe_top_supervisor *s, uint32_t from, pe_uses_each each,
			  void *context)
{
	const uint32_t first = first_kept(from, s->figures.uses, PE_CHILD_TABLE_USES);

	miss(first - from, 0, "watched programs", each, context);
	for (uint32_t n = first; n != s->figures.uses; n++) {
		const struct pe_child_table_use *r = &s->figures.recent[n % PE_CHILD_TABLE_USES];
		const uint64_t use = atomic_load(&r->use);
		const struct pe_uses_use u = unpack(use, r->tgid, r->comm);

		if (is_number(use, n))
			each(context, &u);
	}
}

/* As of @before, of the same process: a number that has become smaller is of another program. */
static uint32_t uses_before(const struct pe_top *before, const struct pe_top_process *p)
{
	const struct pe_top_process *b = before ? pe_top_find(before, p->pid) : NULL;

	return b && b->library && b->start == p->start && b->status.uses <= p->status.uses
		       ? b->status.uses
		       : 0;
}

void pe_uses_between(const struct pe_top *before, const struct pe_top *now, pe_uses_each each,
		     void *context)
{
	for (size_t i = 0; i < now->processes; i++)
		if (now->process[i].library)
			of_process(&now->process[i], uses_before(before, &now->process[i]), each,
				   context);
	for (size_t i = 0; i < now->supervisors; i++) {
		const struct pe_top_supervisor *s = &now->supervisor[i];
		const struct pe_top_supervisor *b = pe_top_supervisor_of(before, s->run);

		of_supervisor(s, b ? b->figures.uses : 0, each, context);
	}
}

void pe_uses_call(char *out, size_t size, const struct pe_uses_use *u)
{
	const char *name = u->signal > 0 ? sigabbrev_np(u->signal) : NULL;
	char signal[32] = "";

	if (name)
		snprintf(signal, sizeof(signal), ", SIG%s", name);
	else if (u->signal != PE_USE_NO_SIGNAL)
		snprintf(signal, sizeof(signal), ", %d", u->signal);
	snprintf(out, size, "%s(%u%s)", pe_call_name(u->call), u->number, signal);
}

const char *pe_uses_outcome(enum pe_outcome outcome)
{
	static const char *const outcomes[] = {
		[PE_OUTCOME_PASSED] = "let through",
		[PE_OUTCOME_REFUSED] = "refused",
		[PE_OUTCOME_ABORTING] = "aborted",
	};

	return outcomes[outcome];
}
