/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A signal by reference arrives like one by pid: once, with the signal, the value and the sender
 * that it would have had.
 */
#include "api.h"

static int gate[2];

/* A child that writes the siginfo of each signal that it receives. */
static void report(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (write(gate[1], info, sizeof(*info)) != sizeof(*info))
		_exit(1);
}

static pid_t start_listener(void)
{
	struct sigaction action = { .sa_sigaction = report, .sa_flags = SA_SIGINFO };
	siginfo_t ready;
	pid_t pid;

	MUST(pipe(gate) == 0);
	pid = fork();
	if (pid == 0) {
		sigaction(SIGUSR1, &action, NULL);
		raise(SIGUSR1);
		for (;;)
			pause();
	}
	MUST(read(gate[0], &ready, sizeof(ready)) == sizeof(ready));
	return pid;
}

static void arrived(int code, int value)
{
	siginfo_t info;

	MUST(read(gate[0], &info, sizeof(info)) == sizeof(info));
	MUST(info.si_signo == SIGUSR1);
	MUST(info.si_code == code);
	MUST(info.si_pid == getpid());
	MUST(info.si_uid == getuid());
	MUST(code != SI_QUEUE || info.si_value.sival_int == value);
}

static void run_scenario(void)
{
	struct pidepoch_ref c = api_ref(start_listener());
	siginfo_t info = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };
	siginfo_t *nowhere = api_bad_pointer();

	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_int = 78;
	MUST(pidepoch_kill(c.pid, c.epoch, SIGUSR1) == 0);
	arrived(SI_USER, 0);
	MUST(pidepoch_sigqueue(c.pid, c.epoch, SIGUSR1, (union sigval){ .sival_int = 77 }) == 0);
	arrived(SI_QUEUE, 77);
	MUST(pidepoch_rt_sigqueueinfo(c.pid, c.epoch, SIGUSR1, &info) == 0);
	arrived(SI_QUEUE, 78);
	info.si_signo = 0;
	MUST(pidepoch_rt_sigqueueinfo(c.pid, c.epoch, SIGUSR1, &info) == 0);
	arrived(SI_QUEUE, 78);
	MUST(pidepoch_rt_sigqueueinfo(c.pid, c.epoch, SIGUSR1, NULL) == -1 && errno == EFAULT);
	MUST(pidepoch_rt_sigqueueinfo(c.pid, c.epoch, SIGUSR1, nowhere) == -1 && errno == EFAULT);
	MUST(pidepoch_tgkill(c.pid, c.epoch, c.pid, SIGUSR1) == 0);
	arrived(SI_TKILL, 0);
	MUST(pidepoch_rt_tgsigqueueinfo(c.pid, c.epoch, c.pid, SIGUSR1, &info) == 0);
	arrived(SI_QUEUE, 78);
	MUST(pidepoch_kill(c.pid, c.epoch, 65) == -1 && errno == EINVAL);
	MUST(pidepoch_kill(c.pid, c.epoch + 1, SIGUSR1) == -1 && errno == EINVAL);
	MUST(pidepoch_kill(-c.pid, c.epoch, SIGUSR1) == -1 && errno == EINVAL);
	MUST(pidepoch_kill(0, c.epoch, SIGUSR1) == -1 && errno == EINVAL);
	api_end(c.pid);
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
