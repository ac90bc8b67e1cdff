// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * demo - four unmodified programs, each natively, under "refuse" and under "report".
 *
 * demo.1  This process is not preloaded, and native runs are without the library.
 * demo.2  All files that are needed are found before anything is started; an error line names what
 *         is missing.
 * demo.3  Nothing remains: no process, and no file unless this process is killed by SIGKILL.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/namespace.h"
#include "cli/paths.h"
#include "cli/program.h"
#include "command/message.h"
#include "cli/scenario.h"
#include "cli/demo_table.h"
#include "cli/commands.h"
#include "command/options.h"
#include "command/exit_status.h"

#define ERROR(status, ...) pe_message_error(status, "demo", __VA_ARGS__)

enum { PROGRAMS = 4 };

/* all that the runs need, found before the first of them */
struct demo {
	struct pe_scenario scenario;
	bool old; /* PIDEPOCH_FORCE_OLD has "pid_max" */
	char folder[PATH_MAX];
	char pidfile[PATH_MAX + 16];
	char bash[PATH_MAX], python[PATH_MAX];
	char jobs[PATH_MAX], popen[PATH_MAX], threads[PATH_MAX], daemon[PATH_MAX];
	struct {
		const char *title;
		const char *argv[3];
	} programs[PROGRAMS];
};

/* what the namespace's pid 1 does */
static int run_programs(struct demo *c)
{
	int right = 0, how = pe_namespace_settle(c->old);

	if (how < 0)
		return PE_EXIT_UNABLE;
	c->scenario.how = (enum pe_namespace_pids)how;
	if (pe_namespace_first_lap(c->scenario.how) < 0)
		return PE_EXIT_UNABLE;
	pe_demo_table_head(c->scenario.how);
	for (int i = 0; i < PROGRAMS; i++) {
		int row =
			pe_demo_table_row(&c->scenario, c->programs[i].title, c->programs[i].argv);

		if (row < 0)
			return PE_EXIT_UNABLE;
		right += row;
	}
	printf("\n%d of %d runs as claimed.\n", right, PROGRAMS * PE_SCENARIO_MODES);
	if (pe_message_flush("demo"))
		return PE_EXIT_FAILED;
	return right == PROGRAMS * PE_SCENARIO_MODES ? PE_EXIT_OK : PE_EXIT_FAILED;
}

/* --- preparation --- */

static int find_command(const char *name, char *out)
{
	if (pe_program_find(name, out, PATH_MAX) == 0)
		return 0;
	return ERROR(PE_EXIT_UNABLE, "needs %s, which is not installed", name);
}

static int find_helper(const char *name, char *out)
{
	if (pe_paths_helper(name, out, PATH_MAX) == 0)
		return 0;
	return ERROR(PE_EXIT_UNABLE, "%s not found; looked in: %s", name, out);
}

/* A python3 of PATH may be a wrapper, which starts more slowly and may be readable only by its
 * owner. */
static int find_python(char *out)
{
	if (pe_program_find("/usr/bin/python3", out, PATH_MAX) == 0)
		return 0;
	return find_command("python3", out);
}

static int find_parts(struct demo *c)
{
	char library[PATH_MAX];

	if (pe_paths_self(c->scenario.self, PATH_MAX) < 0)
		return ERROR(PE_EXIT_UNABLE, "needs /proc");
	if (pe_paths_library(false, library, sizeof(library)) < 0)
		return ERROR(PE_EXIT_UNABLE, "%s not found; looked in: %s", PE_PATHS_LIBRARY,
			     library);
	if (find_command("bash", c->bash) || find_python(c->python) ||
	    find_helper("innocent", c->scenario.innocent) || find_helper("demo_jobs.sh", c->jobs) ||
	    find_helper("demo_popen.py", c->popen) || find_helper("demo_threads", c->threads) ||
	    find_helper("demo_pidfile", c->daemon))
		return PE_EXIT_UNABLE;
	return 0;
}

static int make_folder(struct demo *c)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(c->folder, PATH_MAX - 16, "%s/pidepoch-demo.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(c->folder))
		return ERROR(PE_EXIT_UNABLE, "cannot create directory '%s': %s", c->folder,
			     strerror(errno));
	snprintf(c->scenario.log, PATH_MAX, "%.*s/log", PATH_MAX - 16, c->folder);
	snprintf(c->pidfile, sizeof(c->pidfile), "%s/worker.pid", c->folder);
	return 0;
}

static void remove_folder(const struct demo *c)
{
	unlink(c->scenario.log);
	unlink(c->pidfile);
	rmdir(c->folder);
}

static void set_programs(struct demo *c)
{
	c->programs[0].title = "bash: kept $!, killed in a trap";
	c->programs[0].argv[0] = c->bash;
	c->programs[0].argv[1] = c->jobs;
	c->programs[1].title = "Python: kept a Popen's .pid";
	c->programs[1].argv[0] = c->python;
	c->programs[1].argv[1] = c->popen;
	c->programs[2].title = "C: a thread kills, a thread reaps";
	c->programs[2].argv[0] = c->threads;
	c->programs[3].title = "C: a daemon reads its pidfile";
	c->programs[3].argv[0] = c->daemon;
	c->programs[3].argv[1] = c->pidfile;
}

/* demo.1: a preloaded library would put itself into the programs as well */
static int check_not_preloaded(void)
{
	const char *list = getenv("LD_PRELOAD");
	size_t n;

	for (; list && *list; list += n + (list[n] != '\0')) {
		n = strcspn(list, ": ");
		if (pe_paths_is_library(list, n))
			return ERROR(PE_EXIT_UNABLE,
				     "%s is preloaded already; start the demo without it",
				     PE_PATHS_LIBRARY);
	}
	return 0;
}

/* Remove @word from the list in @variable: the library reads the same variable and does not know
 * this word. */
static bool take_word(const char *variable, const char *word)
{
	char *rest, *list = getenv(variable), *save = NULL;
	bool found = false;

	if (!list || !(list = strdup(list)) || !(rest = calloc(1, strlen(list) + 1)))
		return false;
	for (char *w = strtok_r(list, ",", &save); w; w = strtok_r(NULL, ",", &save))
		if (strcmp(w, word) == 0)
			found = true;
		else
			strcat(strcat(rest, *rest ? "," : ""), w);
	setenv(variable, rest, 1);
	free(list);
	free(rest);
	return found;
}

/* Messages of the programs in English, and no settings of pidepoch but our own. */
static void set_environment(void)
{
	static const char *const names[] = { "PIDEPOCH_ON_STALE", "PIDEPOCH_ERRNO", "PIDEPOCH_LOG",
					     "PIDEPOCH_TRUST", "BASH_ENV" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	setenv("LC_ALL", "C", 1);
}

/* No pipe may get one of the descriptors 0 to 2, which the programs need. A write to one that was
 * closed still fails. */
static void open_standard_three(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	close(fd);
}

/* The status of @first. A signal that ends this process ends the namespace first; then the caller
 * removes the files. */
static int wait_for(pid_t first, const sigset_t *set)
{
	int signal, status, by = 0;

	do {
		sigwait(set, &signal);
		if (signal != SIGCHLD)
			kill(first, SIGKILL);
		by = signal != SIGCHLD ? signal : by;
	} while (waitpid(first, &status, by ? 0 : WNOHANG) == 0);
	if (by)
		return ERROR(PE_EXIT_UNABLE, "stopped by signal %d", by);
	if (WIFSIGNALED(status))
		return ERROR(PE_EXIT_UNABLE, "killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

/* If SIGCHLD were ignored, there would be no children to wait for, here and in the programs. */
static void hold_signals(sigset_t *set)
{
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigprocmask(SIG_SETMASK, set, NULL);
}

static int in_namespace(struct demo *c)
{
	sigset_t set;
	pid_t first;
	int r = pe_namespace_make("demo");

	if (r)
		return r;
	hold_signals(&set);
	fflush(stdout);
	first = fork();
	if (first == 0) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		exit(run_programs(c));
	}
	return first < 0 ? ERROR(PE_EXIT_UNABLE, "fork: %s", strerror(errno))
			 : wait_for(first, &set);
}

static int demonstrate(void)
{
	static struct demo demo;
	int r;

	open_standard_three();
	set_environment();
	demo.old = take_word("PIDEPOCH_FORCE_OLD", "pid_max");
	r = check_not_preloaded();
	if (r == 0)
		r = find_parts(&demo);
	if (r == 0)
		r = make_folder(&demo);
	if (r)
		return r;
	set_programs(&demo);
	r = in_namespace(&demo);
	remove_folder(&demo);
	return r;
}

int pe_demo_main(int argc, char **argv)
{
	switch (pe_options_next("demo", argc, argv)) {
	case PE_OPTION_END:
		break;
	case PE_OPTION_HELP:
		return pe_options_help("demo");
	default:
		return PE_EXIT_USAGE;
	}
	if (optind < argc)
		return pe_options_unexpected("demo", argv[optind]);
	return demonstrate();
}
