// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/exit_status.h"
#include "command/message.h"
#include "fuzz/corpus.h"
#include "fuzz/folder.h"
#include "fuzz/kept.h"
#include "fuzz/lives.h"
#include "fuzz/lost.h"
#include "fuzz/print.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

/* How much longer than a control run a run may take: reuse and pauses cost some milliseconds for
 * each process. */
#define SLOWER	 25
#define FIRST_MS 10000
#define TRIAL_MS 2000 /* in a trial, where control runs show what the load does */

/* --- time --- */

static bool is_over(const struct pe_fuzz_session *s)
{
	return s->end_ms && pe_fuzz_run_now_ms() >= s->end_ms;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* @more: in addition to the usual time; 0: no usual time is known yet */
static uint64_t limit(const struct pe_fuzz_session *s, uint64_t more)
{
	uint64_t ms = (uint64_t)s->plan.timeout * 1000, now = pe_fuzz_run_now_ms();

	if (more)
		ms = least(ms, s->usual_ms * SLOWER + more);
	if (s->end_ms)
		ms = least(ms, s->end_ms > now ? s->end_ms - now : 1);
	return ms;
}

/* --- one run --- */

static int run_once(struct pe_fuzz_session *s, unsigned int number, bool control, uint64_t more,
		    struct pe_fuzz_outcome *o)
{
	const struct pe_fuzz_lives lives = {
		.number = number,
		.control = control,
		.limit_ms = limit(s, more),
		.usual_ms = s->usual_ms,
	};
	int r = pe_fuzz_lives_run(&s->run, &s->plan, &lives);

	if (r != 0)
		return r;
	pe_fuzz_outcome_take(o, &s->run, s->plan.compare);
	if (control) {
		s->total.controls++;
		s->usual_ms = s->run.ms > s->usual_ms ? s->run.ms : s->usual_ms;
	}
	return 0;
}

static void add(struct pe_fuzz_session_total *t, const struct pe_fuzz_run *run)
{
	t->runs++;
	t->timed_out += run->timed_out;
	if (!run->timed_out && run->status != 0) {
		t->failed++;
		t->status = run->status;
	}
	t->forks += atomic_load(&run->page->forks);
	t->releases += atomic_load(&run->page->releases);
	t->reuses += atomic_load(&run->page->reuses);
	t->awaited += atomic_load(&run->page->awaited);
}

static int list(struct pe_fuzz_session *s, unsigned int number)
{
	struct pe_fuzz_session_run *more = reallocarray(s->list, s->listed + 1, sizeof(*s->list));

	if (!more)
		return ERROR(PE_EXIT_UNABLE, "out of memory");
	s->list = more;
	s->list[s->listed++] = (struct pe_fuzz_session_run){
		.number = number,
		.ms = s->run.ms,
		.policy = pe_fuzz_policy_of(s->plan.policy, number)->name,
	};
	return 0;
}

/* --- what was found --- */

static int keep_file(const struct pe_fuzz_run *run, const char *name, const char *kept)
{
	char from[PATH_MAX];

	snprintf(from, sizeof(from), "%s", pe_fuzz_run_file(run, name));
	unlink(pe_fuzz_run_file(run, kept));
	if (rename(from, pe_fuzz_run_file(run, kept)) == 0 || errno == ENOENT)
		return 0;
	return ERROR(PE_EXIT_UNABLE, "%s: %s", from, strerror(errno));
}

/* The find is the current run's, or one of the files "suspect.*": it replaces an earlier, smaller
 * one. */
static int keep(struct pe_fuzz_session *s, const struct pe_fuzz_session_find *find, bool suspected)
{
	int r = keep_file(&s->run, suspected ? "suspect.events" : "events", "kept");

	s->find = *find;
	s->total.finds++;
	if (r == 0 && pe_fuzz_kept_complete(pe_fuzz_run_file(&s->run, "kept"), &find->page) != 0)
		r = ERROR(PE_EXIT_UNABLE, "cannot write to %s: %s", s->run.folder, strerror(errno));
	return r != 0 ? r : keep_file(&s->run, suspected ? "suspect.log" : "log", "notices");
}

/* What the current run shows by itself: acts, lost statuses or nothing; @find has its number and no
 * result yet. 0 or an exit status */
static int judge(struct pe_fuzz_session *s, struct pe_fuzz_session_find *find)
{
	long lost;

	find->page = *s->run.page;
	lost = pe_fuzz_lost_count(pe_fuzz_run_file(&s->run, "events"), &s->suppress,
				  &find->ignored);
	if (lost < 0)
		return ERROR(PE_EXIT_UNABLE, "cannot read the events of the run: %s",
			     strerror((int)-lost));
	find->lost = lost;
	if (atomic_load(&find->page.finds) > 0)
		find->result = PE_FUZZ_SESSION_ACTS;
	else if (lost > 0)
		find->result = PE_FUZZ_SESSION_LOST;
	return 0;
}

/* --- a trial (oracle.h) --- */

/* One more pair of runs. @found: an unrelated process was hit, and the find is kept. */
static int try_pair(struct pe_fuzz_session *s, unsigned int number, bool *differs,
		    bool *control_differs, bool *found)
{
	struct pe_fuzz_session_find find = { .number = number };
	struct pe_fuzz_outcome o = { .status = 0 };
	int r = run_once(s, number, true, TRIAL_MS, &o);

	*control_differs = r == 0 && pe_fuzz_outcome_differ(&o, &s->usual);
	pe_fuzz_run_done(&s->run);
	if (r != 0)
		return r;
	r = run_once(s, number, false, TRIAL_MS, &o);
	*differs = r == 0 && pe_fuzz_outcome_differ(&o, &s->usual);
	if (r == 0)
		r = judge(s, &find);
	*found = r == 0 && find.result == PE_FUZZ_SESSION_ACTS;
	if (*found)
		r = keep(s, &find, false);
	pe_fuzz_run_done(&s->run);
	return r;
}

/* A find, if the trial of @suspicion is significant. */
static int decide(struct pe_fuzz_session *s, struct pe_fuzz_session_find *suspicion)
{
	enum pe_fuzz_oracle_verdict verdict = PE_FUZZ_ORACLE_OPEN;
	bool differs, control_differs, found = false;

	while (verdict == PE_FUZZ_ORACLE_OPEN && !is_over(s)) {
		int r = try_pair(s, suspicion->number, &differs, &control_differs, &found);

		if (r != 0 || found)
			return r;
		verdict = pe_fuzz_oracle_add(&suspicion->oracle, differs, control_differs);
		s->run.tick(s);
	}
	if (verdict == PE_FUZZ_ORACLE_CAUSED)
		return keep(s, suspicion, true);
	s->is_erratic = true;
	return 0;
}

/* The current run has ended with @outcome. @find: what it shows by itself */
static int try(struct pe_fuzz_session *s, const struct pe_fuzz_session_find *find,
	       const struct pe_fuzz_outcome *outcome)
{
	struct pe_fuzz_session_find suspicion = *find;
	int r = keep_file(&s->run, "events", "suspect.events");

	suspicion.result = PE_FUZZ_SESSION_DIFFERS;
	suspicion.outcome = *outcome;
	if (r == 0)
		r = keep_file(&s->run, "log", "suspect.log");
	pe_fuzz_run_done(&s->run);
	if (r == 0)
		r = decide(s, &suspicion);
	if (r == 0 && !s->find.result && find->result)
		r = keep(s, find, true);
	return r;
}

/* Is the outcome a reason for a trial? A policy has one; but runs that are killed at different
 * moments leave different files, and each has its own. */
static bool is_suspicious(struct pe_fuzz_session *s, unsigned int number,
			  const struct pe_fuzz_outcome *o)
{
	const struct pe_fuzz_policy *p = pe_fuzz_policy_of(s->plan.policy, number);
	unsigned int bit = 1u << pe_fuzz_policy_find(p->name);

	if (!pe_fuzz_outcome_differ(o, &s->usual) || s->trials & bit || is_over(s))
		return false;
	if (p->lives != PE_FUZZ_POLICY_KILLED)
		s->trials |= bit;
	return true;
}

/* --- all runs --- */

/* The command was found; but its interpreter may be missing, or be a file of another kind. */
static int check_start(const struct pe_fuzz_session *s)
{
	int error = (int)atomic_load(&s->run.page->unstarted);

	if (!error)
		return 0;
	return ERROR(error == ENOENT ? PE_EXIT_NOT_FOUND : PE_EXIT_NOT_RUN,
		     "%s: cannot be executed: %s", s->plan.command[0], strerror(error));
}

/* session.4, session.5 */
static int run_control(struct pe_fuzz_session *s, unsigned int number)
{
	int r = run_once(s, number, true, 0, &s->usual);

	if (r == 0)
		r = check_start(s);
	if (r == 0 && !s->run.supervise && atomic_load(&s->run.page->bare))
		s->run.supervise = s->run.supervise_bare;
	pe_fuzz_run_done(&s->run);
	return r;
}

static bool has_ended(const struct pe_fuzz_session *s)
{
	return s->find.result == PE_FUZZ_SESSION_ACTS || s->find.result == PE_FUZZ_SESSION_DIFFERS;
}

static int run_and_judge(struct pe_fuzz_session *s, unsigned int number)
{
	struct pe_fuzz_session_find find = { .number = number };
	struct pe_fuzz_outcome o;
	int r = run_once(s, number, false, FIRST_MS, &o);

	if (r == 0) {
		s->run.tick(s);
		add(&s->total, &s->run);
		r = judge(s, &find);
	}
	if (r == 0 && find.result != PE_FUZZ_SESSION_ACTS && is_suspicious(s, number, &o))
		r = try(s, &find, &o);
	else if (r == 0 && (find.result == PE_FUZZ_SESSION_ACTS || !s->find.result) && find.result)
		r = keep(s, &find, false);
	pe_fuzz_run_done(&s->run);
	return r != 0 ? r : list(s, number);
}

/* Runs that found something before come first. */
static int run_corpus(struct pe_fuzz_session *s)
{
	const struct pe_fuzz_plan plan = s->plan;
	struct pe_fuzz_corpus corpus;
	int r = pe_fuzz_corpus_open(&corpus, &plan);

	for (size_t i = 0; r == 0 && i < corpus.entries && !has_ended(s) && !is_over(s); i++) {
		pe_fuzz_corpus_choose(&corpus, i, &s->plan);
		r = run_and_judge(s, s->plan.first);
	}
	pe_fuzz_corpus_close(&corpus);
	if (!has_ended(s))
		s->plan = plan;
	return r;
}

int pe_fuzz_session(struct pe_fuzz_session *s)
{
	const struct pe_fuzz_plan *p = &s->plan;
	int r;

	if (p->budget)
		s->end_ms = pe_fuzz_run_now_ms() + (uint64_t)p->budget * 1000;
	r = run_control(s, p->first);
	if (r == 0 && p->corpus)
		r = run_corpus(s);
	for (unsigned int i = 0; r == 0 && i < p->runs && !has_ended(s) && !is_over(s); i++)
		r = run_and_judge(s, p->first + (p->same ? 0 : i));
	if (r == 0 && !s->find.result && s->total.releases == 0 && s->total.awaited == 0)
		s->find.result = PE_FUZZ_SESSION_UNREACHED;
	return r;
}

void pe_fuzz_session_done(struct pe_fuzz_session *s)
{
	static const char *const kept[] = { "kept", "notices", "suspect.events", "suspect.log" };

	pe_fuzz_folder_remove(s->run.folder);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		unlink(pe_fuzz_run_file(&s->run, kept[i]));
	free(s->list);
	pe_suppress_free(&s->suppress);
}
