// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/message.h"

#define ERROR(status, ...) pe_message_error(status, "demo", __VA_ARGS__)

#define TIME_LIMIT 15 /* seconds for one run, which takes a fraction of one */
#define MOST_ARGS  12

/* a process with one pipe to it and one from it */
struct actor {
	pid_t pid;
	int theirs[2]; /* its standard input, and its standard output and error */
	int to;
	FILE *from;
};

static int open_pipes(struct actor *a)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return ERROR(-1, "pipe: %s", strerror(errno));
	a->theirs[0] = in[0];
	a->theirs[1] = out[1];
	a->to = in[1];
	a->from = fdopen(out[0], "r");
	return a->from ? 0 : ERROR(-1, "out of memory");
}

static void become(const struct actor *a, const char *const *argv)
{
	if (dup2(a->theirs[0], 0) == 0 && dup2(a->theirs[1], 1) == 1 && dup2(a->theirs[1], 2) == 2)
		execv(argv[0], (char *const *)argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void close_child_ends(struct actor *a)
{
	close(a->theirs[0]);
	close(a->theirs[1]);
}

static int start(struct actor *a, const char *const *argv)
{
	if (open_pipes(a) < 0)
		return -1;
	a->pid = fork();
	if (a->pid == 0)
		become(a, argv);
	close_child_ends(a);
	return a->pid < 0 ? ERROR(-1, "fork: %s", strerror(errno)) : 0;
}

/* pid 1 does not die of SIGPIPE, so only the end of a program's output shows that it has ended. */
static void end(struct actor *a)
{
	if (a->to >= 0)
		close(a->to);
	fclose(a->from);
	waitpid(a->pid, NULL, 0);
}

static void append(char *text, size_t size, const char *line)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s", line);
}

/* --- the program --- */

static int start_program(const struct pe_scenario *s, const char *const *argv,
			 enum pe_scenario_mode mode, struct actor *a)
{
	char log[PATH_MAX + 8];
	const char *args[MOST_ARGS] = { s->self, "run",
					mode == PE_SCENARIO_REFUSE ? "--on-stale=refuse"
								   : "--on-stale=report",
					log, "--" };
	size_t n = 5;

	if (mode == PE_SCENARIO_NATIVE)
		return start(a, argv);
	snprintf(log, sizeof(log), "--log=%s", s->log);
	while (*argv && n < MOST_ARGS - 1)
		args[n++] = *argv++;
	return start(a, args);
}

/* Read up to the line "reaped PID", or to the end; 0 if there was no such line. */
static pid_t read_output(struct actor *a, struct pe_scenario_outcome *o)
{
	char line[1024];
	int pid = 0;

	while (pid == 0 && fgets(line, sizeof(line), a->from)) {
		append(o->output, sizeof(o->output), line);
		if (sscanf(line, "reaped %d", &pid) != 1)
			pid = 0;
	}
	return pid;
}

/* --- the unrelated process --- */

static int start_innocent(const struct pe_scenario *s, pid_t pid, struct actor *a)
{
	const char *argv[] = { s->innocent, NULL };
	char line[64];
	int ready, r;

	if (open_pipes(a) < 0)
		return -1;
	r = pe_namespace_birth(s->how, pid);
	if (r == 0)
		become(a, argv);
	close_child_ends(a);
	if (r < 0)
		return -1;
	a->pid = pid;
	if (!fgets(line, sizeof(line), a->from) || sscanf(line, "ready %d", &ready) != 1 ||
	    ready != pid)
		return ERROR(-1, "%s did not start", s->innocent);
	return 0;
}

static int read_innocent(struct actor *a, struct pe_scenario_outcome *o)
{
	char line[64];
	bool whole = false;

	close(a->to);
	a->to = -1;
	while (fgets(line, sizeof(line), a->from)) {
		whole = strcmp(line, "end\n") == 0;
		if (sscanf(line, "got %d from %d", &o->signal, &o->sender) == 2)
			o->hits++;
	}
	return whole ? 0 : ERROR(-1, "the unrelated process ended before it reported its signals");
}

/* --- the run --- */

static volatile sig_atomic_t too_long;

static void on_alarm(int signal)
{
	(void)signal;
	too_long = 1;
}

/* Without SA_RESTART: a blocking call fails with EINTR, and this ends the run. */
static void set_time_limit(unsigned int seconds)
{
	struct sigaction act = { .sa_handler = on_alarm };

	too_long = 0;
	sigaction(SIGALRM, &act, NULL);
	alarm(seconds);
}

static int not_as_expected(const char *program, const struct pe_scenario_outcome *o)
{
	if (too_long)
		return ERROR(-1, "%s: still running after %d seconds; its output: %s", program,
			     TIME_LIMIT, o->output);
	return ERROR(-1, "%s: did not reach its stale pid; its output: %s", program, o->output);
}

static void read_log(const struct pe_scenario *s, struct pe_scenario_outcome *o)
{
	FILE *f = fopen(s->log, "re");

	if (!f)
		return;
	o->log[fread(o->log, 1, sizeof(o->log) - 1, f)] = '\0';
	fclose(f);
}

static int reuse_pid(const struct pe_scenario *s, struct actor *program, const char *name,
		     struct pe_scenario_outcome *o)
{
	struct actor innocent;
	int r;

	o->pid = read_output(program, o);
	if (o->pid == 0)
		return not_as_expected(name, o);
	if (start_innocent(s, o->pid, &innocent) < 0)
		return -1;
	if (write(program->to, "go\n", 3) != 3)
		return not_as_expected(name, o);
	while (read_output(program, o) != 0)
		; /* read to the end of its output */
	r = too_long ? not_as_expected(name, o) : read_innocent(&innocent, o);
	end(&innocent);
	return r;
}

int pe_scenario_play(const struct pe_scenario *s, const char *const *argv,
		     enum pe_scenario_mode mode, struct pe_scenario_outcome *o)
{
	struct actor program;
	int r;

	memset(o, 0, sizeof(*o));
	unlink(s->log);
	set_time_limit(TIME_LIMIT);
	if (start_program(s, argv, mode, &program) < 0)
		return -1;
	r = reuse_pid(s, &program, argv[0], o);
	if (r < 0)
		return r; /* the namespace ends soon, and a process that hangs ends with it */
	end(&program);
	alarm(0);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		; /* reap the orphans: pid 1 is the parent of no other process now */
	read_log(s, o);
	return r;
}
