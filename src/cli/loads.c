// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/loads.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/paths.h"

#ifdef __x86_64__
#define MUSL_LOADER "/lib/ld-musl-x86_64.so.1"
#else
#define MUSL_LOADER "/lib/ld-musl-aarch64.so.1"
#endif

/* In a child: execute this command with the library preloaded; only the loader's messages are
 * kept. */
static void become_preloaded(const char *library, int out)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	unsetenv("PIDEPOCH_FORCE_OLD"); /* it may have words that the library does not know */
	if (setenv("LD_PRELOAD", library, 1) == 0 && dup2(null, 1) == 1 && dup2(out, 2) == 2) {
		execl("/proc/self/exe", "pidepoch", "--version", (char *)NULL);
		execl((const char *)getauxval(AT_EXECFN), "pidepoch", "--version", (char *)NULL);
	}
	_exit(127);
}

/* If the loader cannot load a library, it prints a message and continues. */
int pe_loads_try(void)
{
	char library[PATH_MAX], complaint;
	int ends[2], status = -1;
	ssize_t n;
	pid_t pid;

	if (pe_paths_library(false, library, sizeof(library)) < 0)
		return -ENOENT;
	if (strpbrk(library, " :$"))
		return -EINVAL;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become_preloaded(library, ends[1]);
	close(ends[1]);
	n = read(ends[0], &complaint, 1);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return n == 0 && status == 0 ? 0 : -ELIBACC;
}

/* musl's loader examines a library that it is asked to list. */
static void become_listed(const char *library)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	unsetenv("LD_PRELOAD");
	if (dup2(null, 1) == 1 && dup2(null, 2) == 2)
		execl(MUSL_LOADER, MUSL_LOADER, "--list", library, (char *)NULL);
	_exit(127);
}

int pe_loads_try_musl(void)
{
	char library[PATH_MAX];
	int status = -1;
	pid_t pid;

	if (pe_paths_library(true, library, sizeof(library)) < 0)
		return -ENOENT;
	if (access(MUSL_LOADER, X_OK) < 0)
		return -ENOEXEC;
	pid = fork();
	if (pid == 0)
		become_listed(library);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return status == 0 ? 0 : -ELIBACC;
}

const char *pe_loads_why(int tried)
{
	switch (tried) {
	case -ENOENT:
		return PE_PATHS_LIBRARY " was not found";
	case -EINVAL:
		return "its path contains a ' ', ':' or '$'";
	case -ELIBACC:
		return "the loader cannot load it";
	default:
		return strerror(-tried);
	}
}

const char *pe_loads_why_musl(int tried)
{
	switch (tried) {
	case -ENOENT:
		return "the build for musl is not installed; only the supervisor sees them";
	case -ENOEXEC:
		return MUSL_LOADER " is not here";
	case -ELIBACC:
		return "the loader of musl cannot load it; only the supervisor sees them";
	default:
		return strerror(-tried);
	}
}
