// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A wait returns the same natively and preloaded, to the bit: the pid, errno, the status, each byte
 * of the siginfo that is written and each that is not, whatever has happened to the child and by
 * whatever call the program waits. (After EFAULT only that error is compared.)
 *
 * Each seed gives one of a thousand histories: children are born, end, stop and continue, and are
 * waited for in every way, with valid and invalid pointers and arguments. Each wait begins only
 * when the events before it have happened, so that the transcript, which has indexes in place of
 * pids, depends only on the seed.
 *
 *   pitfall_statuses         every seed, natively and preloaded
 *   pitfall_statuses SEED    the transcript
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../support/attack.h"
#include "../support/lives.h"

#define SEEDS	48
#define STEPS	250
#define PATTERN 0xa5
#define KINDS	(__WNOTHREAD | __WCLONE | __WALL)

/* --- questions --- */

struct answer {
	_Alignas(64) int status;
	_Alignas(64) siginfo_t info;
	_Alignas(64) struct rusage used;
};

struct question {
	const char *name;
	bool as_wait4;
	int idtype;
	long id;   /* as waitid takes it */
	pid_t pid; /* as wait4 does */
	int options;
	int *status;
	siginfo_t *info;
	struct rusage *used;
};

static struct answer *answer; /* the last bytes of a page before one that cannot be accessed */
static char *read_only;

/* @good, or nothing, or one of the places where nothing can be written, or not all of it */
static void *place(void *good, size_t bytes)
{
	char *page_end = (char *)(answer + 1);

	switch (chance(24)) {
	case 0:
		return (void *)8;
	case 1:
		return read_only;
	case 2:
		return page_end - (chance((unsigned int)bytes) & ~3u);
	case 3:
	case 4:
		return NULL;
	default:
		return good;
	}
}

static const struct child *any(void)
{
	return &child[chance(CHILDREN)];
}

static void aim_wait4(struct question *q)
{
	static const pid_t odd[] = { 0, 1, -999999, INT_MIN, INT_MIN + 1, INT_MAX };
	const struct child *c = any();

	switch (chance(8)) {
	case 0:
		q->pid = odd[chance(sizeof(odd) / sizeof(odd[0]))];
		break;
	case 1:
	case 2:
		q->pid = c->pid ? c->pid : -1;
		break;
	case 3:
		q->pid = c->pid ? -c->pid : 0;
		break;
	default:
		q->pid = -1;
	}
	q->idtype = q->pid == -1 ? P_ALL : q->pid > 0 ? P_PID : P_PGID;
	q->id = q->pid == -1 ? 0 : q->pid > 0 ? q->pid : -(long)q->pid;
}

static void aim_waitid(struct question *q)
{
	static const int odd[] = { 0, -1, INT_MIN, 1, 12345678 };
	const struct child *c = any();

	q->idtype = once_in(40) ? 77 : (int)chance(4);
	if (once_in(8))
		q->id = odd[chance(sizeof(odd) / sizeof(odd[0]))];
	else
		q->id = q->idtype == P_PIDFD && c->pid ? c->pidfd : c->pid;
}

static int some_of(unsigned int options)
{
	return (int)((chance(1 << 16) | chance(1 << 16) << 16) & options);
}

static const struct way {
	const char *name;
	bool as_wait4, takes_pid, takes_rusage;
} ways[] = {
	{ "wait", true, false, false },	     { "waitpid", true, true, false },
	{ "wait3", true, false, true },	     { "wait4", true, true, true },
	{ "raw wait4", true, true, true },   { "waitid", false, true, false },
	{ "raw waitid", false, true, true },
};

static struct question put(const struct way *w)
{
	struct question q = { .name = w->name, .as_wait4 = w->as_wait4, .pid = -1 };

	if (w->as_wait4 && w->takes_pid)
		aim_wait4(&q);
	else if (w->takes_pid)
		aim_waitid(&q);
	if (strcmp(w->name, "wait") != 0)
		q.options = some_of(WNOHANG | WUNTRACED | WCONTINUED);
	if (!w->as_wait4)
		q.options |= some_of(WEXITED | WNOWAIT) | (once_in(2) ? WEXITED : 0);
	if (q.options && once_in(3))
		q.options |= once_in(3) ? some_of(KINDS) : (int)__WALL;
	if (q.options && once_in(20))
		q.options |= once_in(2) ? 0x40 : 0x100000;
	if (w->as_wait4)
		q.status = place(&answer->status, sizeof(answer->status));
	else
		q.info = place(&answer->info, sizeof(answer->info));
	if (w->takes_rusage)
		q.used = once_in(3) ? NULL : place(&answer->used, sizeof(answer->used));
	return q;
}

/* Would it wait for an event that never comes? Asked of the kernel. */
static bool blocks(const struct question *q)
{
	siginfo_t info = { .si_pid = 0 };
	int options = q->options | WNOHANG | WNOWAIT | (q->as_wait4 ? WEXITED : 0);

	return !(q->options & WNOHANG) && look(q->idtype, q->id, &info, options) == 0 &&
	       info.si_pid == 0;
}

static long ask(const struct question *q)
{
	if (strcmp(q->name, "wait") == 0)
		return wait(q->status);
	if (strcmp(q->name, "waitpid") == 0)
		return waitpid(q->pid, q->status, q->options);
	if (strcmp(q->name, "wait3") == 0)
		return wait3(q->status, q->options, q->used);
	if (strcmp(q->name, "wait4") == 0)
		return wait4(q->pid, q->status, q->options, q->used);
	if (strcmp(q->name, "raw wait4") == 0)
		return syscall(SYS_wait4, q->pid, q->status, q->options, q->used);
	if (strcmp(q->name, "waitid") == 0)
		return waitid((idtype_t)q->idtype, (id_t)q->id, q->info, q->options);
	return syscall(SYS_waitid, q->idtype, q->id, q->info, q->options, q->used);
}

/* --- the transcript --- */

static void print_number(const char *what, long number)
{
	for (int i = 0; i < CHILDREN; i++)
		if (number && labs(number) == child[i].pid) {
			printf(" %s%c%d", what, number < 0 ? '-' : 'c', i);
			return;
		}
	printf(" %s%ld", what, number);
}

static void print_place(const char *what, const void *at, const void *good)
{
	const char *page_end = (const char *)(answer + 1);

	if (at == NULL)
		printf(" %s=NULL", what);
	else if (at == read_only)
		printf(" %s=read-only", what);
	else if (at != good && at != (void *)8)
		printf(" %s=end-%d", what, (int)(page_end - (const char *)at));
	else
		printf(" %s%s", what, at == good ? "" : "=8");
}

static void print_question(const struct question *q)
{
	const struct child *c = child;

	printf("%s", q->name);
	if (q->as_wait4) {
		print_number("", q->pid);
	} else {
		while (c < child + CHILDREN &&
		       !(c->pid && q->idtype == P_PIDFD && c->pidfd == q->id))
			c++;
		printf(" %d", q->idtype);
		print_number("", c < child + CHILDREN ? c->pid : q->id);
	}
	printf(" %#x", (unsigned int)q->options);
	if (q->as_wait4)
		print_place("status", q->status, &answer->status);
	else
		print_place("info", q->info, &answer->info);
	print_place("rusage", q->used, &answer->used);
}

/* Its time and memory are not compared, only which words were written. Returns whether any was. */
static bool hide_measures(struct rusage *used)
{
	long untouched, *word = (long *)used;
	bool any_written = false;

	memset(&untouched, PATTERN, sizeof(untouched));
	for (size_t i = 0; i < sizeof(*used) / sizeof(*word); i++) {
		if (word[i] == untouched)
			continue;
		word[i] = 0;
		any_written = true;
	}
	return any_written;
}

/* the place of the pid in @info, if that is in the page */
static pid_t *number_in(siginfo_t *info)
{
	char *at = (char *)info + offsetof(siginfo_t, si_pid);

	return info && at >= (char *)answer && at < (char *)(answer + 1) ? (pid_t *)at : NULL;
}

/* All of the page: a write beside the place would show, too. */
static void print_answer(const struct question *q, long result, int error)
{
	const unsigned char *byte = (const unsigned char *)answer;
	pid_t *reported = result == 0 ? number_in(q->info) : NULL;

	printf(" ->");
	print_number("", result);
	printf(" errno %d", error);
	if (reported && *reported) {
		print_number("pid ", *reported);
		*reported = 0;
	}
	if (hide_measures(&answer->used) && result >= 0)
		printf(" rusage");
	/* no promise says which of several places was written before one proved bad */
	if (result < 0 && error == EFAULT)
		memset(answer, PATTERN, sizeof(*answer));
	for (size_t i = 0, end; i < sizeof(*answer); i = end) {
		for (end = i + 1; end < sizeof(*answer) && byte[end] == byte[i]; end++)
			;
		if (byte[i] != PATTERN)
			printf(" %zu-%zu:%02x", i, end - 1, byte[i]);
	}
	printf("\n");
}

static void question(void)
{
	struct question q = put(&ways[chance(sizeof(ways) / sizeof(ways[0]))]);
	long result;

	if (blocks(&q) && (q.idtype != P_PIDFD || q.as_wait4)) {
		if (strcmp(q.name, "wait") == 0)
			return;
		q.options |= WNOHANG;
	}
	if (q.idtype == P_PIDFD && blocks(&q) && !(fcntl((int)q.id, F_GETFL) & O_NONBLOCK))
		q.options |= WNOHANG;
	memset(answer, PATTERN, sizeof(*answer));
	print_question(&q);
	fflush(stdout);
	errno = 77;
	result = ask(&q);
	print_answer(&q, result, errno);
}

static void make_places(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *two = mmap(NULL, (size_t)(2 * page), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	read_only = mmap(NULL, (size_t)page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (two == MAP_FAILED || read_only == MAP_FAILED ||
	    mprotect(two + page, (size_t)page, PROT_NONE) != 0)
		attack_fail("no memory: %m");
	answer = (struct answer *)(two + page) - 1;
}

/* For the core flag, where it can be had: a dump of next to nothing, in the test's own folder. */
static void allow_cores(void)
{
	const struct rlimit much = { 1 << 24, 1 << 24 };
	const char *folder = getenv("TMPDIR");
	int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	if (folder && chdir(folder) == 0 && fd >= 0 && write(fd, "0", 1) == 1)
		setrlimit(RLIMIT_CORE, &much);
	if (fd >= 0)
		close(fd);
}

static void transcript(unsigned int seed)
{
	chance_state = seed;
	alarm(120);
	make_places();
	allow_cores();
	setpgid(0, 0);
	for (int i = 0; i < STEPS; i++) {
		happen(&child[chance(CHILDREN)]);
		question();
		if (once_in(2))
			question();
	}
	for (int i = 0; i < CHILDREN; i++)
		if (is_there(&child[i]))
			kill(child[i].pid, SIGKILL);
	fflush(stdout);
}

/* --- both --- */

static int run(const char *seed, const char *library, const char *old)
{
	int out = memfd_create("transcript", 0), status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(out, 1);
		if (library)
			setenv("LD_PRELOAD", library, 1);
		setenv("PIDEPOCH_FORCE_OLD", old, 1);
		execl("/proc/self/exe", "pitfall_statuses", seed, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		attack_fail("seed %s, %s: status %#x", seed, library ? "preloaded" : "natively",
			    (unsigned int)status);
	lseek(out, 0, SEEK_SET);
	return out;
}

static size_t compare(const char *seed, const char *library, const char *old)
{
	FILE *native = fdopen(run(seed, NULL, ""), "r"),
	     *preloaded = fdopen(run(seed, library, old), "r");
	static char a[4096], b[4096];
	size_t lines = 0;

	while (fgets(a, sizeof(a), native)) {
		lines++;
		if (!fgets(b, sizeof(b), preloaded) || strcmp(a, b) != 0)
			attack_fail(
				"seed %s, line %zu, without '%s':\n  natively  %s  preloaded %s",
				seed, lines, old, a, b);
	}
	if (fgets(b, sizeof(b), preloaded))
		attack_fail("seed %s: preloaded there is more: %s", seed, b);
	fclose(native);
	fclose(preloaded);
	return lines;
}

int main(int argc, char **argv)
{
	static const char *const old[] = { "",	    "",	    "",	     "rseq",
					   "inode", "wipe", "pidfd", "rseq,inode,wipe,pidfd" };
	const char *library = getenv("PIDEPOCH_PRELOAD");
	int seeds = getenv("PIDEPOCH_QUICK") ? SEEDS / 4 : SEEDS;
	size_t waits = 0;

	if (argc > 1) {
		transcript((unsigned int)atoi(argv[1]));
		return 0;
	}
	if (!library)
		attack_fail("PIDEPOCH_PRELOAD names no library");
	for (int i = 0; i < seeds; i++) {
		char seed[16];

		snprintf(seed, sizeof(seed), "%d", i + 1);
		waits += compare(seed, library, old[(unsigned int)i % 8]);
	}
	printf("%zu waits of %d seeds\n", waits, seeds);
	return 0;
}
