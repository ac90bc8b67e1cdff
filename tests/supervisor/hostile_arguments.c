// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * hostile_arguments - a static program that makes every notified call with arguments that no
 * correct program has, and prints each result. It signals no other process: the pids are its own or
 * not in use, or the signal is 0.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static long self, gone, half;

static void reported(const char *what, long a, long b, long c, long r)
{
	/* pids, which differ from run to run, are not printed */
	printf("%s %s %ld %ld: %s\n", what,
	       a == self   ? "self"
	       : a == gone ? "gone"
	       : a == half ? "half"
			   : "other",
	       b, c, r < 0 ? strerrorname_np(errno) : "ok");
}

static void signals(long number)
{
	static const int none[] = { 0, -1, 65, INT_MAX, INT_MIN };
	siginfo_t *nowhere = (siginfo_t *)8;

	for (size_t i = 0; i < COUNT(none); i++) {
		reported("kill", number, none[i], 0, syscall(SYS_kill, number, none[i]));
		reported("tkill", number, none[i], 0, syscall(SYS_tkill, number, none[i]));
		reported("tgkill", number, none[i], 0,
			 syscall(SYS_tgkill, number, number, none[i]));
		reported("tgkill", number, none[i], 1, syscall(SYS_tgkill, number, self, none[i]));
		reported("tgkill", number, none[i], 2, syscall(SYS_tgkill, self, number, none[i]));
		reported("queue", number, none[i], 0,
			 syscall(SYS_rt_sigqueueinfo, number, none[i], nowhere));
		reported("tgqueue", number, none[i], 0,
			 syscall(SYS_rt_tgsigqueueinfo, number, number, none[i], nowhere));
	}
	for (unsigned int flags = 0; flags < 4; flags++) {
		long fd = syscall(SYS_pidfd_open, number, flags ? 1u << (flags * 9) : 0);

		reported("pidfd_open", number, flags, 0, fd);
		if (fd >= 0)
			close((int)fd);
	}
}

static void waits(long number)
{
	static const long options[] = { WNOHANG, WNOHANG | WUNTRACED, WNOHANG | 1 << 20,
					WNOHANG | __WALL, -1 };
	static const long types[] = { P_ALL, P_PID, P_PGID, P_PIDFD, 99, -1 };
	int *nowhere = (int *)8;

	for (size_t i = 0; i < COUNT(options); i++) {
		reported("wait4", number, options[i], 0,
			 syscall(SYS_wait4, number, NULL, options[i], NULL));
		reported("wait4", number, options[i], 1,
			 syscall(SYS_wait4, number, nowhere, options[i], nowhere));
		for (size_t j = 0; j < COUNT(types); j++) {
			reported("waitid", number, options[i], types[j],
				 syscall(SYS_waitid, types[j], number, NULL, options[i] | WEXITED,
					 NULL));
			reported("waitid", number, options[i], types[j] + 100,
				 syscall(SYS_waitid, types[j], number, nowhere,
					 options[i] | WEXITED, nowhere));
		}
	}
}

static void execs(void)
{
	static const char *const paths[] = { "", "/", "/proc/self/mem", "/nowhere/at/all",
					     (char *)8 };

	for (size_t i = 0; i < COUNT(paths); i++) {
		reported("execve", 0, (long)i, 0, syscall(SYS_execve, paths[i], NULL, NULL));
		reported("execve", 0, (long)i, 1, syscall(SYS_execve, paths[i], 8, 8));
		reported("execveat", 0, (long)i, 0,
			 syscall(SYS_execveat, -1, paths[i], NULL, NULL, -1));
	}
}

int main(void)
{
	int status;

	self = getpid();
	gone = fork();
	if (gone == 0)
		_exit(0);
	waitpid((pid_t)gone, &status, 0);
	half = fork(); /* a zombie that is not waited for before the end */
	if (half == 0)
		_exit(0);
	waitid(P_PID, (id_t)half, NULL, WEXITED | WNOWAIT);
	const long numbers[] = { self,
				 gone,
				 half,
				 0,
				 INT_MAX,
				 INT_MIN,
				 INT_MIN + 1,
				 4194305,
				 (long)(0x700000000 | (uint32_t)self),
				 (long)(0xffffffff00000000 | (uint32_t)gone),
				 LONG_MIN };

	for (size_t i = 0; i < COUNT(numbers); i++) {
		signals(numbers[i]);
		if (numbers[i] != half)
			waits(numbers[i] == self ? self : numbers[i] ? numbers[i] : 4194305);
	}
	execs();
	reported("wait4", half, 0, 0, syscall(SYS_wait4, half, &status, 0, NULL));
	reported("wait4", half, 0, 0, syscall(SYS_wait4, half, &status, 0, NULL));
	signals(half);
	return status;
}
