/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spawns - what the versions of posix_spawn and posix_spawnp share. */
#ifndef PE_PRELOAD_SPAWNS_H
#define PE_PRELOAD_SPAWNS_H

#include "real.h"

#define PE_SPAWN_PARAMETERS                                                                        \
	pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,                   \
		const posix_spawnattr_t *attr, char *const argv[], char *const envp[]
#define PE_SPAWN_ARGUMENTS pid, file, actions, attr, argv, envp

typedef int (*pe_spawn_function)(PE_SPAWN_PARAMETERS);

/* Spawn by @real, which is libc's. @search: as posix_spawnp(). 0, or an errno */
int pe_spawn(pe_spawn_function real, bool search, PE_SPAWN_PARAMETERS);

#endif
