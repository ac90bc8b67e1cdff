/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/libc/start.h"

#include <dlfcn.h>
#include <sys/rseq.h>

/* glibc calls constructors with main()'s arguments. */
struct pe_libc_vectors pe_libc_vectors(char **argv, char **envp)
{
	return (struct pe_libc_vectors){ argv, envp };
}

bool pe_libc_has_rseq(ptrdiff_t *offset)
{
	*offset = __rseq_offset;
	return __rseq_size != 0;
}

void pe_libc_note_modules(void)
{
}

/* From glibc 2.35 on; it takes no lock and may be called in a handler. */
#pragma weak _dl_find_object

const void *pe_libc_unwind_table(uintptr_t pc)
{
	struct dl_find_object found;

	if (!_dl_find_object || _dl_find_object((void *)pc, &found) != 0)
		return NULL;
	return found.dlfo_eh_frame;
}
