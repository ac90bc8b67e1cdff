// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/folder.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/exit_status.h"
#include "command/message.h"

#define ERROR(status, ...) pe_message_error(status, "fuzz", __VA_ARGS__)

const char *pe_fuzz_folder_path(const char *work)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/files", work);
	return path;
}

/* Run a program of the system, which a signal from the terminal ends. Has it succeeded? */
static bool run(char *const argv[])
{
	posix_spawnattr_t how;
	sigset_t none;
	int status = -1;
	pid_t pid;

	sigemptyset(&none);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK);
	if (posix_spawnp(&pid, argv[0], NULL, &how, argv, environ) == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	posix_spawnattr_destroy(&how);
	return status == 0;
}

/* @dir is "/" or one of the folders in which @path is. */
static bool is_above(const char *dir, const char *path)
{
	size_t length = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	return strncmp(dir, path, length) == 0 && path[length] == '/';
}

int pe_fuzz_folder_check(const char *name, const char *work, char *dir)
{
	char place[PATH_MAX];
	struct stat st;

	if (!realpath(name, dir) || stat(dir, &st) != 0)
		return ERROR(PE_EXIT_USAGE, "--files=%s: %s", name, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return ERROR(PE_EXIT_USAGE, "--files=%s: not a directory", name);
	if (!realpath(work, place) || is_above(dir, place))
		return ERROR(PE_EXIT_USAGE,
			     "--files=%s: %s, which pidepoch uses itself, is in it; name a folder "
			     "with the program's files only",
			     name, work);
	return 0;
}

int pe_fuzz_folder_copy(const char *dir, const char *work)
{
	char from[PATH_MAX + 2];
	char *const copy[] = { (char *)"cp", (char *)"-ax", (char *)"--reflink=auto",
			       (char *)"--", from,	    (char *)pe_fuzz_folder_path(work),
			       NULL };

	pe_fuzz_folder_remove(work);
	snprintf(from, sizeof(from), "%s/.", dir);
	if (mkdir(pe_fuzz_folder_path(work), 0700) == 0 && run(copy))
		return 0;
	return ERROR(PE_EXIT_UNABLE, "cannot copy %s to %s for a run", dir,
		     pe_fuzz_folder_path(work));
}

int pe_fuzz_folder_enter(const char *dir, const char *work)
{
	char here[PATH_MAX];
	bool knows = getcwd(here, sizeof(here)) != NULL;

	if (mount(pe_fuzz_folder_path(work), dir, NULL, MS_BIND, NULL) != 0)
		return ERROR(-1, "cannot mount the copy of %s in the namespace of a run: %s", dir,
			     strerror(errno));
	if (knows && chdir(here) != 0)
		return ERROR(-1, "%s: %s", here, strerror(errno));
	return 0;
}

/* The program may have left folders that their owner cannot write to. */
void pe_fuzz_folder_remove(const char *work)
{
	char *const remove[] = { (char *)"sh",
				 (char *)"-c",
				 (char *)"rm -rf \"$1\" 2>/dev/null || { chmod -R u+rwX \"$1\"; "
					 "rm -rf \"$1\"; }",
				 (char *)"sh",
				 (char *)pe_fuzz_folder_path(work),
				 NULL };

	if (access(remove[4], F_OK) == 0)
		run(remove);
}
