// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/exit_status.h"
#include "command/message.h"
#include "fuzz/found.h"
#include "fuzz/junit.h"
#include "fuzz/policy.h"
#include "fuzz/print.h"
#include "report/print.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

/* --- JSON --- */

static const char *const results[] = {
	[PE_FUZZ_SESSION_NOTHING] = "nothing", [PE_FUZZ_SESSION_UNREACHED] = "untested",
	[PE_FUZZ_SESSION_ACTS] = "act",	       [PE_FUZZ_SESSION_DIFFERS] = "differs",
	[PE_FUZZ_SESSION_LOST] = "lost",
};

static void put_acts(struct pe_json_write *w, const char *key, const struct pe_fuzz_page_find *list,
		     uint32_t count, uint32_t most)
{
	char act[256];

	pe_json_write_open(w, key, '[');
	for (uint32_t i = 0; i < count && i < most; i++) {
		pe_fuzz_print_act(&list[i], act, sizeof(act));
		pe_json_write_text(w, NULL, act);
	}
	pe_json_write_close(w, ']');
}

static void put_difference(struct pe_json_write *w, const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_oracle *o = &s->find.oracle;
	char sentence[512];

	pe_fuzz_print_difference(s, sentence, sizeof(sentence));
	pe_json_write_open(w, "difference", '{');
	pe_json_write_text(w, "message", sentence);
	pe_json_write_number(w, "runs", o->n);
	pe_json_write_number(w, "differ", o->differ);
	pe_json_write_number(w, "control_runs", o->n);
	pe_json_write_number(w, "control_differ", o->control_differ);
	fprintf(pe_json_write_raw(w, "p"), "%.3g", pe_fuzz_oracle_p(o));
	pe_json_write_close(w, '}');
}

static void put_find(struct pe_json_write *w, const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_session_find *f = &s->find;
	const struct pe_fuzz_page *page = &f->page;

	pe_json_write_number(w, "run", f->number);
	pe_json_write_text(w, "run_policy", pe_fuzz_policy_of(s->plan.policy, f->number)->name);
	pe_json_write_text(w, "replay", s->plan.save);
	put_acts(w, "acts", page->find, page->finds, PE_FUZZ_PAGE_FINDS);
	put_acts(w, "beliefs", page->belief, page->beliefs, PE_FUZZ_PAGE_BELIEFS);
	if (f->result == PE_FUZZ_SESSION_LOST)
		pe_json_write_number(w, "lost", f->lost);
	if (f->result == PE_FUZZ_SESSION_DIFFERS)
		put_difference(w, s);
}

static void put_command(struct pe_json_write *w, char **words)
{
	pe_json_write_open(w, "command", '[');
	for (; *words; words++)
		pe_json_write_text(w, NULL, *words);
	pe_json_write_close(w, ']');
}

static void put_total(struct pe_json_write *w, const struct pe_fuzz_session_total *t)
{
	pe_json_write_number(w, "runs", t->runs);
	pe_json_write_number(w, "control_runs", t->controls);
	pe_json_write_number(w, "timed_out", t->timed_out);
	pe_json_write_number(w, "failed", t->failed);
	pe_json_write_number(w, "forks", (int64_t)t->forks);
	pe_json_write_number(w, "releases", (int64_t)t->releases);
	pe_json_write_number(w, "reuses", (int64_t)t->reuses);
}

static void put_json(FILE *out, const struct pe_fuzz_session *s, const struct pe_findings *f)
{
	struct pe_json_write w = { .out = out };

	pe_json_write_open(&w, NULL, '{');
	pe_json_write_number(&w, "pidepoch_fuzz", 1);
	pe_json_write_text(&w, "result", results[s->find.result]);
	pe_json_write_text(&w, "policy", pe_fuzz_policy_name(s->plan.policy));
	fprintf(pe_json_write_raw(&w, "seed"), "%llu", (unsigned long long)s->plan.seed);
	put_command(&w, s->plan.command);
	put_total(&w, &s->total);
	pe_json_write_bool(&w, "supervisor", s->run.supervise);
	if (s->find.number)
		put_find(&w, s);
	pe_print_json(pe_json_write_raw(&w, "report"), f);
	pe_json_write_close(&w, '}');
	putc('\n', out);
}

/* --- files --- */

static void put_sarif(FILE *out, const struct pe_fuzz_session *s, const struct pe_findings *f)
{
	(void)s;
	pe_print_sarif(out, f);
}

struct form {
	const char *file;
	void (*put)(FILE *out, const struct pe_fuzz_session *s, const struct pe_findings *f);
};

static int write_form(const struct form *form, const struct pe_fuzz_session *s,
		      const struct pe_findings *f)
{
	FILE *out = form->file ? fopen(form->file, "we") : NULL;
	bool failed;

	if (!form->file)
		return 0;
	if (!out)
		return ERROR(PE_EXIT_UNABLE, "cannot write %s: %s", form->file, strerror(errno));
	form->put(out, s, f);
	failed = ferror(out);
	failed |= fclose(out) != 0;
	return failed ? ERROR(PE_EXIT_UNABLE, "cannot write %s", form->file) : 0;
}

int pe_fuzz_results_check(const struct pe_fuzz_plan *plan)
{
	const char *const names[] = { plan->json, plan->sarif, plan->junit };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int fd = names[i] ? open(names[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;

		if (names[i] && fd < 0)
			return ERROR(PE_EXIT_USAGE, "cannot write %s: %s", names[i],
				     strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	return 0;
}

int pe_fuzz_results_write(const struct pe_fuzz_session *s)
{
	const struct form forms[] = { { s->plan.json, put_json },
				      { s->plan.sarif, put_sarif },
				      { s->plan.junit, pe_fuzz_junit_put } };
	struct pe_fuzz_found found;
	int r;

	if (!s->plan.json && !s->plan.sarif && !s->plan.junit)
		return 0;
	r = pe_fuzz_found_open(&found, s);
	if (r < 0)
		return ERROR(PE_EXIT_UNABLE, "cannot read the events of the run: %s", strerror(-r));
	for (size_t i = 0; r == 0 && i < sizeof(forms) / sizeof(forms[0]); i++)
		r = write_form(&forms[i], s, &found.findings);
	pe_fuzz_found_close(&found);
	return r;
}
