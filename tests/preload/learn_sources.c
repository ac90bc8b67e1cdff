/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each source that S10 names makes a pid fresh: a subject reaps q, an unrelated process gets q, and
 * a signal to q is refused; then the source shows the subject q, and the same signal arrives. What
 * shows no living q leaves it refused.
 *
 * Here: signals, sockets, locks and pidfds. learn_relations.c has groups, terminals, IPC and
 * tracees; learn_proc.c has /proc.
 */
#include "learn_scene.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

/* --- preparations in the subject --- */

static volatile sig_atomic_t reported;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	reported = info->si_pid;
}

static void handle_signal(void)
{
	struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };

	CHECK(sigaction(SIGUSR2, &act, NULL));
}

static void block_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL));
}

static void pass_credentials(void)
{
	const int on = 1;

	CHECK(setsockopt(scene->pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
}

/* --- the unrelated process's actions --- */

static long act_signal(void)
{
	return kill(scene->subject, SIGUSR2);
}

static long act_queue(void)
{
	return sigqueue(scene->subject, SIGUSR2, (union sigval){ 0 });
}

static long act_listen(void)
{
	return listen(scene->listener, 1);
}

static long act_send(void)
{
	return send(scene->pair[1], "x", 1, 0) - 1;
}

static long act_own(void)
{
	return fcntl(scene->pair[0], F_SETOWN, getpid());
}

static long act_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(scene->file, F_SETLK, &lock);
}

static long act_send_pidfd(void)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return fd < 0 ? -1 : sendmsg(scene->pair[1], &m, 0) - 1;
}

/* --- the subject's looks: the pid that was shown, or -1 --- */

static long look_handler(void)
{
	return reported;
}

static const sigset_t *one_signal(int sig)
{
	static sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return &set;
}

static long look_sigwaitinfo(void)
{
	siginfo_t info;

	return sigwaitinfo(one_signal(SIGUSR2), &info) == SIGUSR2 ? info.si_pid : -1;
}

static long look_sigtimedwait(void)
{
	const struct timespec none = { 0, 0 };
	siginfo_t info;

	return sigtimedwait(one_signal(SIGUSR2), &info, &none) == SIGUSR2 ? info.si_pid : -1;
}

static long look_signalfd_by(ssize_t (*how)(int, void *, size_t))
{
	struct signalfd_siginfo info;
	int fd = CHECK(signalfd(-1, one_signal(SIGUSR2), 0));

	return how(fd, &info, sizeof(info)) == sizeof(info) ? (long)info.ssi_pid : -1;
}

static long look_signalfd(void)
{
	return look_signalfd_by(read);
}

ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room);

static ssize_t fortified_read(int fd, void *to, size_t bytes)
{
	return __read_chk(fd, to, bytes, bytes);
}

static long look_signalfd_fortified(void)
{
	return look_signalfd_by(fortified_read);
}

static long look_peercred(void)
{
	int fd = CHECK(socket(AF_UNIX, SOCK_STREAM, 0));
	struct ucred peer = { .pid = -1 };
	socklen_t length = sizeof(peer);

	CHECK(connect(fd, (const struct sockaddr *)&scene->address, scene->address_length));
	CHECK(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length));
	return peer.pid;
}

/* one message, and a control message of this type in it */
static struct cmsghdr *receive(int type, bool many)
{
	static _Alignas(struct cmsghdr) char control[256];
	static char byte;
	static struct iovec data = { &byte, 1 };
	static struct mmsghdr m;

	m.msg_hdr = (struct msghdr){
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	if (many)
		CHECK(recvmmsg(scene->pair[0], &m, 1, 0, NULL));
	else
		CHECK((int)recvmsg(scene->pair[0], &m.msg_hdr, 0));
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m.msg_hdr); c; c = CMSG_NXTHDR(&m.msg_hdr, c))
		if (c->cmsg_type == type)
			return c;
	_exit(2);
}

static long look_credentials(void)
{
	return ((struct ucred *)CMSG_DATA(receive(SCM_CREDENTIALS, false)))->pid;
}

static long look_many_credentials(void)
{
	return ((struct ucred *)CMSG_DATA(receive(SCM_CREDENTIALS, true)))->pid;
}

static long look_getown(void)
{
	return fcntl(scene->pair[0], F_GETOWN);
}

static long look_getown_ex(void)
{
	struct f_owner_ex owner;

	return fcntl64(scene->pair[0], F_GETOWN_EX, &owner) == 0 ? owner.pid : -1;
}

static long look_lock_by(int command)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(scene->file, command, &lock) == 0 ? lock.l_pid : -1;
}

static long look_getlk(void)
{
	return look_lock_by(F_GETLK);
}

static long look_ofd_getlk(void)
{
	return look_lock_by(F_OFD_GETLK);
}

/* a pidfd that was received over the socket, as a path */
static const char *received_fdinfo(void)
{
	static char path[64];
	int fd;

	memcpy(&fd, CMSG_DATA(receive(SCM_RIGHTS, false)), sizeof(fd));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return path;
}

static long number_in(FILE *f)
{
	char line[128];
	long number = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pid:\t%ld", &number) == 1)
			break;
	return number;
}

static long look_fdinfo_open(void)
{
	return number_in(fdopen(CHECK(open(received_fdinfo(), O_RDONLY)), "r"));
}

static long look_fdinfo_fopen(void)
{
	return number_in(fopen(received_fdinfo(), "r"));
}

/* SIGCHLD has been blocked since before q was born (learn_run): it is about the end of the
 * subject's own child. */
static long look_late_sigchld(void)
{
	const struct timespec none = { 0, 0 };
	siginfo_t info;

	return sigtimedwait(one_signal(SIGCHLD), &info, &none) == SIGCHLD ? info.si_pid : -1;
}

static const struct source sources[] = {
	{ "a handler, kill", look_handler, act_signal, handle_signal, FRESH, false },
	{ "a handler, sigqueue", look_handler, act_queue, handle_signal, FRESH, false },
	{ "sigwaitinfo", look_sigwaitinfo, act_signal, block_signal, FRESH, false },
	{ "sigtimedwait", look_sigtimedwait, act_queue, block_signal, FRESH, false },
	{ "signalfd", look_signalfd, act_signal, block_signal, FRESH, false },
	{ "signalfd, fortified", look_signalfd_fortified, act_queue, block_signal, FRESH, false },
	{ "SO_PEERCRED", look_peercred, act_listen, NULL, FRESH, false },
	{ "SCM_CREDENTIALS, recvmsg", look_credentials, act_send, pass_credentials, FRESH, false },
	{ "SCM_CREDENTIALS, recvmmsg", look_many_credentials, act_send, pass_credentials, FRESH,
	  false },
	{ "F_GETOWN", look_getown, act_own, NULL, FRESH, false },
	{ "F_GETOWN_EX", look_getown_ex, act_own, NULL, FRESH, false },
	{ "F_GETLK", look_getlk, act_lock, NULL, FRESH, false },
	{ "F_OFD_GETLK", look_ofd_getlk, act_lock, NULL, FRESH, false },
	{ "pidfd fdinfo, open", look_fdinfo_open, act_send_pidfd, NULL, FRESH, false },
	{ "pidfd fdinfo, fopen", look_fdinfo_fopen, act_send_pidfd, NULL, FRESH, false },

	{ "a late SIGCHLD", look_late_sigchld, NULL, NULL, STALE, false },
};

int main(int argc, char **argv)
{
	return learn_run(argc, argv, sources, sizeof(sources) / sizeof(sources[0]));
}
