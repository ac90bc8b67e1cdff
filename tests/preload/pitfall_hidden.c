// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Children that libc creates and reaps by itself (popen, system, wordexp, daemon, forkpty) end as
 * they do natively, whichever wait reaps them: pclose, fclose, or a wait of the program's own that
 * takes them first, with SIGCHLD handled or ignored.
 */
#include <pty.h>
#include <sys/ioctl.h>
#include <signal.h>
#include <wordexp.h>

#include "../support/compare_native.h"

#define REPORT(call)                                                                               \
	(errno = 0, printf("%s: %ld", #call, (long)(call)), printf(" errno %d\n", errno))

static char line[4096];

/* fclose() of a popen() stream: the compiler would warn, but it does reap */
static int (*volatile const close_stream)(FILE *) = fclose;

/* Reads to the end, so that the writer has finished. */
static const char *hear(FILE *from)
{
	size_t n = fread(line, 1, sizeof(line) - 1, from);

	line[n] = '\0';
	return line;
}

static void by_popen(void)
{
	FILE *f = popen("echo one; exit 3", "r"), *other, *third;

	printf("%s", hear(f));
	REPORT(pclose(f));
	f = popen("exit 4", "r");
	hear(f);
	REPORT(close_stream(f));
	f = popen("kill -TERM $$", "re");
	hear(f);
	REPORT(pclose(f));
	f = popen("cat >&2; exit 5", "w");
	fprintf(f, "written\n");
	REPORT(pclose(f));
	/* several at a time, closed in another order */
	f = popen("exit 6", "r");
	other = popen("exit 7", "r");
	third = popen("exec cat", "w");
	REPORT(pclose(other));
	REPORT(pclose(third));
	REPORT(close_stream(f));
	REPORT(popen("true", "x") == NULL);
	f = popen("/nowhere/at/all", "r");
	hear(f);
	REPORT(pclose(f));
}

/* Another wait takes the hidden child first. */
static void taken(void)
{
	FILE *f = popen("exit 8", "r");
	siginfo_t seen = { .si_pid = 0 };
	int status = 0;

	REPORT(wait(&status) > 0);
	REPORT(status);
	REPORT(pclose(f));
	f = popen("exit 9", "r");
	REPORT(waitid(P_ALL, 0, &seen, WEXITED));
	REPORT(seen.si_status);
	REPORT(close_stream(f) == -1);
	f = popen("exit 10", "r");
	REPORT(waitid(P_ALL, 0, &seen, WEXITED | WNOWAIT));
	REPORT(seen.si_status);
	REPORT(pclose(f));
	/* its pid came with the look, and is free */
	REPORT(kill(seen.si_pid, 0));
	REPORT(waitpid(seen.si_pid, NULL, 0));
}

static volatile sig_atomic_t reaped;

static void on_sigchld(int sig)
{
	int before = errno;

	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		reaped++;
	errno = before;
}

static void by_system(void)
{
	REPORT(system(NULL));
	REPORT(system("exit 3"));
	REPORT(system("kill -KILL $$"));
	REPORT(system("/nowhere/at/all 2>/dev/null"));
	REPORT(system("sh -c 'exit 4' & wait $!; exit $?"));
	signal(SIGCHLD, on_sigchld);
	REPORT(system("exit 5")); /* blocks SIGCHLD until it has reaped */
	REPORT(reaped);
	signal(SIGCHLD, SIG_IGN);
	REPORT(system("exit 6"));
	signal(SIGCHLD, SIG_DFL);
	REPORT(system("exit 7"));
}

static void by_wordexp(void)
{
	wordexp_t words = { 0 };

	setenv("NUMBER", "12", 1);
	REPORT(wordexp("a$NUMBER `echo b; exit 3` $(echo c d) $((3 * 2))", &words, 0));
	for (size_t i = 0; i < words.we_wordc; i++)
		printf("%s\n", words.we_wordv[i]);
	wordfree(&words);
	REPORT(wordexp("$(echo no)", &words, WRDE_NOCMD));
	REPORT(wordexp("$(kill -9 $$)", &words, 0));
}

static void children_of_a_daemon(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	if (pid < 0)
		_exit(93);
	REPORT(kill(pid, SIGTERM));
	REPORT(waitpid(pid, &status, 0) == pid);
	REPORT(status);
	REPORT(kill(pid, 0));
	REPORT(system("exit 3"));
	REPORT(getsid(0) == getpgrp());
}

/* Its end is seen at the pipe, through which all its output comes. */
static void by_daemon(void)
{
	int ends_of[2], out = dup(1);
	FILE *f;
	pid_t pid;

	if (pipe(ends_of) != 0)
		_exit(90);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(ends_of[1], 1);
		close(ends_of[0]);
		close(ends_of[1]);
		close(out);
		pid = fork(); /* known to the process that ends, not to the daemon */
		if (pid == 0)
			_exit(5);
		REPORT(daemon(0, 1));
		REPORT(waitpid(pid, NULL, 0));
		children_of_a_daemon();
		fflush(stdout);
		_exit(0);
	}
	close(ends_of[1]);
	f = fdopen(ends_of[0], "r");
	printf("%s", hear(f));
	fclose(f);
	REPORT(waitpid(pid, NULL, 0) == pid);
}

static void by_forkpty(void)
{
	struct winsize size = { .ws_row = 7, .ws_col = 9 };
	int master, status = 0;
	char name[256] = "";
	pid_t pid;
	ssize_t n;

	signal(SIGHUP, SIG_IGN);
	pid = forkpty(&master, name, NULL, &size);
	if (pid == 0) {
		struct winsize now = { 0 };

		ioctl(0, TIOCGWINSZ, &now);
		printf("%d %d %d %d\n", now.ws_row, now.ws_col, tcgetpgrp(0) == getpid(),
		       getsid(0) == getpid());
		fflush(stdout);
		_exit(6);
	}
	if (pid < 0)
		_exit(93);
	REPORT(strncmp(name, "/dev/", 5) == 0);
	while ((n = read(master, line, sizeof(line))) > 0)
		printf("%.*s", (int)n, line);
	REPORT(kill(pid, 0));
	REPORT(waitpid(pid, &status, 0) == pid);
	REPORT(status);
	REPORT(kill(pid, 0));
	REPORT(waitpid(pid, &status, 0));
	close(master);
}

static const struct role {
	const char *name;
	void (*work)(void);
} roles[] = {
	{ "popen", by_popen },	   { "taken", taken },	    { "system", by_system },
	{ "wordexp", by_wordexp }, { "daemon", by_daemon }, { "forkpty", by_forkpty },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (argc < 2)
			twin_same(roles[i].name, NULL);
		else if (strcmp(argv[1], roles[i].name) == 0)
			roles[i].work();
	return 0;
}
