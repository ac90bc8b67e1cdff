// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * waitid() leaves the same bytes in the caller's siginfo_t as the kernel does: when there is no
 * event, when there is no child, and when a child has ended.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../support/attack.h"

static void compare(const char *when, idtype_t type, pid_t id, int options)
{
	siginfo_t kernels, ours;
	long native;
	int n;

	memset(&kernels, 0x22, sizeof(kernels));
	memset(&ours, 0x22, sizeof(ours));
	native = attack_raw(SYS_waitid, type, id, (long)(intptr_t)&kernels, options | WNOWAIT, 0);
	n = waitid(type, (id_t)id, &ours, options);
	if ((n < 0 ? -errno : n) != native)
		attack_fail("%s: %d (%s), not %ld", when, n, strerror(errno), native);
	for (size_t i = 0; i < sizeof(ours); i++)
		if (((char *)&ours)[i] != ((char *)&kernels)[i])
			attack_fail("%s: byte %zu is %#x, not %#x", when, i,
				    (unsigned char)((char *)&ours)[i],
				    (unsigned char)((char *)&kernels)[i]);
}

int main(int argc, char **argv)
{
	siginfo_t seen;
	pid_t child;

	(void)argc;
	attack_begin(argv);
	child = fork();
	if (child == 0)
		_exit(pause());
	compare("no event", P_PID, child, WEXITED | WNOHANG);
	compare("no event of any child", P_ALL, 0, WEXITED | WNOHANG | WSTOPPED);
	compare("no child", P_PID, getppid(), WEXITED);
	compare("no group", P_PGID, getppid(), WEXITED | WNOHANG);
	kill(child, SIGKILL);
	attack_raw(SYS_waitid, P_PID, child, (long)(intptr_t)&seen, WEXITED | WNOWAIT, 0);
	compare("an end", P_ALL, 0, WEXITED);
	compare("no child left", P_ALL, 0, WEXITED);
	return 0;
}
