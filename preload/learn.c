/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* learn - calls that return a pid, or store it through a pointer. */
#include "learn.h"

#include <stdarg.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

/* A SIGCHLD for an ended child does not mean a living process: a handler that runs late must not
 * mark a pid fresh that another thread has reaped meanwhile. */
void pe_learn_sender(int sig, int code, pid_t pid)
{
	if (code == SI_USER || code == SI_TKILL || code == SI_QUEUE || code == SI_MESGQ ||
	    (sig == SIGCHLD &&
	     (code == CLD_STOPPED || code == CLD_CONTINUED || code == CLD_TRAPPED)))
		pe_preload_learn(pid);
}

void pe_learn_siginfo(const siginfo_t *info)
{
	pe_learn_sender(info->si_signo, info->si_code, info->si_pid);
}

static pid_t learned(pid_t pid)
{
	pe_preload_learn(pid);
	return pid;
}

PE_PUBLIC pid_t getpgrp(void)
{
	return learned(PE_REAL(getpgrp)());
}

PE_PUBLIC pid_t tcgetpgrp(int fd)
{
	return learned(PE_REAL(tcgetpgrp)(fd));
}

PE_PUBLIC pid_t tcgetsid(int fd)
{
	return learned(PE_REAL(tcgetsid)(fd));
}

/* --- System V objects: creator and last user --- */

PE_PUBLIC int shmctl(int id, int command, struct shmid_ds *data)
{
	int n = PE_REAL(shmctl)(id, command, data);

	if (n >= 0 && (command == IPC_STAT || command == SHM_STAT || command == SHM_STAT_ANY)) {
		pe_preload_learn(data->shm_cpid);
		pe_preload_learn(data->shm_lpid);
	}
	return n;
}

PE_PUBLIC int msgctl(int id, int command, struct msqid_ds *data)
{
	int n = PE_REAL(msgctl)(id, command, data);

	if (n >= 0 && (command == IPC_STAT || command == MSG_STAT || command == MSG_STAT_ANY)) {
		pe_preload_learn(data->msg_lspid);
		pe_preload_learn(data->msg_lrpid);
	}
	return n;
}

/* The fourth argument, a union semun or nothing, goes through as one register. */
PE_PUBLIC int semctl(int id, int pid, int command, ...)
{
	va_list more;
	void *data;
	int n;

	va_start(more, command);
	data = va_arg(more, void *);
	va_end(more);
	n = PE_REAL(semctl)(id, pid, command, data);
	if (command == GETPID)
		pe_preload_learn(n);
	return n;
}
