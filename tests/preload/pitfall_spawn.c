// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * posix_spawn and posix_spawnp, each in both its versions, work as they do natively: with or
 * without a place for the pid, with scripts without an interpreter line, attributes, and file
 * actions that close all descriptors or fail.
 */
#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>

#include "../support/compare_native.h"

typedef __typeof__(posix_spawn) spawn_function;

static const struct {
	const char *name, *version;
} symbols[] = {
	{ "posix_spawn", "GLIBC_2.15" },
	{ "posix_spawn", "GLIBC_2.2.5" },
	{ "posix_spawnp", "GLIBC_2.15" },
	{ "posix_spawnp", "GLIBC_2.2.5" },
};

static spawn_function *spawn;

/* The file that is run, relative to a folder in PATH, and as a path. */
static char script[4096], shell[] = "/bin/sh", option[] = "-c";

/* All visible results of one spawn. */
static void report(const char *what, const char *file, const posix_spawn_file_actions_t *actions,
		   const posix_spawnattr_t *attr, const char *command, bool place)
{
	char *argv[] = { shell, option, strdup(command), NULL };
	pid_t pid = -77, ended;
	int status = -1, error;

	fflush(stdout);
	errno = 77;
	error = spawn(place ? &pid : NULL, file, actions, attr, argv, environ);
	ended = error ? 0 : wait(&status);
	printf("%s: %d, errno %d, status %#x, number %s\n", what, error, errno, status,
	       pid == -77     ? "not written"
	       : pid == ended ? "the child's"
			      : "wrong");
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		printf("a child is left\n");
	free(argv[2]);
}

static void actions(void)
{
	posix_spawn_file_actions_t a;

	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_addclosefrom_np(&a, 0);
	report("closed all", shell, &a, NULL, "ls /proc/self/fd >&0 2>&0; exit 3", true);
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_init(&a);
	for (int fd = 0; fd < 100; fd++)
		posix_spawn_file_actions_addclose(&a, fd);
	posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
	report("closed each", shell, &a, NULL, "exit 4", false);
	posix_spawn_file_actions_adddup2(&a, 99, 1);
	report("an action that fails", shell, &a, NULL, "exit 5", true);
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_addclosefrom_np(&a, 3);
	posix_spawn_file_actions_addchdir_np(&a, "/proc/tty");
	report("open descriptors", shell, &a, NULL, "for f in ../self/fd/*; do echo $f; done; pwd",
	       true);
	posix_spawn_file_actions_destroy(&a);
}

static void attributes(void)
{
	posix_spawnattr_t a;
	sigset_t set;

	posix_spawnattr_init(&a);
	sigfillset(&set);
	posix_spawnattr_setsigdefault(&a, &set);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	posix_spawnattr_setsigmask(&a, &set);
	posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
					     POSIX_SPAWN_SETPGROUP);
	report("signals, group", shell, NULL, &a, "exec grep ^Sig[BIC] /proc/self/status", true);
	posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSID | POSIX_SPAWN_USEVFORK);
	report("session", shell, NULL, &a, "read pid rest < /proc/self/stat; exit 6", false);
	posix_spawnattr_destroy(&a);
}

/* The old version runs with sh what execve() refuses; the new one fails with ENOEXEC. */
static void run_scenario(const char *role)
{
	long which = strtol(role, NULL, 10);
	bool by_path = strcmp(symbols[which].name, "posix_spawnp") == 0;
	void *found = dlvsym(RTLD_DEFAULT, symbols[which].name, symbols[which].version);

	if (!found) /* a younger processor has but one */
		found = dlsym(RTLD_DEFAULT, symbols[which].name);
	spawn = (spawn_function *)found;
	report("with a place", shell, NULL, NULL, "exit 1", true);
	report("without", shell, NULL, NULL, "exit 2", false);
	report("none such", "/nowhere/at/all", NULL, NULL, "", true);
	report("none such", "nowhere-at-all", NULL, NULL, "", false);
	report("not executable", "/etc/passwd", NULL, NULL, "", true);
	report("by name", "sh", NULL, NULL, "exit 3", true);
	report("no interpreter line", script, NULL, NULL, "", true);
	report("and no place", script, NULL, NULL, "", false);
	report("killed", shell, NULL, NULL, "kill -9 $$", true);
	if (by_path)
		report("script by name", "plain", NULL, NULL, "", true);
	actions();
	attributes();
}

static void write_script(const char *folder)
{
	FILE *f;

	snprintf(script, sizeof(script), "%s/plain", folder);
	f = fopen(script, "w");
	if (!f || fputs("echo the script; exit 9\n", f) < 0 || fclose(f) != 0 ||
	    chmod(script, 0755) != 0)
		twin_fail("%s: %m", script);
}

int main(int argc, char **argv)
{
	const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	char role[2] = "0", path[4200];

	snprintf(script, sizeof(script), "%s/plain", folder);
	if (argc > 1) {
		run_scenario(argv[1]);
		return 0;
	}
	write_script(folder);
	snprintf(path, sizeof(path), "%s:/bin:/usr/bin", folder);
	setenv("PATH", path, 1);
	for (; role[0] < '4'; role[0]++)
		twin_same(role, NULL);
	return 0;
}
