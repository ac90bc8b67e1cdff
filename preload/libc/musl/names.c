/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* names - of musl. Its headers map the names of 64-bit files to the plain ones. */
#include "../names.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "../../real.h"

/* the linker's symbol for the dynamic section of this library */
extern const ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

/* A handle of the program itself is always there; dlopen(NULL) opens nothing. */
const struct link_map *pe_libc_self(void)
{
	struct link_map *m = NULL;

	if (dlinfo(dlopen(NULL, RTLD_LAZY), RTLD_DI_LINKMAP, &m) != 0)
		return NULL;
	while (m && m->l_ld != _DYNAMIC)
		m = m->l_next;
	return m;
}

/* A part of musl's FILE, since musl 0.9; fileno() confirms that it is still there. */
struct pipe_of_libc {
	char before[120];
	int fd;
	int pid;
};

pid_t pe_libc_pipe_pid(FILE *stream)
{
	const struct pipe_of_libc *p = (const void *)stream;

	return p->fd == fileno(stream) ? p->pid : 0;
}

/* the POSIX version */
PE_PUBLIC int strerror_r(int error, char *buffer, size_t size)
{
	return __xpg_strerror_r(error, buffer, size);
}
