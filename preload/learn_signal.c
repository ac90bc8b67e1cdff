/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * learn_signal - the senders of signals that the program fetches (sigaction.c has the handlers).
 *
 * Every program calls read(). For a descriptor that is no signalfd it costs a look into 128 bytes,
 * where signalfd() notes its descriptors, and a jump to libc's own function; a call with a return
 * to here would cost more. A later descriptor with the same number that reads whole records of this
 * shape is taken for a signalfd; this can make a pid fresh, never stale. If a process uses pids
 * that other processes looked up, the digits in its pipes are examined (evidence.7, evidence.9).
 */
#include <limits.h>
#include <sys/signalfd.h>

#include "learn.h"

#define NOTED 1024
#define WORD  (CHAR_BIT * sizeof(unsigned long))

static _Atomic unsigned long noted[NOTED / WORD];

static void note(int fd)
{
	if (fd >= 0 && fd < NOTED)
		atomic_fetch_or_explicit(&noted[(size_t)fd / WORD], 1UL << ((size_t)fd % WORD),
					 memory_order_relaxed);
}

static bool is_noted(int fd)
{
	return (unsigned int)fd < NOTED &&
	       atomic_load_explicit(&noted[(size_t)fd / WORD], memory_order_relaxed) >>
			       ((size_t)fd % WORD) &
		       1;
}

PE_PUBLIC int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	int n = PE_REAL(sigwaitinfo)(set, info);

	if (n > 0 && info)
		pe_learn_siginfo(info);
	return n;
}

PE_PUBLIC int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
	int n = PE_REAL(sigtimedwait)(set, info, timeout);

	if (n > 0 && info)
		pe_learn_siginfo(info);
	return n;
}

PE_PUBLIC int signalfd(int fd, const sigset_t *set, int flags)
{
	int n = PE_REAL(signalfd)(fd, set, flags);

	note(n);
	return n;
}

static void learn_records(const char *data, ssize_t bytes)
{
	struct signalfd_siginfo s;

	for (; bytes >= (ssize_t)sizeof(s); data += sizeof(s), bytes -= (ssize_t)sizeof(s)) {
		memcpy(&s, data, sizeof(s));
		pe_learn_sender((int)s.ssi_signo, s.ssi_code, (pid_t)s.ssi_pid);
	}
}

static bool is_plain(int fd)
{
	return likely(!is_noted(fd)) && likely(!pe_preload_wants_input());
}

static ssize_t have_read(int fd, const void *data, ssize_t n)
{
	if (is_noted(fd))
		learn_records(data, n);
	else if (n > 0 && n <= PE_LEARN_HEARD)
		pe_preload_input(fd, data, (size_t)n);
	return n;
}

PE_PUBLIC ssize_t read(int fd, void *to, size_t bytes)
{
	if (is_plain(fd))
		return PE_REAL(read)(fd, to, bytes);
	return have_read(fd, to, PE_REAL(read)(fd, to, bytes));
}

PE_PUBLIC ssize_t __read(int fd, void *to, size_t bytes) __attribute__((alias("read")));

/* The name of read() in programs built with _FORTIFY_SOURCE; the headers declare it only there. */
PE_PUBLIC ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room);

PE_PUBLIC ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room)
{
	if (is_plain(fd))
		return PE_REAL(__read_chk)(fd, to, bytes, room);
	return have_read(fd, to, PE_REAL(__read_chk)(fd, to, bytes, room));
}
