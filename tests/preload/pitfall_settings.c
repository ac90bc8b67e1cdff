// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Each setting does what it promises when a stale pid has really been reused by an unrelated
 * process: report makes the call and reports it, refuse prevents it and reports it, abort dies of
 * SIGABRT and reports it, EEPOCH is the error, the log has the lines, trusted programs are
 * unchanged; and every line names the caller, the call, the pid, its birth, its reap, its holder,
 * and the outcome.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#define EEPOCH 2019

/* --- the subject --- */

static pid_t number;

static long answer(char what)
{
	if (what != 'r')
		return kill(number, SIGUSR1) == 0 ? 0 : errno;
	number = vfork();
	if (number == 0)
		_exit(0);
	return waitpid(-1, NULL, 0);
}

/* --- the scenario --- */

#define DIES -1

static const struct row {
	const char *settings[2]; /* the option, and the variable */
	long gives;		 /* to the caller, or DIES */
	int hits;		 /* signals that the unrelated process has received */
	const char *done;	 /* the end of the line; NULL: no notice */
} rows[] = {
	{ { NULL }, ESRCH, 0, "refused: ESRCH" },
	{ { "--on-stale=report", "PIDEPOCH_ON_STALE=report" }, 0, 1, "let through" },
	{ { "--on-stale=refuse", "PIDEPOCH_ON_STALE=refuse" }, ESRCH, 0, "refused: ESRCH" },
	{ { "--errno=ESRCH", "PIDEPOCH_ERRNO=ESRCH" }, ESRCH, 0, "refused: ESRCH" },
	{ { "--errno=EEPOCH", "PIDEPOCH_ERRNO=EEPOCH" }, EEPOCH, 0, "refused: EEPOCH" },
	{ { "--on-stale=abort", "PIDEPOCH_ON_STALE=abort" }, DIES, 0, "aborting" },
	{ { "--trust=pitfall_settin?s", "PIDEPOCH_TRUST=pitfall_settin?s" }, 0, 1, NULL },
	{ { "--trust=/*/preload/*", "PIDEPOCH_TRUST=/*/preload/*" }, 0, 1, NULL },
	{ { "--trust=another", "PIDEPOCH_TRUST=another" }, ESRCH, 0, "refused: ESRCH" },
	{ { "--on-stale=refuse", "PIDEPOCH_ON_STALE=nonsense" }, ESRCH, 0, "refused: ESRCH" },
};

static char said[PATH_MAX];

/* It died as expected, so that it cannot be asked. */
static void expect_abort(struct actor *subject)
{
	char what = 'k', byte;
	int status;

	if (write(subject->to, &what, 1) != 1 || read(subject->from, &byte, 1) != 0)
		actor_fail("abort: it has answered");
	status = actor_end(subject);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		actor_fail("abort: it ended with status %#x", status);
}

static void read_all(char *text, size_t size)
{
	int fd = open(said, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	close(fd);
}

/* One line, in all its parts. */
static void check_line(const struct row *row, const struct actor *subject, pid_t stale)
{
	char text[4096], pattern[1024], *line;
	regex_t compiled;

	read_all(text, sizeof(text));
	line = strstr(text, "stale pid");
	if (!row->done) {
		if (line)
			actor_fail("reported, and should not be: %s", text);
		return;
	}
	snprintf(
		pattern, sizeof(pattern),
		"^pidepoch: [^ ]+\\[%d\\]: kill\\(%d, SIGUSR1\\): stale pid: %d was a child of this "
		"process \\(vfork [0-9]+\\.[0-9]{3}s ago, exited with status [0-9]+, "
		"reaped by waitpid [0-9]+\\.[0-9]{3}s ago\\); "
		"now held by '[^']+' \\(pid %d, parent %d\\); %s$",
		subject->pid, stale, stale, stale, getpid(), row->done);
	if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB) != 0 || !line ||
	    regexec(&compiled, text, 0, NULL, 0) != 0)
		actor_fail("reported: %s which must be: %s", text, pattern);
	if (strstr(line + 1, "stale pid"))
		actor_fail("reported twice: %s", text);
	regfree(&compiled);
}

static void run_scenario(const struct row *row, struct actor *subject, const char *how)
{
	pid_t stale = (pid_t)actor_ask(subject, 'r');
	struct actor unrelated, was = *subject;
	long got;

	actor_start_unrelated(&unrelated, stale, NULL);
	if (row->gives == DIES) {
		expect_abort(subject);
	} else {
		got = actor_ask(subject, 'k');
		if (got != row->gives)
			actor_fail("%s: it got %ld", how, got);
	}
	got = actor_ask(&unrelated, ACTOR_SIGNALS);
	if (got != row->hits)
		actor_fail("%s: the unrelated process got %ld", how, got);
	check_line(row, &was, stale);
	actor_end(&unrelated);
	if (row->gives != DIES && actor_end(subject) != 0)
		actor_fail("%s: it failed", how);
	printf("ok   %s\n", how);
}

/* Standard error, from now on. */
static int divert(int to)
{
	int before = fcntl(2, F_DUPFD_CLOEXEC, 500);

	dup2(to, 2);
	return before;
}

static void by_variable(const struct row *row)
{
	const char *argv[] = { "/proc/self/exe", "subject", NULL };
	int before, fd = open(said, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	struct actor subject;

	before = divert(fd);
	close(fd);
	actor_start(&subject, argv, false, row->settings[0] ? row->settings[1] : NULL);
	dup2(before, 2);
	close(before);
	run_scenario(row, &subject, row->settings[0] ? row->settings[1] : "nothing set");
}

static void by_option(const struct row *row)
{
	char log[PATH_MAX + 8], self[PATH_MAX] = "";
	const char *argv[8] = { getenv("PIDEPOCH"), "run", log };
	struct actor subject;
	int n = 3;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		actor_fail("/proc/self/exe: %m");
	unlink(said);
	snprintf(log, sizeof(log), "--log=%s", said);
	if (row->settings[0])
		argv[n++] = row->settings[0];
	argv[n++] = "--";
	argv[n++] = self;
	argv[n] = "subject";
	actor_start(&subject, argv, true, NULL);
	run_scenario(row, &subject, row->settings[0] ? row->settings[0] : "pidepoch run");
}

int main(int argc, char **argv)
{
	const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";

	(void)argv;
	if (argc > 1) {
		actor_serve(answer);
		return 0;
	}
	namespace_enter();
	snprintf(said, sizeof(said), "%s/said", folder);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		by_variable(&rows[i]);
		by_option(&rows[i]);
	}
	return 0;
}
