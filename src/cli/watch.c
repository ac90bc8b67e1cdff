// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * watch - "pidepoch watch": a line for each stale use and other misuse, as it happens.
 *
 * watch.1  A program whose run has --events is followed in that file: every event is shown. Of any
 *          other, the last stale uses are looked up in its memory (inspect/uses.h), and what was
 *          missed is counted.
 * watch.2  With pids, only these processes and their descendants are shown; an event in a file of
 *          theirs is left out if its process is known not to be one of them. The command ends when
 *          none of them runs.
 * watch.3  Nothing is shown that happened before the start.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/follow.h"
#include "cli/top.h"
#include "cli/watch_print.h"
#include "command/colour.h"
#include "command/exit_status.h"
#include "command/message.h"
#include "command/options.h"
#include "inspect/uses.h"

#define ERROR(status, ...) pe_message_error(status, "watch", __VA_ARGS__)
#define KINDS		   16

/* a process that was seen */
struct seen {
	pid_t pid;
	uint64_t start;
	int events; /* the number of the file that is followed, or -1 */
	bool wanted;
};

struct watch {
	struct pe_top_plan plan;
	const char *kind[KINDS + 1]; /* none: all */
	size_t kinds;
	const char *file; /* only this one is followed; or NULL */
	bool json, is_first;
	struct pe_follow follow;
	struct seen *seen;
	size_t all_seen;
	struct pe_top now, before;
};

/* --- which processes --- */

static struct seen *find_seen(const struct watch *w, pid_t pid)
{
	for (size_t i = 0; i < w->all_seen; i++)
		if (w->seen[i].pid == pid)
			return &w->seen[i];
	return NULL;
}

static bool is_wanted(const struct watch *w, const struct pe_top_process *p)
{
	for (size_t depth = 0; p && depth <= w->now.processes; depth++) {
		for (size_t i = 0; i < w->plan.n; i++)
			if (p->pid == w->plan.roots[i])
				return true;
		p = pe_top_find(&w->now, p->parent);
	}
	return w->plan.n == 0;
}

/* The value of PIDEPOCH_EVENTS in the environment that the process was started with. */
static bool read_events_path(pid_t pid, char *out, size_t size)
{
	static const char name[] = "PIDEPOCH_EVENTS=";
	char path[64], *variable = NULL;
	bool found = false;
	size_t room = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	f = fopen(path, "re");
	while (f && !found && getdelim(&variable, &room, '\0', f) > 0)
		if (strncmp(variable, name, sizeof(name) - 1) == 0)
			found = snprintf(out, size, "/proc/%d/root%s", pid,
					 variable + sizeof(name) - 1) < (int)size;
	free(variable);
	if (f)
		fclose(f);
	return found;
}

/* watch.1, watch.3: a file that is found later is of a run that has begun since. */
static int follow_events(struct watch *w, pid_t pid)
{
	char path[PATH_MAX];

	return read_events_path(pid, path, sizeof(path))
		       ? pe_follow_add(&w->follow, path, w->is_first)
		       : -1;
}

static int see(struct watch *w, const struct pe_top_process *p)
{
	struct seen *s = find_seen(w, p->pid), *all;

	if (s && s->start == p->start)
		return 0;
	if (!s) {
		all = realloc(w->seen, (w->all_seen + 1) * sizeof(*all));
		if (!all)
			return -ENOMEM;
		w->seen = all;
		s = &all[w->all_seen++];
	}
	*s = (struct seen){ .pid = p->pid, .start = p->start, .wanted = is_wanted(w, p) };
	s->events = s->wanted ? follow_events(w, p->pid) : -1;
	return 0;
}

static int see_all(struct watch *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->now.processes; i++)
		r = see(w, &w->now.process[i]);
	return r;
}

static bool is_written(const void *context, int file)
{
	const struct watch *w = context;

	for (size_t i = 0; i < w->all_seen; i++)
		if (w->seen[i].events == file)
			return true;
	return false;
}

/* An event is read in the look after that in which its process was seen last. */
static void forget_ended(struct watch *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->all_seen; i++)
		if (pe_top_find(&w->now, w->seen[i].pid) || pe_top_find(&w->before, w->seen[i].pid))
			w->seen[kept++] = w->seen[i];
	w->all_seen = kept;
	pe_follow_close(&w->follow, is_written, w);
}

static bool any_wanted(const struct watch *w)
{
	for (size_t i = 0; i < w->now.processes; i++)
		if (is_wanted(w, &w->now.process[i]))
			return true;
	return false;
}

/* --- what is shown --- */

static bool is_chosen(const struct watch *w, const char *kind)
{
	for (size_t i = 0; i < w->kinds; i++)
		if (strcmp(w->kind[i], kind) == 0)
			return true;
	return w->kinds == 0;
}

static void show_event(void *context, const struct pe_events_event *e, const char *line)
{
	const struct watch *w = context;
	const struct seen *s = find_seen(w, (pid_t)e->pid);

	if (is_chosen(w, e->kind) && (!s || s->wanted))
		pe_watch_print_event(e, line, w->json);
}

static void show_use(void *context, const struct pe_uses_use *u)
{
	const struct watch *w = context;
	const struct seen *s = find_seen(w, u->pid);

	if (s && (!s->wanted || s->events >= 0))
		return;
	if (u->missed || is_chosen(w, pe_watch_kind(u)))
		pe_watch_print_use(u, w->json);
}

/* --- the loop --- */

static int look(struct watch *w)
{
	int r;

	pe_top_free(&w->before);
	w->before = w->now;
	r = pe_top_read(&w->now, NULL, 0);
	if (r == 0)
		r = see_all(w);
	if (r == 0)
		forget_ended(w);
	if (r == 0 && !w->is_first)
		pe_uses_between(&w->before, &w->now, show_use, w);
	return r;
}

static void pause_for(double seconds)
{
	struct timespec t = { .tv_sec = (time_t)seconds };

	t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
	nanosleep(&t, NULL);
}

/* The first look: is there anything to wait for? */
static int begin(struct watch *w)
{
	if (w->plan.n > 0 && !any_wanted(w))
		return ERROR(PE_EXIT_FAILED, "no program runs under pidepoch there");
	if (w->now.processes == 0 && isatty(STDERR_FILENO))
		ERROR(0, "no program runs under pidepoch yet; waiting");
	return 0;
}

static int show_round(struct watch *w)
{
	int r = w->file ? 0 : look(w);

	if (r == 0)
		r = pe_follow_read(&w->follow, show_event, w);
	if (r < 0)
		return ERROR(PE_EXIT_FAILED, "cannot look at the processes: %s",
			     r == -ENODATA ? "/proc is missing, or belongs to another pid namespace"
					   : strerror(-r));
	return pe_message_flush("watch");
}

/* watch.2 */
static int watch(struct watch *w)
{
	int r;

	for (w->is_first = true;; w->is_first = false) {
		r = show_round(w);
		if (r == 0 && w->is_first && !w->file)
			r = begin(w);
		if (r != 0 || (w->plan.n > 0 && !any_wanted(w)))
			return r;
		pause_for(w->plan.seconds);
	}
}

/* --- arguments --- */

static int take_option(struct watch *w, int option)
{
	switch (option) {
	case PE_OPTION_KIND:
		if (w->kinds < KINDS)
			w->kind[w->kinds++] = optarg;
		return 0;
	case PE_OPTION_EVENTS:
		w->file = optarg;
		return 0;
	case PE_OPTION_JSON:
		w->json = true;
		return 0;
	case PE_OPTION_DELAY:
		return pe_top_take_delay("watch", &w->plan.seconds);
	case PE_OPTION_COLOUR:
		pe_colour_choose(optarg);
		return 0;
	default:
		return PE_EXIT_USAGE;
	}
}

static int follow_file(struct watch *w)
{
	int r = w->file ? pe_follow_add(&w->follow, w->file, true) : 0;

	return r < 0 ? ERROR(PE_EXIT_FAILED, "%s: %s", w->file, strerror(-r)) : 0;
}

int pe_watch_main(int argc, char **argv)
{
	static struct watch w = { .plan = { .seconds = 0.5 } };
	int option, r = 0;

	while (r == 0 && (option = pe_options_next("watch", argc, argv)) != PE_OPTION_END)
		r = option == PE_OPTION_HELP ? -1 : take_option(&w, option);
	if (r < 0)
		return pe_options_help("watch");
	if (r == 0 && w.file && optind < argc)
		r = pe_options_unexpected("watch", argv[optind]);
	if (r == 0)
		r = pe_top_take_roots("watch", &w.plan, argc - optind, argv + optind);
	w.follow.since = pe_watch_now_ms();
	if (r == 0)
		r = follow_file(&w);
	if (r == 0)
		r = watch(&w);
	pe_follow_free(&w.follow);
	return r;
}
