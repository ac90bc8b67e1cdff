/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * environ - an environment for exec and spawn that still has this library in it.
 *
 * A program that starts others with a cleared or rebuilt environment would leave them unprotected. If @envp does not preload the
 * library, a copy does, with the program's own settings; else @envp is used as it is.
 * The copy of a small one lies in the caller's frame, which may be a handler's on a small stack: larger ones are in pages.
 * Those are given back when the call has returned, or by exec itself. malloc is not allowed in a vfork child; and since the child's
 * memory is the parent's, pages that it had when it was executed or killed are given back there.
 */
#ifndef PE_PRELOAD_ENVIRON_H
#define PE_PRELOAD_ENVIRON_H

#include <stddef.h>

#define PE_ENVIRON_ROOM 32u
#define PE_ENVIRON_TEXT 256u

struct pe_environ {
	char *const *envp; /* to use */
	size_t mapped;	   /* bytes of pages behind `pages`, 0: none */
	void *pages;
	char *room[PE_ENVIRON_ROOM];
	char text[PE_ENVIRON_TEXT]; /* an LD_PRELOAD put together from ours and theirs */
};

void pe_environ_make(struct pe_environ *e, char *const *envp);
void pe_environ_done(struct pe_environ *e); /* exec failed, or spawn has returned */
void pe_environ_vforked(void); /* in the parent, after its vfork child has gone its way */

#endif
