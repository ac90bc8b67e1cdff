// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A pid is no younger than its evidence: for each way in which a shell learns a pid, a signal to a
 * process that started later is refused and a signal to a process that started earlier arrives.
 * Natively all arrive.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#define READ  "read -r p <$d/x.pid; "
#define KILL  "kill -USR1 $p 2>/dev/null && echo sent || echo refused"
#define PROBE "kill -0 $p 2>/dev/null && echo sent || echo refused"
#define SAVE  "echo $q >$d/x.pid"
#define STATE "echo pid:$q >$d/state"
#define NOTES "echo size 12 $q >$d/notes"
#define FIND  "p=$(pgrep -x early)"

struct row {
	const char *policy;
	bool early;	     /* a process has the pid before, and ends */
	const char *before;  /* typed before the unrelated process starts, */
	const char *between; /* after it, */
	const char *use;     /* and then */
	bool refused;
	const char *reported; /* expected in the notice; NULL: no notice */
};

/* where no shared table can be made: what other processes saw is not known, and does not accuse */
static const struct row without_table[] = {
	{ "act", false, SAVE, ":", READ KILL, true, "was read from" },
	{ "act", false, SAVE, SAVE, READ KILL, false, NULL },
	{ "act", true, FIND, ":", KILL, false, NULL },
	{ "all", true, FIND, ":", "p=$(pgrep -x innocent); " KILL, false, NULL },
	{ "act", false, SAVE, ":", READ "/bin/" KILL, true, "is an argument" },
	{ "act", false, ":", ":", "p=$q; " KILL, false, NULL },
};

/* the wall clock was stepped since the run began: stamps may only acquit; looks need no stamps */
static const struct row stepped[] = {
	{ "all", false, SAVE, SAVE, READ PROBE, false, NULL },
	{ "all", false, SAVE, SAVE, READ KILL, false, NULL },
	{ "all", true, FIND, ":", KILL, true, "was looked up" },
};

/* the later of the two times that the stamp can mean counts */
static const struct row stepped_forwards[] = {
	{ "all", false, SAVE, ":", READ KILL, false, NULL },
};

static const struct row stepped_backwards[] = {
	{ "all", false, SAVE, ":", READ KILL, false, "let through" },
};

/* the table was filled with noise: a word that names no descendant is not used */
static const struct row noisy[] = {
	{ "all", false, ":", ":", "p=$q; " KILL, false, NULL },
	{ "all", false, SAVE, ":", READ KILL, true, "was read from" },
	{ "all", false, SAVE, SAVE, READ KILL, false, NULL },
	{ "act", true, FIND, ":", KILL, true, "was looked up" },
	{ "all", true, FIND, ":", "p=$(pgrep -x innocent); " KILL, false, NULL },
};

static const struct row rows[] = {
	/* files */
	{ "act", false, SAVE, ":", READ KILL, true, "was read from" },
	{ "act", false, SAVE "; " READ, ":", KILL, true, "was read from" },
	{ "act", false, SAVE "; " READ "rm $d/x.pid", ":", KILL, true, "was read from" },
	{ "act", false, SAVE, ":", "p=$(cat $d/x.pid); " KILL, true, "was read from" },
	{ "act", false, SAVE, ":", "p=$(<$d/x.pid); " KILL, true, "was read from" },
	{ "act", false, SAVE, ":", "cd $d; read -r p <x.pid; cd /; " KILL, true, "was read from" },
	{ "act", false, STATE, ":", "IFS=: read -r k p <$d/state; " KILL, true, "was read from" },
	{ "act", false, SAVE, ":", READ "/bin/" KILL, true, "is an argument" },
	{ "act", false, SAVE, ":", "pkill -USR1 -F $d/x.pid && echo sent || echo refused", true,
	  "was read from" },
	{ "act", false, SAVE, SAVE, READ KILL, false, NULL },
	{ "act", false, SAVE, SAVE, "p=$(cat $d/x.pid); " KILL, false, NULL },
	{ "act", false, SAVE, SAVE "; touch -d @1 $d/x.pid", READ KILL, false, NULL },
	{ "act", false, SAVE, "cp -p $d/x.pid $d/y.pid", "read -r p <$d/y.pid; " KILL, false,
	  NULL },
	{ "act", false, SAVE, "mv $d/x.pid $d/y.pid", "read -r p <$d/y.pid; " KILL, false, NULL },
	{ "act", false, SAVE, "ln $d/x.pid $d/z.pid", READ KILL, false, NULL },
	{ "act", false, SAVE "; " READ, SAVE, KILL, false, NULL },
	{ "act", false, NOTES, ":", "read -r a b p <$d/notes; " KILL, false, NULL },
	{ "act", false, SAVE, STATE, "IFS=: read -r k p <$d/state; " READ KILL, false, NULL },
	{ "act", false, SAVE, SAVE, READ "/bin/" KILL, false, NULL },
	/* files that are no good: they are not evidence, and hold nothing up */
	{ "all", false, "printf '\\1\\377 %s \\177' $q >$d/x.pid", ":", READ "p=$q; " KILL, false,
	  NULL },
	{ "all", false, "echo 99999999999999$q >$d/x.pid", ":", READ "p=$q; " KILL, false, NULL },
	{ "all", false, "{ echo $q; head -c 10000000 /dev/zero; } >$d/x.pid", ":", READ KILL, false,
	  NULL },
	{ "all", false, "mkfifo $d/x.pid; : <>$d/x.pid", ":", ": <>$d/x.pid; p=$q; " KILL, false,
	  NULL },
	{ "all", false, "ln -s x.pid $d/x.pid", ":", "{ : <$d/x.pid; } 2>/dev/null; p=$q; " KILL,
	  false, NULL },
	{ "all", false, "mkdir $d/x.pid", ":", "cat $d/x.pid 2>/dev/null; p=$q; " KILL, false,
	  NULL },
	{ "all", false, SAVE "; " READ, "rm $d/x.pid; mkfifo $d/x.pid", KILL, true,
	  "was read from" },
	{ "all", false, ":", ":", "p=$q; /bin/kill -USR1 99999999999999999999 2>/dev/null; " KILL,
	  false, NULL },
	/* looks */
	{ "act", true, FIND, ":", KILL, true, "was looked up" },
	{ "act", true, FIND, ":", "test -d /proc/$p && " KILL, true, "was looked up" },
	{ "act", true, FIND, ":", "ps -p $p >/dev/null && " KILL, true, "was looked up" },
	{ "act", true, FIND, ":", "/bin/" KILL, true, "is an argument" },
	{ "act", true, FIND, ":", "p=$(pgrep -x innocent); " KILL, false, NULL },
	{ "act", true, FIND, ":", "read -r l </proc/$p/stat; " KILL, false, NULL },
	{ "act", true, FIND, ":", "/bin/kill -USR1 $(pgrep -x innocent) && echo sent", false,
	  NULL },
	/* no evidence */
	{ "act", false, ":", ":", "p=$q; " KILL, false, NULL },
	/* policies */
	{ "act", false, SAVE, ":", READ PROBE, false, "let through" },
	{ "all", false, SAVE, ":", READ PROBE, true, "was read from" },
	{ "all", false, SAVE, ":", READ "test -d /proc/$p && echo sent || echo refused", true,
	  "was read from" },
	{ "all", false, SAVE, SAVE, READ PROBE, false, NULL },
	{ "all", false, SAVE, SAVE, READ "test -d /proc/$p && " KILL, false, NULL },
	{ "tell", false, SAVE, ":", READ KILL, false, "let through" },
	{ "tell", false, SAVE, ":", READ PROBE, false, "let through" },
	{ "off", false, SAVE, ":", READ KILL, false, NULL },
	{ "off", false, SAVE, ":", READ PROBE, false, NULL },
};

static char log_path[600], folder[512];

static void type(const struct actor *shell, const char *line)
{
	if (dprintf(shell->to, "%s\n", line) < 0)
		actor_fail("the shell cannot be typed at: %m");
}

static void hear(const struct actor *shell, char *said, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && read(shell->from, said + n, 1) == 1 && said[n] != '\n')
		n++;
	said[n] = '\0';
}

static void does(const struct actor *shell, const char *line)
{
	char said[64];

	type(shell, line);
	type(shell, "echo done");
	hear(shell, said, sizeof(said));
	if (strcmp(said, "done") != 0)
		actor_fail("'%s': said '%s'", line, said);
}

/* From now on, time stamps are later by more than the tolerance (moment.3). */
static void let_time_pass(void)
{
	const struct timespec more = { 0, 60000000 };

	clock_nanosleep(CLOCK_BOOTTIME, 0, &more, NULL);
}

static pid_t start_early(void)
{
	int ready[2];
	char c;
	pid_t pid;

	if (pipe(ready) < 0)
		actor_fail("pipe: %m");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, "early");
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	if (read(ready[0], &c, 1) != 1)
		actor_fail("the early process");
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* a pid that is free */
static void end_early(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static long take_name(void)
{
	return prctl(PR_SET_NAME, "innocent");
}

static int lines(const char *with)
{
	char line[2048];
	FILE *f = fopen(log_path, "r");
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += !with || strstr(line, with);
	if (f)
		fclose(f);
	return n;
}

static void run_scenario(const struct row *r, bool native)
{
	const char *argv[] = { "/bin/bash", NULL };
	struct actor shell, unrelated;
	char setting[64], line[1024], said[64];
	bool refused = r->refused && !native,
	     probe = strstr(r->use, "-0") || !strstr(r->use, "USR1");
	pid_t q;

	snprintf(setting, sizeof(setting), "PIDEPOCH_EVIDENCE=%s", r->policy);
	unlink(log_path);
	q = start_early();
	if (!r->early)
		end_early(q);
	actor_start(&shell, argv, native, setting);
	snprintf(line, sizeof(line), "d=%s; q=%d; rm -rf $d/*", folder, (int)q);
	does(&shell, line);
	does(&shell, r->before);
	if (r->early)
		end_early(q);
	let_time_pass();
	actor_start_unrelated(&unrelated, q, take_name);
	actor_ask(&unrelated, ACTOR_ACT);
	let_time_pass();
	does(&shell, r->between);
	type(&shell, r->use);
	hear(&shell, said, sizeof(said));
	if (strcmp(said, refused ? "refused" : "sent") != 0)
		actor_fail("%s, '%s', '%s', '%s': %s", setting, r->before, r->between, r->use,
			   said);
	if (actor_ask(&unrelated, ACTOR_SIGNALS) != (!refused && !probe))
		actor_fail("%s, '%s', '%s', '%s': the signal", setting, r->before, r->between,
			   r->use);
	if (!native && (r->reported ? lines(r->reported) < 1 : lines(NULL) != 0))
		actor_fail("%s, '%s', '%s', '%s': %d notices, %d with '%s'", setting, r->before,
			   r->between, r->use, lines(NULL), lines(r->reported),
			   r->reported ? r->reported : "");
	actor_end(&unrelated);
	actor_end(&shell);
}

/* As 'pidepoch run' does (moment.h). @step: by how many seconds the wall clock is stepped after. */
static void set_clock(long step)
{
	struct timespec real, boot;
	char text[64];

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	snprintf(text, sizeof(text), "%lld:%lld",
		 (long long)(real.tv_sec - step) * 1000 + real.tv_nsec / 1000000,
		 (long long)boot.tv_sec * 1000 + boot.tv_nsec / 1000000);
	setenv("PIDEPOCH_CLOCK", text, 1);
}

static void run_all(const struct row *r, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		run_scenario(&r[i], true);
		run_scenario(&r[i], false);
		printf("ok   %s: %s; %s; %s\n", r[i].policy, r[i].before, r[i].between, r[i].use);
	}
}

/* --- the table --- */

#define RUN(rows) run_all(rows, sizeof(rows) / sizeof((rows)[0]))

/* The segment of the run's table, which the rows before have made; removed. false: there is none */
static bool take_table(int *key, size_t *bytes)
{
	FILE *f = fopen("/proc/sysvipc/shm", "r");
	char line[512];
	int id;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%d %d %*o %zu", key, &id, bytes) != 3 || *key >> 24 != 0x70)
			continue;
		fclose(f);
		return shmctl(id, IPC_RMID, NULL) == 0;
	}
	if (f)
		fclose(f);
	return false;
}

/* A segment with this key, full of noise but for its first word (segment.2). */
static void make_table(int key, size_t bytes)
{
	int id = shmget(key, bytes, IPC_CREAT | IPC_EXCL | 0600);
	unsigned char *at = shmat(id, NULL, 0);

	if (id < 0 || at == (void *)-1)
		actor_fail("a table that is no good: %m");
	srandom(1);
	for (size_t i = sizeof(uint64_t); i < bytes; i++)
		at[i] = (unsigned char)(random() >> 8);
	shmdt(at);
}

/* what is found in place of the run's table: one that is too small, and noise */
static void run_with_bad_tables(void)
{
	size_t bytes, other;
	int key;

	if (!take_table(&key, &bytes))
		actor_fail("the rows made no table");
	make_table(key, 4096);
	RUN(without_table);
	if (!take_table(&key, &other) || other != 4096)
		actor_fail("the small table was removed");
	make_table(key, bytes);
	RUN(noisy);
}

/* how many shared segments can be made in this namespace */
static bool limit_segments(const char *count)
{
	FILE *f = fopen("/proc/sys/kernel/shmmni", "w");
	bool written = f && fputs(count, f) >= 0;

	return f && fclose(f) == 0 && written;
}

int main(void)
{
	const char *base = getenv("TMPDIR");

	if (system("command -v pgrep >/dev/null && test -x /bin/bash && test -x /bin/kill") != 0) {
		printf("skip: no pgrep, no bash, or no /bin/kill\n");
		return 77;
	}
	namespace_enter();
	snprintf(folder, sizeof(folder), "%s/evidence", base ? base : "/tmp");
	snprintf(log_path, sizeof(log_path), "%s.log", folder);
	if (mkdir(folder, 0700) < 0 && access(folder, W_OK) < 0)
		actor_fail("%s: %m", folder);
	setenv("PIDEPOCH_LOG", log_path, 1);
	set_clock(0);
	if (limit_segments("0"))
		RUN(without_table);
	limit_segments("4096");
	RUN(rows);
	run_with_bad_tables();
	set_clock(3600);
	RUN(stepped_forwards);
	RUN(stepped);
	set_clock(-3600);
	RUN(stepped_backwards);
	RUN(stepped);
	return 0;
}
