/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spawn - posix_spawn and posix_spawnp. libc writes the child's pid through a pointer that may be
 * NULL, so the library passes its own.
 */
#include "real.h"

#include <errno.h>

#include "environ.h"
#include "spawns.h"

int pe_spawn(pe_spawn_function real, bool search, PE_SPAWN_PARAMETERS)
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

PE_PUBLIC int posix_spawn(PE_SPAWN_PARAMETERS)
{
	return pe_spawn(PE_REAL(posix_spawn), false, PE_SPAWN_ARGUMENTS);
}

PE_PUBLIC int posix_spawnp(PE_SPAWN_PARAMETERS)
{
	return pe_spawn(PE_REAL(posix_spawnp), true, PE_SPAWN_ARGUMENTS);
}
