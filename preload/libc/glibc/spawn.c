/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spawn - the older version of each of the two functions, which glibc has on x86-64 for programs
 * that were linked before 2.15: it runs a file that is no program as a shell script. They are few,
 * and these need not be async-signal-safe: the older version is looked up at each call.
 */
#ifdef __x86_64__
#include "../../spawns.h"

#include <dlfcn.h>

static pe_spawn_function older(const char *name, pe_spawn_function newer)
{
	pe_spawn_function found = (pe_spawn_function)dlvsym(RTLD_NEXT, name, "GLIBC_2.2.5");

	return found ? found : newer;
}

PE_PUBLIC int pe_posix_spawn_older(PE_SPAWN_PARAMETERS);
PE_PUBLIC int pe_posix_spawnp_older(PE_SPAWN_PARAMETERS);

PE_PUBLIC int pe_posix_spawn_older(PE_SPAWN_PARAMETERS)
{
	return pe_spawn(older("posix_spawn", PE_REAL(posix_spawn)), false, PE_SPAWN_ARGUMENTS);
}

PE_PUBLIC int pe_posix_spawnp_older(PE_SPAWN_PARAMETERS)
{
	return pe_spawn(older("posix_spawnp", PE_REAL(posix_spawnp)), true, PE_SPAWN_ARGUMENTS);
}

__asm__(".symver pe_posix_spawn_older, posix_spawn@GLIBC_2.2.5");
__asm__(".symver pe_posix_spawnp_older, posix_spawnp@GLIBC_2.2.5");
#endif
