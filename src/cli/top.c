// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * top - "pidepoch top": the programs that run under pidepoch, live or once, as text or JSON.
 */
#include "cli/top.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "command/exit_status.h"
#include "command/message.h"
#include "command/number.h"
#include "command/options.h"
#include "report/json_write.h"

#define ERROR(status, ...) pe_message_error(status, "top", __VA_ARGS__)

/* --- words --- */

static const char *policy_name(const struct pe_top_process *p)
{
	return pe_policy_word(p->policy, p->library && p->status.trusted);
}

/* in laps; -1: the program has asked for no references */
static long long lag_of(const struct pe_stats *s)
{
	return s->sync ? (long long)((s->now - s->sync) >> PE_CLOCK_CURSOR_BITS) : -1;
}

typedef char cell[24];

/* "-": it is not known */
static void fill(cell c, bool known, unsigned long long n)
{
	if (known)
		snprintf(c, sizeof(cell), "%llu", n);
	else
		strcpy(c, "-");
}

void pe_top_line(char *out, size_t size, const struct pe_top_process *p, unsigned int indent,
		 bool narrow)
{
	const struct pe_stats *s = &p->status.stats;
	const long long laps = lag_of(s);
	cell children, released, lap, lag, uses, refused;

	fill(children, p->known, p->children);
	fill(released, p->known, p->released);
	fill(lap, p->library, pe_clock_lap(s->now));
	fill(lag, p->library && laps >= 0, (unsigned long long)laps);
	fill(uses, p->known, p->uses);
	fill(refused, p->known, p->refused);
	if (narrow)
		snprintf(out, size, "%7d %6s %5s %8s  %*s%s", p->pid, children, uses, refused,
			 (int)indent, "", p->comm);
	else
		snprintf(out, size, "%7d %6s %7s %6s %6s  %-6s  %-4s %5s %8s  %*s%s", p->pid,
			 children, released, lap, lag, p->known ? policy_name(p) : "-",
			 p->library ? pe_policy_evidence_word(p->status.evidence) : "-", uses,
			 refused, (int)indent, "", p->comm);
}

void pe_top_supervisors(char *out, size_t size, const struct pe_top *t, const struct pe_top *before)
{
	size_t n = (size_t)snprintf(out, size, "%zu process%s, %zu supervisor%s", t->processes,
				    t->processes == 1 ? "" : "es", t->supervisors,
				    t->supervisors == 1 ? "" : "s");

	for (size_t i = 0; i < t->supervisors && n < size; i++) {
		const struct pe_top_supervisor *s = &t->supervisor[i];
		const struct pe_top_supervisor *b = pe_top_supervisor_of(before, s->run);
		const uint64_t calls = s->figures.served - (b ? b->figures.served : 0);
		const double us = pe_top_latency(s, b);

		n += (size_t)snprintf(out + n, size - n, "; of %d: ", s->run);
		if (n < size && !s->known)
			n += (size_t)snprintf(out + n, size - n, "not readable");
		else if (n < size)
			n += (size_t)snprintf(out + n, size - n, "%llu call%s",
					      (unsigned long long)calls, calls == 1 ? "" : "s");
		if (n < size && us >= 0)
			n += (size_t)snprintf(out + n, size - n, ", %.0f us each", us);
	}
}

/* --- once --- */

static void print_json_figures(struct pe_json_write *w, const struct pe_top_process *p)
{
	pe_json_write_text(w, "policy", policy_name(p));
	pe_json_write_number(w, "children", (int64_t)p->children);
	pe_json_write_number(w, "released", (int64_t)p->released);
	pe_json_write_number(w, "uses", p->uses);
	pe_json_write_number(w, "refused", p->refused);
}

/* What is known only of a process that has the library. */
static void print_json_library(struct pe_json_write *w, const struct pe_top_process *p)
{
	const struct pe_stats *s = &p->status.stats;

	pe_json_write_text(w, "evidence", pe_policy_evidence_word(p->status.evidence));
	pe_json_write_number(w, "epoch", (int64_t)pe_clock_lap(s->now));
	pe_json_write_number(w, "cursor", pe_clock_cursor(s->now));
	if (lag_of(s) >= 0)
		pe_json_write_number(w, "lag", lag_of(s));
	pe_json_write_number(w, "bytes", (int64_t)s->bytes);
}

static void print_json_process(struct pe_json_write *w, const struct pe_top_process *p)
{
	pe_json_write_line(w);
	pe_json_write_open(w, NULL, '{');
	pe_json_write_number(w, "pid", p->pid);
	pe_json_write_number(w, "parent", p->parent);
	pe_json_write_number(w, "user", p->user);
	pe_json_write_text(w, "command", p->comm);
	pe_json_write_bool(w, "library", p->library);
	pe_json_write_bool(w, "watched", p->watched);
	if (p->known)
		print_json_figures(w, p);
	if (p->library)
		print_json_library(w, p);
	pe_json_write_close(w, '}');
}

static void print_json_supervisor(struct pe_json_write *w, const struct pe_top_supervisor *s)
{
	pe_json_write_line(w);
	pe_json_write_open(w, NULL, '{');
	pe_json_write_number(w, "run", s->run);
	pe_json_write_number(w, "monitor", s->monitor);
	pe_json_write_number(w, "worker", s->worker);
	fprintf(pe_json_write_raw(w, "delay_us"), "%.1f",
		s->times ? (double)s->waited / (double)s->times / 1000 : 0);
	if (s->known)
		pe_json_write_number(w, "calls", (int64_t)s->figures.served);
	if (pe_top_latency(s, NULL) >= 0)
		fprintf(pe_json_write_raw(w, "latency_us"), "%.1f", pe_top_latency(s, NULL));
	pe_json_write_close(w, '}');
}

static void print_json(const struct pe_top *t)
{
	struct pe_json_write w = { .out = stdout };

	pe_json_write_open(&w, NULL, '{');
	pe_json_write_open(&w, "processes", '[');
	for (size_t i = 0; i < t->processes; i++)
		print_json_process(&w, &t->process[i]);
	pe_json_write_close(&w, ']');
	pe_json_write_line(&w);
	pe_json_write_open(&w, "supervisors", '[');
	for (size_t i = 0; i < t->supervisors; i++)
		print_json_supervisor(&w, &t->supervisor[i]);
	pe_json_write_close(&w, ']');
	pe_json_write_close(&w, '}');
	printf("\n");
}

static void print_text(const struct pe_top *t)
{
	char line[512];

	pe_top_supervisors(line, sizeof(line), t, NULL);
	printf("%s\n\n%s\n", line, PE_TOP_HEAD);
	for (size_t i = 0; i < t->processes; i++) {
		pe_top_line(line, sizeof(line), &t->process[i], 2 * t->process[i].depth, false);
		printf("%s\n", line);
	}
}

static int once(const struct pe_top_plan *plan, bool json)
{
	struct pe_top t;
	int r = pe_top_read(&t, plan->roots, plan->n);

	if (r < 0)
		return ERROR(PE_EXIT_FAILED, "cannot look at the processes: %s",
			     r == -ENODATA ? "/proc is missing, or belongs to another pid namespace"
					   : strerror(-r));
	if (json)
		print_json(&t);
	else
		print_text(&t);
	r = pe_message_flush("top");
	if (r == 0 && t.processes == 0)
		r = PE_EXIT_FAILED;
	pe_top_free(&t);
	return r;
}

/* --- arguments --- */

int pe_top_take_roots(const char *verb, struct pe_top_plan *plan, int n, char **words)
{
	pid_t *roots = calloc((size_t)n + 1, sizeof(*roots));

	if (!roots)
		return pe_message_error(PE_EXIT_UNABLE, verb, "out of memory");
	for (int i = 0; i < n; i++)
		if (!pe_number_pid(words[i], &roots[i]))
			return pe_message_error(PE_EXIT_USAGE, verb, "invalid pid '%s'", words[i]);
	plan->roots = roots;
	plan->n = (size_t)n;
	return 0;
}

int pe_top_take_delay(const char *verb, double *seconds)
{
	char *end;

	*seconds = strtod(optarg, &end);
	if (*optarg && !*end && *seconds >= 0.1 && *seconds <= 3600)
		return 0;
	return pe_message_error(PE_EXIT_USAGE, verb,
				"invalid argument '%s' for '--delay': must be a number of seconds "
				"from 0.1 to 3600",
				optarg);
}

int pe_top_main(int argc, char **argv)
{
	struct pe_top_plan plan = { .seconds = 1 };
	bool is_once = false, json = false;
	int option, r = 0;

	while (r == 0 && (option = pe_options_next("top", argc, argv)) != PE_OPTION_END)
		switch (option) {
		case PE_OPTION_HELP:
			return pe_options_help("top");
		case PE_OPTION_ONCE:
			is_once = true;
			break;
		case PE_OPTION_JSON:
			is_once = json = true;
			break;
		case PE_OPTION_DELAY:
			r = pe_top_take_delay("top", &plan.seconds);
			break;
		default:
			return PE_EXIT_USAGE;
		}
	if (r == 0)
		r = pe_top_take_roots("top", &plan, argc - optind, argv + optind);
	if (r != 0)
		return r;
	return is_once || !isatty(STDOUT_FILENO) ? once(&plan, json) : pe_top_screen(&plan);
}
