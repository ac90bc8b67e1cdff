// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * stale [PROGRAM [fresh]]
 *
 * A static program can no longer signal a child that it reaped, however it reaped it and by
 * whatever call; the attempt is reported. A call on a pid that is or became fresh, or that never
 * was its child, is continued. With another program, a few of the scenarios.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/namespace.h"

enum {
	NO_HOLDER = 1,
	REPORT = 2,
	EPOCH = 4,
	TRUST = 8,
	ABORT = 16,
	NATIVE = 32,
	OLD = 64,
	ON = 128,
	UNPROVEN = 256,
	ARGUMENT = 512, /* stale by evidence */
	OFF = 1024,	/* --evidence=off */
	TELL = 2048,
	MEMBER = 4096, /* of the unrelated process's group: the process itself has ended */
};

static const struct scenario {
	const char *reap, *use;
	const char *said; /* by the program, or NULL: it was ended */
	bool hit;	  /* the unrelated process was ended by SIGTERM */
	int how;
} scenarios[] = {
	/* without us, so that it is known to be stale */
	{ "waitpid", "kill", "ok", true, NATIVE },
	{ "thread", "queue", "ok", true, NATIVE },
	/* each way to reap */
	{ "waitpid", "kill", "ESRCH", false, 0 },
	{ "any", "kill", "ESRCH", false, 0 },
	{ "group", "kill", "ESRCH", false, 0 },
	{ "waitid", "kill", "ESRCH", false, 0 },
	{ "waitid-all", "kill", "ESRCH", false, 0 },
	{ "vfork", "kill", "ESRCH", false, 0 },
	{ "thread", "kill", "ESRCH", false, 0 },
	{ "any", "kill", "ESRCH", false, OLD },
	/* each way to use */
	{ "any", "tkill", "ESRCH", false, 0 },
	{ "any", "tgkill", "ESRCH", false, 0 },
	{ "any", "queue", "ESRCH", false, 0 },
	{ "any", "tgqueue", "ESRCH", false, 0 },
	{ "any", "pidfd", "ESRCH", false, 0 },
	/* the group of a pid (killpg.h) */
	{ "any", "killpg", "ok", true, NATIVE },
	{ "any", "killpg", "ESRCH", false, 0 },
	{ "waitpid", "killpg", "ESRCH", false, 0 },
	{ "any", "killpg", "ESRCH", false, NO_HOLDER },
	{ "any", "killpg", "ok", true, REPORT },
	{ "any", "killpg", NULL, false, ABORT },
	{ "led", "members", "ok", false, NO_HOLDER },
	{ "led", "members", "ok", false, NO_HOLDER | UNPROVEN | OLD },
	/* another group has the pid, and its leader has ended, too (group_note.h) */
	{ "led-alone", "killpg", "ok", true, NATIVE | MEMBER },
	{ "led-alone", "killpg", "ESRCH", false, MEMBER },
	{ "led-exec", "killpg", "ESRCH", false, MEMBER },
	{ "led-alone", "killpg", "ok", true, MEMBER | UNPROVEN | OLD },
	/* each policy */
	{ "any", "kill", "EEPOCH", false, EPOCH },
	{ "any", "kill", "ok", true, REPORT },
	{ "any", "kill", "ok", true, TRUST },
	{ "any", "kill", NULL, false, ABORT },
	/* no process holds the pid */
	{ "any", "kill", "ESRCH", false, NO_HOLDER },
	{ "any", "kill", "EEPOCH", false, NO_HOLDER | EPOCH },
	{ "any", "kill", "ESRCH", false, NO_HOLDER | ABORT },
	/* not stale, or not known to be */
	{ "any", "again", "ok", false, NO_HOLDER },
	{ "any", "child", "ok", true, 0 },
	{ "any", "exec", "ok", true, 0 },
	{ "any", "thread-exec", "ok", true, 0 },
	{ "any", "trace", "ok", false, 0 },
	{ "thread-unmet", "kill", "ok", true, 0 }, /* wait.2 */
	/* remote_tree.3 */
	{ "became", "kill", "ESRCH", false, 0 },
	/* argument.h: the pid is an argument of the program that uses it */
	{ "any", "by-kill", "ok", true, NATIVE },
	{ "any", "by-kill", "ESRCH", false, ARGUMENT },
	{ "any", "by-static", "ESRCH", false, ARGUMENT },
	{ "any", "by-static", "ESRCH", false, ARGUMENT | OLD },
	{ "any", "by-static", "EEPOCH", false, ARGUMENT | EPOCH },
	{ "any", "by-static", "ok", true, ARGUMENT | REPORT },
	{ "any", "by-static", "ok", true, ARGUMENT | TELL },
	{ "any", "by-static", "ok", true, OFF },
	{ "any", "by-kill", "ok", true, OFF },
	{ "any", "by-static", "ok", true, TRUST },
	/* run_table.1 */
	{ "any", "looked", "ok", true, 0 },
};

/* for a program that need not be static */
static const struct scenario others[] = {
	{ "waitpid", "kill", "ok", true, NATIVE },
	{ "waitpid", "kill", "ESRCH", false, ON },
	{ "waitpid", "kill", "EEPOCH", false, ON | EPOCH },
	{ "waitpid", "kill", "ok", true, ON | REPORT },
	{ "waitpid", "kill", "ESRCH", false, ON | NO_HOLDER },
};

/* for a program that waits through the library, and makes its other calls raw; */
static const struct scenario mixed[] = {
	{ "library", "kill", "ok", true, NATIVE },
	{ "library", "kill", "ESRCH", false, ON },
	{ "library", "killpg", "ESRCH", false, ON },
	{ "library", "kill", "ESRCH", false, ON | NO_HOLDER },
	{ "library", "kill", "ok", true, ON | REPORT },
	{ "library", "tgkill", "ESRCH", false, ON },
	{ "library", "pidfd", "ESRCH", false, ON },
	{ "library", "after", "ESRCH", false, ON },
	{ "library", "decoys", "ok", true, ON }, /* remote_tree.4 */
	{ "library-any", "kill", "ESRCH", false, ON },
	{ "library-waitid", "kill", "ESRCH", false, ON | OLD },
	{ "library", "again", "ok", false, ON | NO_HOLDER },
	/* and the reverse: it reaps by raw calls, and signals through the library (announce.1) */
	{ "announced", "by-libc", "ok", true, NATIVE },
	{ "announced", "by-libc", "ESRCH", false, ON },
	{ "announced", "by-libc", "EEPOCH", false, ON | EPOCH },
	{ "announced", "by-libc", "ESRCH", false, ON | NO_HOLDER },
	{ "thread", "by-libc", "ESRCH", false, ON },
	{ "library", "exec", "ok", true, ON },
	{ "library", "thread-exec", "ok", true, ON },
	/* argument.h */
	{ "library", "by-static", "ok", true, NATIVE },
	{ "library", "by-static", "ESRCH", false, ON | ARGUMENT },
	{ "library", "by-static", "ok", true, ON | ARGUMENT | REPORT },
	{ "library", "by-static", "ok", true, ON | OFF },
	/* run_table.2 */
	{ "library", "orphan", "ok", false, ON | NO_HOLDER },
};

/* for a program that has learned the pid again in a way that only the library sees */
static const struct scenario fresh[] = {
	{ "waitpid", "kill", "ok", true, NATIVE },
	{ "waitpid", "kill", "ok", true, 0 },
	{ "waitpid", "kill", "ok", true, ON },
	{ "waitpid", "kill", "ESRCH", false, ON | NO_HOLDER },
};

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const char *program, *name;
static char log_path[256], events_path[256];

static _Noreturn void fail(const struct scenario *p, const char *what, const char *said)
{
	printf("FAIL: %s, %s, %d: %s; it printed '%s'\n", p->reap, p->use, p->how, what, said);
	exit(1);
}

static void become(const struct scenario *p)
{
	const char *argv[14] = { getenv("PIDEPOCH"), "run" };
	char log[300], events[300];
	int n = 2;

	if (p->how & OLD)
		setenv("PIDEPOCH_FORCE_OLD", "inode,info,handle", 1);
	snprintf(log, sizeof(log), "--log=%s", log_path);
	snprintf(events, sizeof(events), "--events=%s", events_path);
	argv[n++] = log;
	argv[n++] = events;
	if (p->how & NATIVE)
		n = 0;
	if (p->how & ON)
		argv[n++] = "--supervisor=on";
	if (p->how & REPORT)
		argv[n++] = "--on-stale=report";
	if (p->how & ABORT)
		argv[n++] = "--on-stale=abort";
	if (p->how & EPOCH)
		argv[n++] = "--errno=EEPOCH";
	if (p->how & TRUST)
		argv[n++] = "--trust=ra?";
	if (p->how & OFF)
		argv[n++] = "--evidence=off";
	if (p->how & TELL)
		argv[n++] = "--evidence=tell";
	argv[n++] = program;
	argv[n++] = p->reap;
	argv[n++] = p->use;
	argv[n] = NULL;
	execv(argv[0], (char *const *)argv);
	_exit(96);
}

struct actor {
	pid_t pid;
	int to;
	FILE *from;
};

static struct actor start(const struct scenario *p)
{
	struct actor a;
	int in[2], out[2];

	if (pipe(in) < 0 || pipe(out) < 0)
		exit(99);
	a.pid = fork();
	if (a.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		for (int fd = 3; fd < 20; fd++)
			close(fd);
		become(p);
	}
	close(in[0]);
	close(out[1]);
	a.to = in[1];
	a.from = fdopen(out[0], "r");
	return a;
}

/* From now on, births are later than the release by more than the tolerance (moment.3). */
static void let_time_pass(void)
{
	const struct timespec more = { 0, 60000000 };

	clock_nanosleep(CLOCK_BOOTTIME, 0, &more, NULL);
}

static pid_t spawn_unrelated(int number)
{
	pid_t pid = namespace_fork(number);

	if (pid == 0)
		for (;;)
			pause();
	setpgid(pid, pid);
	if (pid != number) {
		printf("skip: no process with a chosen pid can be created\n");
		exit(77);
	}
	return pid;
}

/* The unrelated process leads a group, and ends. Returns a member of the group, which becomes a
 * child of this process, the first of its namespace. */
static pid_t spawn_member(int number)
{
	int to[2];
	pid_t leader, member = -1;

	if (pipe(to) < 0)
		exit(99);
	leader = namespace_fork(number);
	if (leader == 0) {
		setpgid(0, 0);
		member = fork();
		while (member == 0)
			pause();
		_exit(write(to[1], &member, sizeof(member)) != sizeof(member));
	}
	if (leader != number || read(to[0], &member, sizeof(member)) != sizeof(member))
		exit(99);
	waitpid(leader, NULL, 0);
	close(to[0]);
	close(to[1]);
	return member;
}

static bool was_hit(pid_t unrelated)
{
	int status;

	kill(unrelated, SIGKILL);
	waitpid(unrelated, &status, 0);
	return WTERMSIG(status) == SIGTERM;
}

static bool was_told(const struct scenario *p)
{
	FILE *f = fopen(log_path, "r");
	char line[1024] = "", begin[64];
	bool reported;

	if (!f)
		return false;
	/* a script is reported under its own name, or its interpreter's */
	snprintf(begin, sizeof(begin), name ? "pidepoch: %s[" : "pidepoch: ",
		 strcmp(p->use, "by-kill") == 0 ? "kill" : name);
	reported = fgets(line, sizeof(line), f) && strncmp(line, begin, strlen(begin)) == 0 &&
		   (strstr(line, "stale pid") || strstr(line, "stale group")) &&
		   strstr(line, p->how & ARGUMENT ? " has been 'stale'"
				: p->how & MEMBER ? "now no process has this pid"
						  : "now held by 'stale'");
	if (!reported && *line)
		printf("in the log: %s", line);
	fclose(f);
	return reported;
}

static bool must_tell(const struct scenario *p)
{
	bool stale = p->how & (REPORT | ABORT | TELL) || (p->said && *p->said == 'E');

	return stale && !(p->how & NO_HOLDER);
}

/* A call that only asks has a kind of its own. */
static const char *kind_of(const struct scenario *p)
{
	if (strcmp(p->use, "pidfd") == 0)
		return "probe";
	return p->how & (NO_HOLDER | UNPROVEN) ? "latent" : "stale";
}

/* One event of the expected kind, or none. */
static bool has_event(const struct scenario *p, int number)
{
	FILE *f = fopen(events_path, "r");
	char line[5000], wanted[64], kind[32], outcome[32];
	bool due = !(p->how & (NATIVE | TRUST)) &&
		   (p->how & (REPORT | ABORT | UNPROVEN | TELL) || (p->said && *p->said == 'E'));
	int right = 0, count = 0;

	snprintf(wanted, sizeof(wanted), "\"number\":%d,", number);
	snprintf(kind, sizeof(kind), "\"kind\":\"%s\"", kind_of(p));
	snprintf(outcome, sizeof(outcome), "\"outcome\":\"%s\"",
		 p->how & (REPORT | UNPROVEN | TELL) ? "passed"
		 : p->said == NULL		     ? "aborting"
						     : "refused");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, "\"type\":\"event\""))
			continue;
		count++;
		right += strstr(line, wanted) && strstr(line, kind) && strstr(line, outcome) &&
			 strstr(line, p->how & ARGUMENT ? "\"known\":\"evidence\""
							: "\"known\":\"own\"") &&
			 !strstr(line, "\"comm\":\"stale\"") == !!(p->how & (NO_HOLDER | MEMBER));
		if (!due || !right)
			printf("among the events: %s", line);
	}
	if (f)
		fclose(f);
	return right == due && count == due;
}

static void perform(const struct scenario *p)
{
	char line[64] = "", said[64] = "";
	struct actor a;
	pid_t unrelated = 0;
	int number, status;

	unlink(log_path);
	unlink(events_path);
	a = start(p);
	if (!fgets(line, sizeof(line), a.from) || sscanf(line, "reaped %d", &number) != 1)
		fail(p, "it did not get to its stale pid", line);
	if (p->how & ARGUMENT)
		let_time_pass();
	if (p->how & MEMBER)
		unrelated = spawn_member(number);
	else if (!(p->how & NO_HOLDER))
		unrelated = spawn_unrelated(number);
	if (write(a.to, "go\n", 3) != 3)
		fail(p, "it did not wait", line);
	if (fgets(said, sizeof(said), a.from))
		said[strcspn(said, "\n")] = '\0';
	waitpid(a.pid, &status, 0);
	if (!p->said != (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT))
		fail(p, "the status is wrong", said);
	if (p->said && strcmp(said, p->said) != 0)
		fail(p, "it should have got another result", said);
	if (unrelated && was_hit(unrelated) != p->hit)
		fail(p,
		     p->hit ? "the unrelated process was spared" : "the unrelated process was hit",
		     said);
	if (was_told(p) != must_tell(p))
		fail(p, "the log is wrong", said);
	if (!has_event(p, number))
		fail(p, "the events are wrong", said);
	close(a.to);
	fclose(a.from);
}

static size_t choose(int argc, char **argv, const struct scenario **list)
{
	bool mixes = argc > 2 && strcmp(argv[2], "mixed") == 0;

	*list = mixes ? mixed : argc > 2 ? fresh : argc > 1 ? others : scenarios;
	return mixes	  ? LENGTH(mixed)
	       : argc > 2 ? LENGTH(fresh)
	       : argc > 1 ? LENGTH(others)
			  : LENGTH(scenarios);
}

int main(int argc, char **argv)
{
	const struct scenario *list;
	size_t count = choose(argc, argv, &list);
	static char path[4096];

	if (!getenv("PIDEPOCH") || !getenv("TMPDIR") || !getenv("PIDEPOCH_BUILDDIR"))
		return 99;
	snprintf(path, sizeof(path), "%s/tests/supervisor/raw", getenv("PIDEPOCH_BUILDDIR"));
	snprintf(log_path, sizeof(log_path), "%s/log", getenv("TMPDIR"));
	snprintf(events_path, sizeof(events_path), "%s/events", getenv("TMPDIR"));
	program = argc > 1 ? argv[1] : path;
	name = argc > 1 ? NULL : strrchr(program, '/') + 1;
	namespace_enter();
	for (size_t i = 0; i < count; i++)
		perform(&list[i]);
	printf("%zu scenarios\n", count);
	return 0;
}
