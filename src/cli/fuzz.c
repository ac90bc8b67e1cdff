// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz - "pidepoch fuzz": run a command until it acts on an unrelated process, ends differently or
 * loses a child's status, and show how (fuzz/session.h).
 *
 * fuzz.1  All that may be wrong with the arguments is reported before the first run.
 * fuzz.2  The exit status: 1 if anything was found; 3 if not, and no pid was released, since then
 *         nothing was tested.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/libraries.h"
#include "cli/paths.h"
#include "cli/program.h"
#include "cli/supervise.h"
#include "command/exit_status.h"
#include "command/message.h"
#include "fuzz/corpus.h"
#include "fuzz/folder.h"
#include "fuzz/print.h"
#include "fuzz/replay.h"
#include "fuzz/results.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

static void tick(void *context)
{
	pe_fuzz_print_progress(context);
}

/* --- before the first run --- */

/* Without the library "nothing found" means less. */
static void warn_not_preloaded(const struct pe_fuzz_session *s, const char *file, const char *why)
{
	if (s->run.supervise)
		return;
	ERROR(0, "%s: %s; only the pids of its orphans are reused%s", file, why,
	      strcmp(s->plan.supervisor, "off") == 0 ? ", since --supervisor=off" : "");
}

/* By default a supervisor only where the library sees nothing: it makes each run slower. The
 * control run shows whether the command starts such programs (session.5). */
static void choose_supervisor(struct pe_fuzz_session *s, const char *path, bool *musl)
{
	char file[PATH_MAX];
	const char *why = pe_program_why(pe_libraries_judge(path, file, sizeof(file), musl));
	bool automatic = strcmp(s->plan.supervisor, "auto") == 0;
	bool wanted = strcmp(s->plan.supervisor, "on") == 0 || (why && automatic);
	bool works = (wanted || automatic) && pe_supervise_fuzz_works();

	if (wanted && works)
		s->run.supervise = pe_supervise_fuzz;
	else if (works)
		s->run.supervise_bare = pe_supervise_fuzz;
	else if (wanted && strcmp(s->plan.supervisor, "on") == 0)
		ERROR(0, "no supervisor is possible here; see 'pidepoch doctor'");
	if (why)
		warn_not_preloaded(s, file, why);
}

/* A command that cannot be started would seem to be without faults. */
static int check_command(struct pe_fuzz_session *s, bool *musl)
{
	const char *name = s->plan.command[0];
	char path[PATH_MAX];
	int r = pe_program_find(name, path, sizeof(path));

	if (r == 0) {
		choose_supervisor(s, path, musl);
		return 0;
	}
	return ERROR(r == -EACCES ? PE_EXIT_NOT_RUN : PE_EXIT_NOT_FOUND, "%s: %s", name,
		     r == -EACCES ? "found, but it may not be executed" : "command not found");
}

static int read_suppressions(struct pe_fuzz_session *s)
{
	const char *name = s->plan.suppressions;
	FILE *f = name ? fopen(name, "re") : NULL;
	int r;

	if (!name)
		return 0;
	if (!f)
		return ERROR(PE_EXIT_USAGE, "cannot read %s: %s", name, strerror(errno));
	r = pe_suppress_read(&s->suppress, f);
	fclose(f);
	if (r > 0)
		return ERROR(PE_EXIT_USAGE, "%s, line %d: not KIND:PATTERN, or an unknown kind",
			     name, r);
	return r < 0 ? ERROR(PE_EXIT_USAGE, "cannot read %s: %s", name, strerror(-r)) : 0;
}

static int check_files(struct pe_fuzz_session *s)
{
	int r = s->plan.files ? pe_fuzz_folder_check(s->plan.files, s->run.folder, s->run.files)
			      : 0;

	if (*s->run.files)
		s->plan.files = s->run.files; /* for a replay in another directory */
	return r;
}

static int prepare(struct pe_fuzz_session *s)
{
	bool musl = false;
	int r = check_command(s, &musl);

	if (r == 0)
		r = read_suppressions(s);
	if (r == 0)
		r = pe_fuzz_results_check(&s->plan);
	if (r == 0)
		r = pe_fuzz_corpus_check(&s->plan);
	if (r == 0 && pe_paths_library(musl, s->run.library, sizeof(s->run.library)) < 0)
		r = ERROR(PE_EXIT_UNABLE, "%s not found; looked in: %s", PE_PATHS_LIBRARY,
			  s->run.library);
	return r;
}

/* --- after the last run --- */

static void save_replay(const struct pe_fuzz_session *s)
{
	const struct pe_fuzz_plan *p = &s->plan;
	int r = pe_fuzz_replay_write(p, s->find.number, p->save);

	if (r < 0)
		ERROR(0, "cannot write %s: %s", p->save, strerror(-r));
	else
		printf("to repeat it: pidepoch fuzz --replay=%s\n", p->save);
	if (p->corpus && (r = pe_fuzz_corpus_add(p, s->find.number)) < 0)
		ERROR(0, "cannot write to %s: %s", p->corpus, strerror(-r));
}

/* The exit status (fuzz.2). */
static int finish(const struct pe_fuzz_session *s)
{
	int r;

	pe_fuzz_print_progress_end();
	pe_fuzz_print_result(s);
	if (s->find.number)
		save_replay(s);
	r = pe_fuzz_results_write(s);
	if (pe_message_flush("fuzz") != 0 || r != 0)
		return PE_EXIT_UNABLE;
	if (s->find.number)
		return PE_EXIT_FAILED;
	return s->find.result == PE_FUZZ_SESSION_UNREACHED ? PE_EXIT_UNTESTED : PE_EXIT_OK;
}

int pe_fuzz_main(int argc, char **argv)
{
	static struct pe_fuzz_session session = { .run = { .folder = "/tmp/pidepoch-fuzz.XXXXXX",
							   .tick = tick } };
	int r = pe_fuzz_plan_read(&session.plan, argc, argv);

	if (r != 0)
		return r < 0 ? PE_EXIT_OK : r;
	r = prepare(&session);
	if (r != 0)
		return r;
	session.run.context = &session;
	pe_fuzz_run_catch();
	if (!mkdtemp(session.run.folder))
		return ERROR(PE_EXIT_UNABLE, "%s: %s", session.run.folder, strerror(errno));
	r = check_files(&session);
	if (r == 0)
		r = pe_fuzz_session(&session);
	if (r == 0)
		r = finish(&session);
	pe_fuzz_session_done(&session);
	rmdir(session.run.folder);
	pe_fuzz_run_pass_on();
	return r;
}
