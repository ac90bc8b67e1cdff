/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group, a session, a terminal, an IPC object or a tracee that shows a stale pid makes it fresh
 * (S10), as learn_sources.c has it for other sources. */
#include "learn_scene.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

/* --- preparations in the subject --- */

/* A child that the subject traces from its first stop on. */
static void start_tracee(void (*run)(void), long options)
{
	pid_t pid = CHECK(fork());
	int status;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		run();
	}
	scene->third = pid;
	CHECK(waitpid(pid, &status, WUNTRACED));
	CHECK((int)ptrace(PTRACE_SETOPTIONS, pid, NULL, options | PTRACE_O_EXITKILL));
	CHECK((int)ptrace(PTRACE_CONT, pid, NULL, NULL));
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static void trace_idler(void)
{
	start_tracee(wait_for_ever, 0);
}

/* The tracee starts the unrelated process, as a vfork does: the tracer receives the child's end of
 * the call, and does not trace the child. */
static void make_unrelated(void)
{
	pid_t number = scene->number;
	struct clone_args how = {
		.flags = CLONE_VFORK,
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	long pid = syscall(SYS_clone3, &how, sizeof(how));

	if (pid == 0) {
		dup2(scene->in, 0);
		dup2(scene->out, 1);
		execl("/proc/self/exe", "stranger", "stranger", NULL);
		_exit(127);
	}
	CHECK((int)pid);
	wait_for_ever();
}

static void trace_vfork(void)
{
	int status;

	start_tracee(make_unrelated, PTRACE_O_TRACEVFORKDONE);
	CHECK(waitpid(scene->third, &status, 0));
	if (status >> 8 != (SIGTRAP | PTRACE_EVENT_VFORK_DONE << 8))
		_exit(2);
}

/* --- the unrelated process's actions --- */

static long act_signal_third(void)
{
	return kill(scene->third, SIGUSR2);
}

static long act_lead_group(void)
{
	return setpgid(0, 0);
}

static long with_member(int n)
{
	pid_t pid = n < 0 ? -1 : fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		wait_for_ever();
	}
	scene->third = pid;
	return pid < 0 ? -1 : 0;
}

static long act_lead_group_with_member(void)
{
	return with_member(setpgid(0, 0));
}

static long act_lead_session_with_member(void)
{
	return with_member(setsid());
}

static long act_take_terminal(void)
{
	return setsid() < 0 ? -1 : ioctl(scene->slave, TIOCSCTTY, 0);
}

static long act_attach(void)
{
	return shmat(scene->shm, NULL, SHM_RDONLY) == (void *)-1 ? -1 : 0;
}

static long act_send_message(void)
{
	const long type = 1;

	return msgsnd(scene->msg, &type, 0, 0);
}

static long act_change_semaphore(void)
{
	struct sembuf up = { .sem_op = 1 };

	return semop(scene->sem, &up, 1);
}

/* --- the subject's looks: the pid that was shown, or -1 --- */

static long look_getpgrp(void)
{
	CHECK(syscall(SYS_setpgid, 0, scene->number)); /* setpgid() is judged itself */
	return getpgrp();
}

static long look_getpgid_self(void)
{
	CHECK(syscall(SYS_setpgid, 0, scene->number)); /* setpgid() is judged itself */
	return getpgid(0);
}

static long look_getpgid(void)
{
	return getpgid(scene->third);
}

static long look_getsid(void)
{
	return getsid(scene->third);
}

static long look_tcgetpgrp(void)
{
	return tcgetpgrp(scene->master);
}

static long look_tcgetsid(void)
{
	return tcgetsid(scene->master);
}

static long look_terminal_by(unsigned long request)
{
	pid_t number;

	return ioctl(scene->master, request, &number) == 0 ? number : -1;
}

static long look_tiocgpgrp(void)
{
	return look_terminal_by(TIOCGPGRP);
}

static long look_tiocgsid(void)
{
	return look_terminal_by(TIOCGSID);
}

static long look_shm(void)
{
	struct shmid_ds data;

	return shmctl(scene->shm, IPC_STAT, &data) == 0 ? data.shm_lpid : -1;
}

static long look_msg(void)
{
	struct msqid_ds data;

	return msgctl(scene->msg, IPC_STAT, &data) == 0 ? data.msg_lspid : -1;
}

static long look_sem(void)
{
	return semctl(scene->sem, 0, GETPID);
}

static long look_event(void)
{
	unsigned long message;

	return ptrace(PTRACE_GETEVENTMSG, scene->third, NULL, &message) == 0 ? (long)message : -1;
}

static long look_tracee_siginfo(void)
{
	siginfo_t info;
	int status;

	CHECK(waitpid(scene->third, &status, 0));
	return ptrace(PTRACE_GETSIGINFO, scene->third, NULL, &info) == 0 ? info.si_pid : -1;
}

static const struct source sources[] = {
	{ "getpgrp", look_getpgrp, act_lead_group, NULL, FRESH, false },
	{ "getpgid, one's own", look_getpgid_self, act_lead_group, NULL, FRESH, false },
	{ "getpgid", look_getpgid, act_lead_group_with_member, NULL, FRESH, false },
	{ "getsid", look_getsid, act_lead_session_with_member, NULL, FRESH, false },
	{ "tcgetpgrp", look_tcgetpgrp, act_take_terminal, NULL, FRESH, false },
	{ "tcgetsid", look_tcgetsid, act_take_terminal, NULL, FRESH, false },
	{ "TIOCGPGRP", look_tiocgpgrp, act_take_terminal, NULL, FRESH, false },
	{ "TIOCGSID", look_tiocgsid, act_take_terminal, NULL, FRESH, false },
	{ "shmctl", look_shm, act_attach, NULL, FRESH, false },
	{ "msgctl", look_msg, act_send_message, NULL, FRESH, false },
	{ "semctl", look_sem, act_change_semaphore, NULL, FRESH, false },
	{ "PTRACE_GETEVENTMSG", look_event, NULL, trace_vfork, FRESH, true },
	{ "PTRACE_GETSIGINFO", look_tracee_siginfo, act_signal_third, trace_idler, FRESH, false },
};

int main(int argc, char **argv)
{
	return learn_run(argc, argv, sources, sizeof(sources) / sizeof(sources[0]));
}
