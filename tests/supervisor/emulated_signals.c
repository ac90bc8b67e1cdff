// SPDX-License-Identifier: LGPL-2.1-or-later
/* A signal by emulated call reaches the process of its reference, child or not, with its true
 * sender; and each wrong argument has its errno. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/pidfd.h>

#include "../support/emulated.h"

static siginfo_t got;

static void on_signal(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	got = *info;
}

static void to_self(void)
{
	struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	long epoch = number_ref(getpid());

	sigaction(SIGUSR1, &act, NULL);
	number_holds("a reference to oneself", epoch >= 0);
	number_is("kill", number_kill(getpid(), epoch, SIGUSR1), 0);
	number_is("its signal", got.si_signo, SIGUSR1);
	number_is("its sender", got.si_pid, getpid());
	number_is("its user", (long)got.si_uid, (long)getuid());
	number_is("its code", got.si_code, SI_QUEUE);
	number_is("sigqueue",
		  number_call(PIDEPOCH_NR_sigqueue, getpid(), epoch, SIGUSR1, 0x1234567890), 0);
	number_holds("its value", got.si_value.sival_ptr == (void *)0x1234567890);
	number_is("no signal", number_kill(getpid(), epoch, 0), 0);
}

static void to_child(void)
{
	int keepalive, status;
	pid_t pid = number_child(&keepalive, 7);
	long epoch = number_ref(pid);

	number_is("it is there", number_kill(pid, epoch, 0), 0);
	number_is("it is killed", number_kill(pid, epoch, SIGTERM), 0);
	waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT);
	number_is("a zombie is there", number_kill(pid, epoch, SIGTERM), 0);
	waitpid(pid, &status, 0);
	number_holds("by that signal", WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	number_is("reaped it is not", number_kill(pid, epoch, SIGTERM), -ESRCH);
	number_is("nor to be referred to", number_ref(pid), -ESRCH);
	close(keepalive);
}

/* a grandchild is none of ours */
static void to_other(void)
{
	int reported[2], keepalive[2];
	pid_t pid, other;
	long epoch;
	char c;

	if (pipe(reported) < 0 || pipe(keepalive) < 0)
		exit(98);
	pid = fork();
	if (pid == 0) {
		int status;

		other = fork();
		if (other == 0) {
			close(keepalive[1]);
			_exit((int)read(keepalive[0], &c, 1));
		}
		if (write(reported[1], &other, sizeof(other)) < 0 ||
		    waitpid(other, &status, 0) != other)
			_exit(1);
		_exit(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM ? 0 : 2);
	}
	if (read(reported[0], &other, sizeof(other)) != sizeof(other))
		exit(98);
	epoch = number_ref(other);
	number_holds("a reference to another's child", epoch >= 0);
	number_is("which is signalled", number_kill(other, epoch, SIGTERM), 0);
	waitpid(pid, &keepalive[0], 0);
	number_is("and ends by it", keepalive[0], 0);
	number_is("and is gone", number_kill(other, epoch, SIGTERM), -ESRCH);
}

static void *stay(void *ends)
{
	char c;
	pid_t tid = gettid();

	if (write(((int *)ends)[1], &tid, sizeof(tid)) != sizeof(tid))
		exit(98);
	return (void *)read(((int *)ends)[2], &c, 1);
}

static void to_thread(void)
{
	int ends[4]; /* reported: 0, 1; keepalive: 2, 3 */
	pthread_t thread;
	pid_t tid;

	if (pipe(ends) < 0 || pipe(ends + 2) < 0 || pthread_create(&thread, NULL, stay, ends) ||
	    read(ends[0], &tid, sizeof(tid)) != sizeof(tid))
		exit(98);
	number_is("a tid is not a pid of a process", number_ref(tid), -EINVAL);
	number_is("for a signal, too", number_kill(tid, 0, 0), -EINVAL);
	close(ends[3]);
	pthread_join(thread, NULL);
}

static void by_pidfd(void)
{
	int keepalive;
	pid_t pid = number_child(&keepalive, 7);
	long epoch = number_ref(pid);
	int fd = (int)number_call(PIDEPOCH_NR_pidfd_open, pid, epoch, O_NONBLOCK, 0);
	siginfo_t info = { .si_pid = 0 };

	number_holds("a pidfd", fd >= 0);
	number_holds("which exec closes", fcntl(fd, F_GETFD) == FD_CLOEXEC);
	number_holds("of this kind", (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	number_is("and of just that process", pidfd_send_signal(fd, SIGKILL, NULL, 0), 0);
	number_is("which can be waited for", waitid(P_PID, (id_t)pid, &info, WEXITED), 0);
	number_is("and was ended by it", info.si_status, SIGKILL);
	number_is("other flags are none",
		  number_call(PIDEPOCH_NR_pidfd_open, getpid(), number_ref(getpid()), 1, 0),
		  -EINVAL);
	close(fd);
	close(keepalive);
}

static void wrong(void)
{
	long epoch = number_ref(getpid());
	const long numbers[] = { 0, -1, -getpid(), INT32_MIN };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		number_is("no number", number_ref((pid_t)numbers[i]), -EINVAL);
		number_is("no pid to signal", number_kill((pid_t)numbers[i], epoch, 0), -EINVAL);
	}
	number_is("nobody's number", number_ref(INT32_MAX), -ESRCH);
	number_is("no signal", number_kill(getpid(), epoch, 65), -EINVAL);
	number_is("nor this", number_kill(getpid(), epoch, -1), -EINVAL);
	number_is("of the future", number_kill(getpid(), epoch + 5, 0), -EINVAL);
	number_is("a pid not in use yet", number_call(PIDEPOCH_NR_BASE + 15, 0, 0, 0, 0), -ENOSYS);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!number_is_inside())
		number_go_inside(argv);
	to_self();
	to_child();
	to_other();
	to_thread();
	by_pidfd();
	wrong();
	return number_done();
}
