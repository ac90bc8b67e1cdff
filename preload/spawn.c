/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spawn - posix_spawn and posix_spawnp. libc writes the child's pid through a pointer that may be
 * NULL, so the library passes its own. On x86-64 each function has two versions; the older one runs
 * a file that is no program as a shell script.
 */
#include "real.h"

#include <dlfcn.h>
#include <errno.h>

#include "environ.h"

typedef int (*spawn_function)(pid_t *, const char *, const posix_spawn_file_actions_t *,
			      const posix_spawnattr_t *, char *const[], char *const[]);

static int any_spawn(spawn_function real, bool search, pid_t *pid, const char *file,
		     const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
		     char *const argv[], char *const envp[])
{
	const struct pe_loadable program = { .dir = AT_FDCWD, .path = file, .search = search };
	struct pe_birth b = pe_preload_birth_begin(PE_CALL_SPAWN);
	struct pe_environ e;
	pid_t own = 0;
	int error;

	pe_environ_make(&e, argv, envp, &program);
	error = real(&own, file, actions, attr, argv, e.envp);
	pe_environ_done(&e);
	if (error == ENOSYS)
		pe_preload_not_executed();
	if (error)
		return error;
	pe_preload_birth_end(&b, own);
	if (pid)
		*pid = own;
	return 0;
}

#define SPAWN_PARAMETERS                                                                           \
	pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,                   \
		const posix_spawnattr_t *attr, char *const argv[], char *const envp[]
#define SPAWN_ARGUMENTS pid, file, actions, attr, argv, envp

#ifdef __x86_64__
#define NEWER(name)	       pe_##name##_newer
#define VERSION(name, version) __asm__(".symver " #name "," version)
#else
#define NEWER(name) name
#endif

PE_PUBLIC int NEWER(posix_spawn)(SPAWN_PARAMETERS);
PE_PUBLIC int NEWER(posix_spawnp)(SPAWN_PARAMETERS);

PE_PUBLIC int NEWER(posix_spawn)(SPAWN_PARAMETERS)
{
	return any_spawn(PE_REAL(posix_spawn), false, SPAWN_ARGUMENTS);
}

PE_PUBLIC int NEWER(posix_spawnp)(SPAWN_PARAMETERS)
{
	return any_spawn(PE_REAL(posix_spawnp), true, SPAWN_ARGUMENTS);
}

#ifdef __x86_64__
/* For programs linked before glibc 2.15. They are few, and these two functions need not be
 * async-signal-safe: the older version is looked up at each call. */
static spawn_function older(const char *name, spawn_function newer)
{
	spawn_function found = (spawn_function)dlvsym(RTLD_NEXT, name, "GLIBC_2.2.5");

	return found ? found : newer;
}

PE_PUBLIC int pe_posix_spawn_older(SPAWN_PARAMETERS);
PE_PUBLIC int pe_posix_spawnp_older(SPAWN_PARAMETERS);

PE_PUBLIC int pe_posix_spawn_older(SPAWN_PARAMETERS)
{
	return any_spawn(older("posix_spawn", PE_REAL(posix_spawn)), false, SPAWN_ARGUMENTS);
}

PE_PUBLIC int pe_posix_spawnp_older(SPAWN_PARAMETERS)
{
	return any_spawn(older("posix_spawnp", PE_REAL(posix_spawnp)), true, SPAWN_ARGUMENTS);
}

VERSION(pe_posix_spawn_newer, "posix_spawn@@GLIBC_2.15");
VERSION(pe_posix_spawnp_newer, "posix_spawnp@@GLIBC_2.15");
VERSION(pe_posix_spawn_older, "posix_spawn@GLIBC_2.2.5");
VERSION(pe_posix_spawnp_older, "posix_spawnp@GLIBC_2.2.5");
#endif
