// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calls that are wrapped because the program learns pids from them, and that block, stay
 * cancellation points: a thread that is cancelled in one ends, and its cleanup runs.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../support/actor.h"

#define TIMEOUT 20 /* seconds; nothing here takes any */

static int quiet[2];
static char fifo[4096];
static int held, wanted; /* one file twice, and a lock on the first */

static void wait_read(void)
{
	char c;

	if (read(quiet[0], &c, 1) > 0)
		abort();
}

ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room);

static void wait_read_fortified(void)
{
	char c;

	if (__read_chk(quiet[0], &c, 1, 1) > 0)
		abort();
}

static void wait_open(void)
{
	open(fifo, O_RDONLY);
}

static void wait_openat(void)
{
	openat(AT_FDCWD, fifo, O_RDONLY);
}

static void wait_recv(void)
{
	char c;

	recv(quiet[0], &c, 1, MSG_TRUNC);
}

ssize_t __recv_chk(int fd, void *to, size_t bytes, size_t room, int flags);

static void wait_recv_fortified(void)
{
	char c;

	__recv_chk(quiet[0], &c, 1, 1, 0);
}

static void wait_recvfrom(void)
{
	char c;

	recvfrom(quiet[0], &c, 1, 0, NULL, NULL);
}

static void wait_readv(void)
{
	char c;
	struct iovec part = { &c, 1 };

	if (readv(quiet[0], &part, 1) > 0)
		abort();
}

static struct mmsghdr *message(void)
{
	static char c;
	static struct iovec data = { &c, 1 };
	static struct mmsghdr m = { .msg_hdr = { .msg_iov = &data, .msg_iovlen = 1 } };

	return &m;
}

static void wait_recvmsg(void)
{
	recvmsg(quiet[0], &message()->msg_hdr, 0);
}

static void wait_recvmmsg(void)
{
	recvmmsg(quiet[0], message(), 1, 0, NULL);
}

static const sigset_t *one_signal(void)
{
	static sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return &set;
}

static void wait_sigwaitinfo(void)
{
	siginfo_t info;

	sigwaitinfo(one_signal(), &info);
}

static void wait_sigtimedwait(void)
{
	const struct timespec long_enough = { 1000, 0 };
	siginfo_t info;

	sigtimedwait(one_signal(), &info, &long_enough);
}

static void wait_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	fcntl(wanted, F_OFD_SETLKW, &lock);
}

static void wait_lock64(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	fcntl64(wanted, F_OFD_SETLKW, &lock);
}

static const struct point {
	const char *name;
	void (*wait)(void);
} points[] = {
	{ "read", wait_read },
	{ "read, fortified", wait_read_fortified },
	{ "open", wait_open },
	{ "openat", wait_openat },
	{ "recv", wait_recv },
	{ "recv, fortified", wait_recv_fortified },
	{ "recvfrom", wait_recvfrom },
	{ "readv", wait_readv },
	{ "recvmsg", wait_recvmsg },
	{ "recvmmsg", wait_recvmmsg },
	{ "sigwaitinfo", wait_sigwaitinfo },
	{ "sigtimedwait", wait_sigtimedwait },
	{ "fcntl", wait_lock },
	{ "fcntl64", wait_lock64 },
};

static int cleaned;

static void clean(void *unused)
{
	(void)unused;
	cleaned++;
}

static void *run_thread(void *point)
{
	pthread_cleanup_push(clean, NULL);
	((const struct point *)point)->wait();
	pthread_cleanup_pop(0);
	return NULL;
}

static void set_scene(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const char *folder = getenv("TMPDIR");
	char path[64];

	snprintf(fifo, sizeof(fifo), "%s/fifo", folder ? folder : "/tmp");
	unlink(fifo);
	held = memfd_create("held", 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", held);
	wanted = open(path, O_RDWR);
	if (mkfifo(fifo, 0600) < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, quiet) < 0 ||
	    held < 0 || wanted < 0 || fcntl(held, F_OFD_SETLK, &lock) < 0)
		actor_fail("the scene: %m");
}

static long cancel_all(char what)
{
	const int count = (int)(sizeof(points) / sizeof(points[0]));

	(void)what;
	set_scene();
	for (int i = 0; i < count; i++) {
		pthread_t thread;
		void *end;

		fprintf(stderr, "%s\n", points[i].name);
		alarm(TIMEOUT);
		pthread_create(&thread, NULL, run_thread, (void *)&points[i]);
		pthread_cancel(thread);
		pthread_join(thread, &end);
		if (end != PTHREAD_CANCELED || cleaned != i + 1)
			actor_fail("it did not end there");
	}
	unlink(fifo);
	return count;
}

int main(int argc, char **argv)
{
	struct actor subject;

	(void)argv;
	if (argc > 1) {
		actor_serve(cancel_all);
		return 0;
	}
	actor_start_self(&subject, "subject", NULL, false);
	actor_ask(&subject, 'c');
	return actor_end(&subject) ? 1 : 0;
}
