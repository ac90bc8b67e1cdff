// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program's syscall user dispatch allows libc's calls and no others: each call of libc has the
 * same result, and the program's handler gets none of them, as natively. The library disables
 * itself and logs it once. If the dispatch allows the library's own text, too, it does not.
 */
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "../support/compare_native.h"

#define EEPOCH 2019

static volatile char selector;
static volatile int dispatched;

static void on_dispatch(int sig)
{
	(void)sig;
	selector = SYSCALL_DISPATCH_FILTER_ALLOW;
	dispatched++;
}

/* --- libc's text --- */

struct range {
	unsigned long start, end;
};

static struct range libc_text(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	struct range all = { ~0UL, 0 }, one;
	char line[512], mode[8];

	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, "/libc.so") && !strstr(line, "/libc-"))
			continue;
		if (sscanf(line, "%lx-%lx %7s", &one.start, &one.end, mode) != 3)
			continue;
		all.start = one.start < all.start ? one.start : all.start;
		all.end = one.end > all.end ? one.end : all.end;
	}
	fclose(f);
	return all;
}

static bool dispatch_but(const struct range *r)
{
	return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, r->start, r->end - r->start,
		     &selector) == 0;
}

/* --- the calls --- */

static long result;
static int error;

#define TRY(call)                                                                                  \
	do {                                                                                       \
		dispatched = 0;                                                                    \
		errno = 0;                                                                         \
		selector = SYSCALL_DISPATCH_FILTER_BLOCK;                                          \
		result = (long)(call);                                                             \
		error = errno;                                                                     \
		selector = SYSCALL_DISPATCH_FILTER_ALLOW;                                          \
		printf("%s: %s, errno %d, dispatched %d\n", #call, result < 0 ? "fails" : "works", \
		       error, dispatched);                                                         \
	} while (0)

static int make_calls(void)
{
	char *argv[] = { (char *)(uintptr_t) "true", NULL }, *none[] = { NULL };
	struct sigaction act = { .sa_handler = SIG_IGN };
	struct rusage used;
	siginfo_t info;
	int status, fd;
	pid_t child, gone = fork();

	if (gone == 0)
		_exit(0);
	waitpid(gone, NULL, 0);
	TRY(kill(gone, 0));
	TRY(kill(getpid(), 0));
	TRY(killpg(getpgrp(), 0));
	TRY(raise(0));
	TRY(chdir("."));
	TRY(readlink("/proc/self/exe", (char *)&info, sizeof(info)));
	TRY(access("/proc/1", F_OK));
	TRY(syscall(SYS_kill, getpid(), 0));
	TRY(syscall(SYS_getpid));
	TRY(syscall(SYS_wait4, -1, NULL, WNOHANG, NULL));
	TRY(getpgid(0));
	TRY(getsid(gone));
	TRY(getpriority(PRIO_PROCESS, 0));
	TRY(open("/proc", O_RDONLY | O_DIRECTORY));
	TRY(open("/proc/self", 0));
	TRY(prctl(PR_GET_DUMPABLE));
	TRY(syscall(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0));
	TRY(fcntl(0, F_GETOWN));
	TRY(ioctl(-1, TIOCSPGRP, &status));
	TRY(sigaction(SIGUSR1, &act, NULL));
	TRY(syscall(SYS_pidfd_open, getpid(), 0));
	fd = (int)result;
	TRY(close(fd));
	TRY(child = fork());
	if (child == 0)
		_exit(3);
	TRY(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
	TRY(wait4(child, &status, 0, &used));
	TRY(child = vfork());
	if (child == 0)
		_exit(3);
	TRY(waitpid(child, &status, 0));
	TRY(posix_spawn(&child, "/bin/true", NULL, NULL, argv, none));
	TRY(waitpid(child, &status, 0));
	TRY(system("exit 7"));
	TRY(execve("/nowhere/at/all", argv, none));
	return 0;
}

/* --- the scenario --- */

static int be_program(const char *range)
{
	const struct range all = { 0, ~0UL >> 1 };
	struct range text = libc_text();
	pid_t gone;

	signal(SIGSYS, on_dispatch);
	if (strcmp(range, "libc") == 0)
		return dispatch_but(&text) ? make_calls() : 77;
	if (!dispatch_but(&all))
		return 77;
	gone = fork();
	if (gone == 0)
		_exit(0);
	waitpid(gone, NULL, 0);
	kill(gone, 0);
	return errno == EEPOCH ? 0 : errno; /* the library is loaded */
}

static int lines(const char *path)
{
	FILE *f = fopen(path, "r");
	int n = 0, c;

	while (f && (c = getc(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

static void expect_lines(const char *path, int wanted, const char *what)
{
	if (lines(path) != wanted)
		twin_fail("%s: %d lines in the log", what, lines(path));
	printf("ok   %s\n", what);
}

int main(int argc, char **argv)
{
	static struct twin with;
	const char *folder = getenv("TMPDIR");
	char path[4096];

	if (argc > 2)
		return be_program(argv[2]);
	snprintf(path, sizeof(path), "%s/log", folder ? folder : "/tmp");
	setenv("PIDEPOCH_LOG", path, 1);
	setenv("PIDEPOCH_ERRNO", "EEPOCH", 1);
	twin_scenario(&with, "program", "libc", true);
	if (with.status == 77 << 8) {
		printf("skip: this kernel has no syscall user dispatch\n");
		return 77;
	}
	twin_scenario(&with, "program", "all", false);
	if (with.status != 0)
		twin_fail("where its text is let through it must do its work: status %#x",
			  with.status);
	expect_lines(path, 0, "its text is let through");
	twin_same("program", "libc");
	expect_lines(path, 1, "its text is not let through");
	return 0;
}
