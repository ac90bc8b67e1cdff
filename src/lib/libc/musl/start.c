/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start.1 musl calls constructors without arguments. The vectors are found from `environ`, which is
 *         on the stack until the program changes it:
 *
 *           argc | argv[0] ... argv[argc - 1] | NULL | envp[0] ... | NULL | auxv | ... AT_RANDOM
 *                                                      '- environ          on the same stack -'
 *
 * start.2 The loader has no function that finds a module in a handler. But it never unmaps one, so
 *         the list of the modules of the start stays valid. Code of a module that dlopen() loads
 *         later has no table here.
 */
#include "lib/libc/start.h"

#include <link.h>
#include <sys/auxv.h>
#include <unistd.h>

#define STACK_MOST   0x1000000u /* the kernel's limit for arguments is 6 MB */
#define MODULES_MOST 64u

/* Is @environment on the stack that the kernel made? The bytes of AT_RANDOM lie above it. */
static bool is_initial(char **environment)
{
	uintptr_t at = (uintptr_t)environment, above = getauxval(AT_RANDOM);

	return at && at % sizeof(char *) == 0 && at < above && above - at < STACK_MOST;
}

struct pe_libc_vectors pe_libc_vectors(char **argv, char **envp)
{
	uintptr_t count = 0;

	(void)argv, (void)envp;
	if (!is_initial(environ))
		return (struct pe_libc_vectors){ NULL, NULL };
	/* argc is less than any address; environ[-1] is the NULL behind the arguments */
	for (argv = environ - 2; (uintptr_t)*argv != count; argv--)
		count++;
	return (struct pe_libc_vectors){ argv + 1, environ };
}

/* musl registers none. */
bool pe_libc_has_rseq(ptrdiff_t *offset)
{
	*offset = 0;
	return false;
}

static struct module {
	uintptr_t start, end;
	const void *table;
} modules[MODULES_MOST];

static int note_module(struct dl_phdr_info *info, size_t size, void *count)
{
	struct module m = { .start = UINTPTR_MAX };
	size_t *n = count;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && at < m.start)
			m.start = at;
		if (p->p_type == PT_LOAD && at + p->p_memsz > m.end)
			m.end = at + p->p_memsz;
		if (p->p_type == PT_GNU_EH_FRAME)
			m.table = (const void *)at;
	}
	if (m.table)
		modules[(*n)++] = m;
	return *n == MODULES_MOST;
}

void pe_libc_note_modules(void)
{
	size_t count = 0;

	dl_iterate_phdr(note_module, &count);
}

const void *pe_libc_unwind_table(uintptr_t pc)
{
	for (size_t i = 0; i < MODULES_MOST && modules[i].table; i++)
		if (pc >= modules[i].start && pc < modules[i].end)
			return modules[i].table;
	return NULL;
}
