/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/sys.h"
#include "core/evidence/streams.h"

/* the kernel's numbers: virtual terminals, /dev/tty and /dev/console, pseudo-terminals. The other
 * end of a pseudo-terminal, /dev/ptmx, is read by the process that made it. */
static bool is_terminal(const struct stat *st)
{
	unsigned int major = (unsigned int)(st->st_rdev >> 8 & 0xfff);
	unsigned int minor = (unsigned int)(st->st_rdev & 0xff);

	return S_ISCHR(st->st_mode) &&
	       (major == 4 || (major == 5 && minor != 2) || (major >= 136 && major <= 143));
}

uint64_t pe_streams_of(int fd, bool *typed)
{
	struct stat st;

	*typed = false;
	if (pe_sys_fstat(fd, &st) != 0)
		return 0;
	*typed = is_terminal(&st);
	return *typed || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ? st.st_ino : 0;
}

/* streams.2 */
static void take_over(struct pe_streams *s)
{
	int me = pe_sys_getpid();

	if (likely(atomic_load_explicit(&s->owner, memory_order_relaxed) == me))
		return;
	for (uint32_t i = 0; i < PE_STREAMS_OWN; i++)
		atomic_store_explicit(&s->own[i], 0, memory_order_relaxed);
	atomic_store_explicit(&s->owner, me, memory_order_relaxed);
}

void pe_streams_made(struct pe_streams *s, int fd)
{
	bool typed;
	uint64_t inode = pe_streams_of(fd, &typed);

	take_over(s);
	atomic_store_explicit(&s->own[inode % PE_STREAMS_OWN], inode, memory_order_relaxed);
}

bool pe_streams_is_own(const struct pe_streams *s, uint64_t inode)
{
	return atomic_load_explicit(&s->own[inode % PE_STREAMS_OWN], memory_order_relaxed) ==
		       inode &&
	       atomic_load_explicit(&s->owner, memory_order_relaxed) == pe_sys_getpid();
}
