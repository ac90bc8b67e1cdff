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

static void text(FILE *out, const char *name, const char *value)
{
	fprintf(out, "\"%s\":\"", name);
	pe_print_escaped(out, value);
	fprintf(out, "\",");
}

static const char *const results[] = {
	[PE_FUZZ_SESSION_NOTHING] = "nothing", [PE_FUZZ_SESSION_UNREACHED] = "untested",
	[PE_FUZZ_SESSION_ACTS] = "act",	       [PE_FUZZ_SESSION_DIFFERS] = "differs",
	[PE_FUZZ_SESSION_LOST] = "lost",
};

static void put_acts(FILE *out, const struct pe_fuzz_page_find *list, uint32_t count, uint32_t most,
		     const char *name)
{
	char act[256];

	fprintf(out, "\"%s\":[", name);
	for (uint32_t i = 0; i < count && i < most; i++) {
		pe_fuzz_print_act(&list[i], act, sizeof(act));
		fprintf(out, "%s\"%s\"", i ? "," : "", act);
	}
	fprintf(out, "],");
}

static void put_difference(FILE *out, const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_oracle *o = &s->find.oracle;
	char sentence[512];

	pe_fuzz_print_difference(s, sentence, sizeof(sentence));
	fprintf(out, "\"difference\":{");
	text(out, "message", sentence);
	fprintf(out,
		"\"runs\":%u,\"differ\":%u,\"control_runs\":%u,\"control_differ\":%u,\"p\":%.3g},",
		o->n, o->differ, o->n, o->control_differ, pe_fuzz_oracle_p(o));
}

static void put_find(FILE *out, const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_session_find *f = &s->find;
	const struct pe_fuzz_page *page = &f->page;

	fprintf(out, "\"run\":%u,", f->number);
	text(out, "run_policy", pe_fuzz_policy_of(s->plan.policy, f->number)->name);
	text(out, "replay", s->plan.save);
	put_acts(out, page->find, page->finds, PE_FUZZ_PAGE_FINDS, "acts");
	put_acts(out, page->belief, page->beliefs, PE_FUZZ_PAGE_BELIEFS, "beliefs");
	if (f->result == PE_FUZZ_SESSION_LOST)
		fprintf(out, "\"lost\":%ld,", f->lost);
	if (f->result == PE_FUZZ_SESSION_DIFFERS)
		put_difference(out, s);
}

static void put_json(FILE *out, const struct pe_fuzz_session *s, const struct pe_findings *f)
{
	const struct pe_fuzz_session_total *t = &s->total;

	fprintf(out, "{\"pidepoch_fuzz\":1,");
	text(out, "result", results[s->find.result]);
	text(out, "policy", pe_fuzz_policy_name(s->plan.policy));
	fprintf(out, "\"seed\":%llu,\"command\":[", (unsigned long long)s->plan.seed);
	for (char **a = s->plan.command; *a; a++) {
		fprintf(out, "%s\"", a == s->plan.command ? "" : ",");
		pe_print_escaped(out, *a);
		putc('"', out);
	}
	fprintf(out,
		"],\"runs\":%u,\"control_runs\":%u,\"timed_out\":%u,\"failed\":%u,\"forks\":%lu,"
		"\"releases\":%lu,\"reuses\":%lu,",
		t->runs, t->controls, t->timed_out, t->failed, t->forks, t->releases, t->reuses);
	if (s->find.number)
		put_find(out, s);
	fprintf(out, "\"report\":");
	pe_print_json(out, f);
	fprintf(out, "}\n");
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
		return ERROR(PE_EXIT_UNABLE, "cannot read what the run wrote: %s", strerror(-r));
	for (size_t i = 0; r == 0 && i < sizeof(forms) / sizeof(forms[0]); i++)
		r = write_form(&forms[i], s, &found.findings);
	pe_fuzz_found_close(&found);
	return r;
}
