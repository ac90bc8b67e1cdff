// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Under limits that leave nothing (no descriptor, no memory, no process, no byte of a file) a
 * program gets what it gets natively from all calls that create, signal and reap children, and when
 * the limit is lifted it continues; if the library lacks memory, it prints once that it does not
 * protect everything.
 */
#include <grp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "../support/compare_native.h"
#include "../support/users.h"

#define CROWD 100 /* more than fit without new memory */

#define REPORT(call) (errno = 0, report(#call, (long)(call)))

/* stdio's buffer exists before a limit does */
static char buffer[TWIN_MOST];

static void report(const char *call, long result)
{
	int error = errno;

	printf("%s: %ld errno %d\n", call, result, error);
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	return pid;
}

static void one_of_each(void)
{
	char shell[] = "sh", option[] = "-c", command[] = "exit 5";
	char *argv[] = { shell, option, command, NULL };
	int status = 0;
	siginfo_t seen = { .si_pid = 0 };
	pid_t pid = sleeper();

	REPORT(pid > 0);
	if (pid > 0) {
		REPORT(kill(pid, 0));
		REPORT(kill(pid, SIGTERM));
		REPORT(waitpid(pid, &status, 0) == pid);
		REPORT(status);
		REPORT(kill(pid, 0));
		REPORT(waitpid(pid, &status, 0));
	}
	pid = vfork();
	if (pid == 0)
		_exit(3);
	REPORT(pid > 0);
	REPORT(wait(&status) == pid);
	REPORT(status);
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(4);
	REPORT(pid > 0);
	REPORT(waitid(P_ALL, 0, &seen, WEXITED));
	REPORT(seen.si_status);
	status = posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ);
	REPORT(status);
	if (status == 0)
		REPORT(waitpid(pid, &status, 0) == pid);
	REPORT(status);
	REPORT(system("exit 6"));
	REPORT(waitpid(-1, NULL, WNOHANG));
}

/* All at a time, signalled and reaped in another order. */
static void a_crowd(void)
{
	static pid_t crowd[CROWD];
	int made = 0, ended_well = 0, gone = 0;

	for (int i = 0; i < CROWD; i++)
		if ((crowd[i] = sleeper()) > 0)
			made++;
	for (int i = 0; i < CROWD; i++)
		if (crowd[i] > 0 && kill(crowd[i], SIGKILL) != 0)
			report("kill", i);
	for (int i = CROWD - 1; i >= 0; i--) {
		int status;

		if (crowd[i] > 0 && waitpid(crowd[i], &status, 0) == crowd[i] && status == SIGKILL)
			ended_well++;
	}
	for (int i = 0; i < CROWD; i++)
		gone += crowd[i] > 0 && kill(crowd[i], 0) == -1 && errno == ESRCH;
	REPORT(made);
	REPORT(ended_well == made);
	REPORT(gone == made);
}

static void limit(int what, rlim_t most)
{
	struct rlimit both;

	getrlimit(what, &both);
	both.rlim_cur = most;
	if (setrlimit(what, &both) != 0)
		_exit(90);
}

static void under(int what, rlim_t most, bool crowded)
{
	struct rlimit before;

	/* the loader's message about what it cannot load */
	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
	getrlimit(what, &before);
	limit(what, most);
	one_of_each();
	if (crowded)
		a_crowd();
	setrlimit(what, &before);
	printf("-- and without the limit\n");
	one_of_each();
}

static void no_descriptor(void)
{
	under(RLIMIT_NOFILE, 3, true);
}

static void no_descriptor_and_ignored(void)
{
	signal(SIGCHLD, SIG_IGN);
	under(RLIMIT_NOFILE, 3, true);
}

/* Existing mappings stay, and none is added. */
static void no_memory(void)
{
	under(RLIMIT_AS, 4096, true);
}

static void no_memory_after_a_child(void)
{
	one_of_each();
	no_memory();
}

static void no_file(void)
{
	under(RLIMIT_FSIZE, 0, false);
}

/* The limit applies to less trusted users. */
static void no_process(void)
{
	gid_t nobody = 65534;

	if (users_can_change() &&
	    (setgroups(1, &nobody) != 0 || setresgid(nobody, nobody, nobody) != 0 ||
	     setresuid(nobody, nobody, nobody) != 0))
		_exit(91);
	under(RLIMIT_NPROC, 1, true);
}

static const struct role {
	const char *name;
	void (*work)(void);
	int reported; /* lines in the log */
} roles[] = {
	{ "descriptors", no_descriptor, 0 },
	{ "descriptors-ignored", no_descriptor_and_ignored, 0 },
	{ "memory", no_memory, 1 },
	{ "memory-later", no_memory_after_a_child, 1 },
	{ "files", no_file, 0 },
	{ "processes", no_process, 0 },
};

static char log_path[4096];

/* @lines of the library's, and not one more, that say what it does without. */
static void check_log(const char *role, int lines)
{
	char line[1024];
	FILE *f = fopen(log_path, "r");
	int reported = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, "not protected"))
			twin_fail("%s: %s", role, line);
		reported++;
	}
	if (f)
		fclose(f);
	if (reported != lines)
		twin_fail("%s: reported %d times, not %d", role, reported, lines);
	unlink(log_path);
}

static void run_all(void)
{
	const char *folder = getenv("TMPDIR");

	snprintf(log_path, sizeof(log_path), "%s/log", folder ? folder : "/tmp");
	setenv("PIDEPOCH_LOG", log_path, 1);
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		twin_same(roles[i].name, NULL);
		check_log(roles[i].name, roles[i].reported);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		run_all();
		return 0;
	}
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(argv[1], roles[i].name) == 0)
			roles[i].work();
	return 0;
}
