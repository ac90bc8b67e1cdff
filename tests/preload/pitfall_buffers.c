// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A call that fails on a bad pointer, or that leaves its buffer alone, returns under the library
 * what the kernel returns. It does so also when a child was reaped, after which received data is
 * examined.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "../support/actor.h"

#define TEXT "hello 1234\n"
#define LONG 4000 /* more than the last page of `edge` has room for */

/* The compiler would warn of these as arguments. */
static void *volatile nothing = NULL;
static volatile int negative = -1;
static int tcp = -1, ends[2];
static char *edge; /* one byte; behind it is no memory */

/* --- the calls --- */

static long null_message(void)
{
	return recvmsg(tcp, nothing, 0);
}

static long null_messages(void)
{
	return recvmmsg(-1, nothing, 1, 0, NULL);
}

static long null_vector(void)
{
	return readv(tcp, nothing, 1);
}

static long no_vector(void)
{
	return readv(tcp, nothing, 0);
}

static long negative_vector(void)
{
	return readv(tcp, nothing, negative);
}

static long null_received(void)
{
	return recv(tcp, nothing, sizeof(TEXT), 0);
}

static long discarded(void)
{
	return recv(tcp, nothing, LONG, MSG_TRUNC);
}

static long discarded_behind(void)
{
	return recvfrom(tcp, edge, LONG, MSG_TRUNC, NULL, NULL);
}

static long discarded_message(void)
{
	struct iovec part = { edge, LONG };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

	return recvmsg(tcp, &m, MSG_TRUNC);
}

static long discarded_messages(void)
{
	struct iovec part = { nothing, LONG };
	struct mmsghdr m = { .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } };

	return recvmmsg(tcp, &m, 1, MSG_TRUNC, NULL);
}

static long cut_off(void)
{
	return send(ends[1], TEXT, strlen(TEXT), 0) < 0 ? -1 : recv(ends[0], edge, 1, MSG_TRUNC);
}

static long peeked_at(void)
{
	return recv(tcp, edge, 1, MSG_PEEK);
}

static long null_queue(void)
{
	return msgrcv(-1, nothing, 1, 0, 0);
}

static long no_posix_queue(void)
{
	return mq_receive(-1, nothing, 1, NULL);
}

static long no_posix_queue_timed(void)
{
	return mq_timedreceive(-1, nothing, 1, NULL, nothing);
}

static long null_pipe(void)
{
	return pipe(nothing);
}

static long null_pipe2(void)
{
	return pipe2(nothing, O_CLOEXEC);
}

static long null_pair(void)
{
	return socketpair(AF_UNIX, SOCK_STREAM, 0, nothing);
}

static long null_owner(void)
{
	return fcntl(tcp, F_SETOWN_EX, nothing);
}

static long null_lock(void)
{
	return fcntl(tcp, F_GETLK, nothing);
}

static long null_group(void)
{
	return ioctl(-1, TIOCSPGRP, nothing);
}

static long null_peer(void)
{
	return getsockopt(tcp, SOL_SOCKET, SO_PEERCRED, nothing, nothing);
}

static const struct row {
	const char *name;
	long (*call)(void);
	long result; /* or -errno */
} rows[] = {
	{ "recvmsg(), no message", null_message, -EFAULT },
	{ "recvmmsg(), no message", null_messages, -EBADF },
	{ "readv(), no vector", null_vector, -EFAULT },
	{ "readv(), an empty vector", no_vector, 0 },
	{ "readv(), a negative number", negative_vector, -EINVAL },
	{ "recv(), no buffer", null_received, -EFAULT },
	{ "recv(), discarded", discarded, sizeof(TEXT) - 1 },
	{ "recvfrom(), discarded", discarded_behind, sizeof(TEXT) - 1 },
	{ "recvmsg(), discarded", discarded_message, sizeof(TEXT) - 1 },
	{ "recvmmsg(), discarded", discarded_messages, 1 },
	{ "recv(), a datagram that is cut off", cut_off, sizeof(TEXT) - 1 },
	{ "recv(), peeked at", peeked_at, 1 },
	{ "msgrcv(), no message", null_queue, -EINVAL },
	{ "mq_receive(), no queue", no_posix_queue, -EBADF },
	{ "mq_timedreceive(), no queue", no_posix_queue_timed, -EBADF },
	{ "pipe(), no room", null_pipe, -EFAULT },
	{ "pipe2(), no room", null_pipe2, -EFAULT },
	{ "socketpair(), no room", null_pair, -EFAULT },
	{ "F_SETOWN_EX, no owner", null_owner, -EFAULT },
	{ "F_GETLK, no lock", null_lock, -EFAULT },
	{ "TIOCSPGRP, no group", null_group, -EBADF },
	{ "SO_PEERCRED, no room", null_peer, -EFAULT },
};

/* --- the scene --- */

/* false: there is no loopback interface */
static bool connect_tcp(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), peer = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(at);

	if (bind(listener, (struct sockaddr *)&at, size) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) < 0 ||
	    connect(peer, (struct sockaddr *)&at, size) < 0)
		return false;
	tcp = accept(listener, NULL, NULL);
	if (tcp < 0 || write(peer, TEXT, strlen(TEXT)) != (ssize_t)strlen(TEXT))
		actor_fail("TCP: %m");
	close(listener);
	close(peer);
	return true;
}

static void set_scene(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *two =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (two == MAP_FAILED || munmap(two + page, page) < 0 ||
	    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
		actor_fail("the scene: %m");
	edge = two + page - 1;
}

static void reap_one(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static long call_all(char what)
{
	(void)what;
	set_scene();
	reap_one();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		long n;

		fprintf(stderr, "%s\n", rows[i].name);
		if (!connect_tcp())
			actor_fail("TCP: %m");
		n = rows[i].call();
		if ((n < 0 ? -errno : n) != rows[i].result)
			actor_fail("it is %ld, %m", n);
		close(tcp);
	}
	return 0;
}

static int try_all(bool native)
{
	struct actor subject;

	fprintf(stderr, "--- %s\n", native ? "natively" : "preloaded");
	actor_start_self(&subject, "subject", NULL, native);
	actor_ask(&subject, 'c');
	return actor_end(&subject) ? 1 : 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		actor_serve(call_all);
		return 0;
	}
	if (!connect_tcp()) {
		fprintf(stderr, "TCP on the loopback interface: %m\n");
		return 77;
	}
	return try_all(true) || try_all(false);
}
