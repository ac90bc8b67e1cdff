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

/* The head of musl's FILE, since musl 0.9. fileno() confirms that it is still so. */
struct file_of_libc {
	unsigned int flags;
	char *next, *end; /* of what was read */
	void *functions[3], *zero, *base, *more[3];
	char *buffer;
	size_t size;
	struct file_of_libc *before, *after;
	int fd;
	int pid; /* of popen() */
};

_Static_assert(offsetof(struct file_of_libc, fd) == 120, "musl's stdio_impl.h");

static const struct file_of_libc *layout_of(FILE *stream)
{
	const struct file_of_libc *f = (const void *)stream;

	return f->fd == fileno(stream) ? f : NULL;
}

bool pe_libc_text_of(FILE *stream, struct pe_libc_text *text)
{
	const struct file_of_libc *f = layout_of(stream);

	if (f)
		*text = (struct pe_libc_text){ &f->buffer, &f->end };
	return f != NULL;
}

pid_t pe_libc_pipe_pid(FILE *stream)
{
	const struct file_of_libc *f = layout_of(stream);

	return f ? f->pid : 0;
}

/* the POSIX version */
PE_PUBLIC int strerror_r(int error, char *buffer, size_t size)
{
	return __xpg_strerror_r(error, buffer, size);
}
