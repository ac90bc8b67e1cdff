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
#include "command/options.h"

#define ERROR(status, ...) pe_message_error(status, "top", __VA_ARGS__)

/* --- words --- */

static const char *policy_name(const struct pe_status *s)
{
	static const char *const names[] = {
		[PE_POLICY_REPORT] = "warn", [PE_POLICY_REFUSE] = "refuse", [PE_POLICY_ABORT] = "abort"
	};

	return s->trusted ? "off" : names[s->policy];
}

static const char *evidence_name(const struct pe_status *s)
{
	static const char *const names[] = { "off", "tell", "act", "all" };

	return names[s->evidence];
}

/* in laps; -1: the program has asked for no references */
static long long lag_of(const struct pe_stats *s)
{
	return s->sync ? (long long)((s->now - s->sync) >> PE_CLOCK_CURSOR_BITS) : -1;
}

void pe_top_line(char *out, size_t size, const struct pe_top_process *p, unsigned int indent)
{
	const struct pe_stats *s = &p->status.stats;
	char lag[24] = "-";

	if (!p->library) {
		snprintf(out, size, "%7d %6s %7s %6s %6s  %-6s  %-4s %5s %8s  %*s%s", p->pid, "-",
			 "-", "-", "-", "watch", "-", "-", "-", (int)indent, "", p->comm);
		return;
	}
	if (lag_of(s) >= 0)
		snprintf(lag, sizeof(lag), "%lld", lag_of(s));
	snprintf(out, size, "%7d %6llu %7llu %6llu %6s  %-6s  %-4s %5u %8u  %*s%s", p->pid,
		 (unsigned long long)s->children, (unsigned long long)s->released,
		 (unsigned long long)pe_clock_lap(s->now), lag, policy_name(&p->status),
		 evidence_name(&p->status), p->status.uses, p->status.refused, (int)indent, "",
		 p->comm);
}

static const struct pe_top_supervisor *of_run(const struct pe_top *t, pid_t run)
{
	for (size_t i = 0; t && i < t->supervisors; i++)
		if (t->supervisor[i].run == run)
			return &t->supervisor[i];
	return NULL;
}

/* mean delay in us since @b, or since the start (top.3 of inspect/top.h) */
static double delay_of(const struct pe_top_supervisor *s, const struct pe_top_supervisor *b)
{
	uint64_t times = s->times - (b ? b->times : 0), waited = s->waited - (b ? b->waited : 0);

	return times ? (double)waited / (double)times / 1000 : 0;
}

void pe_top_supervisors(char *out, size_t size, const struct pe_top *t, const struct pe_top *before)
{
	size_t n = (size_t)snprintf(out, size, "%zu process%s, %zu supervisor%s", t->processes,
				    t->processes == 1 ? "" : "es", t->supervisors,
				    t->supervisors == 1 ? "" : "s");

	for (size_t i = 0; i < t->supervisors && n < size; i++) {
		const struct pe_top_supervisor *s = &t->supervisor[i], *b = of_run(before, s->run);

		n += (size_t)snprintf(out + n, size - n, "; of %d: waits %.0f us, ran %llu times",
				      s->run, delay_of(s, b),
				      (unsigned long long)(s->times - (b ? b->times : 0)));
	}
}

/* --- once --- */

static void print_json_text(const char *s)
{
	putchar('"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 32 || (unsigned char)*s > 126)
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	putchar('"');
}

static void print_json_process(const struct pe_top_process *p)
{
	const struct pe_stats *s = &p->status.stats;

	printf("{\"pid\": %d, \"parent\": %d, \"user\": %u, \"command\": ", p->pid, p->parent,
	       p->user);
	print_json_text(p->comm);
	printf(", \"library\": %s, \"watched\": %s", p->library ? "true" : "false",
	       p->watched ? "true" : "false");
	if (p->library) {
		printf(", \"policy\": \"%s\", \"evidence\": \"%s\", \"children\": %llu, "
		       "\"released\": %llu, \"epoch\": %llu, \"cursor\": %u",
		       policy_name(&p->status), evidence_name(&p->status),
		       (unsigned long long)s->children, (unsigned long long)s->released,
		       (unsigned long long)pe_clock_lap(s->now), pe_clock_cursor(s->now));
		if (lag_of(s) >= 0)
			printf(", \"lag\": %lld", lag_of(s));
		printf(", \"bytes\": %llu, \"uses\": %u, \"refused\": %u",
		       (unsigned long long)s->bytes, p->status.uses, p->status.refused);
	}
	putchar('}');
}

static void print_json(const struct pe_top *t)
{
	printf("{\"processes\": [");
	for (size_t i = 0; i < t->processes; i++) {
		printf("%s\n  ", i ? "," : "");
		print_json_process(&t->process[i]);
	}
	printf("],\n \"supervisors\": [");
	for (size_t i = 0; i < t->supervisors; i++) {
		const struct pe_top_supervisor *s = &t->supervisor[i];

		printf("%s\n  {\"run\": %d, \"monitor\": %d, \"worker\": %d, \"delay_us\": %.1f}",
		       i ? "," : "", s->run, s->monitor, s->worker, delay_of(s, NULL));
	}
	printf("]}\n");
}

static void print_text(const struct pe_top *t)
{
	char line[512];

	pe_top_supervisors(line, sizeof(line), t, NULL);
	printf("%s\n\n%s\n", line, PE_TOP_HEAD);
	for (size_t i = 0; i < t->processes; i++) {
		pe_top_line(line, sizeof(line), &t->process[i], 2 * t->process[i].depth);
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

static int read_roots(struct pe_top_plan *plan, int n, char **words)
{
	pid_t *roots = calloc((size_t)n + 1, sizeof(*roots));

	if (!roots)
		return ERROR(PE_EXIT_UNABLE, "out of memory");
	for (int i = 0; i < n; i++) {
		char *end;
		long pid = strtol(words[i], &end, 10);

		if (*words[i] < '0' || *words[i] > '9' || *end || pid < 1 || pid > INT32_MAX)
			return ERROR(PE_EXIT_USAGE, "invalid pid '%s'", words[i]);
		roots[i] = (pid_t)pid;
	}
	plan->roots = roots;
	plan->n = (size_t)n;
	return 0;
}

static int take_delay(double *seconds)
{
	char *end;

	*seconds = strtod(optarg, &end);
	if (*optarg && !*end && *seconds >= 0.1 && *seconds <= 3600)
		return 0;
	return ERROR(PE_EXIT_USAGE,
		     "invalid argument '%s' for '--delay': must be a number of "
		     "seconds from 0.1 to 3600",
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
			r = take_delay(&plan.seconds);
			break;
		default:
			return PE_EXIT_USAGE;
		}
	if (r == 0)
		r = read_roots(&plan, argc - optind, argv + optind);
	if (r != 0)
		return r;
	return is_once || !isatty(STDOUT_FILENO) ? once(&plan, json) : pe_top_screen(&plan);
}
