/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * learn_stream - data from pipes, sockets and message queues, which may contain a pid that another
 * process sent (evidence.9), and the pipes and sockets that this process makes itself. read() is in
 * learn_signal.c.
 *
 * While nothing is known that such data could change, a call costs two loads.
 */
#include <mqueue.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/sys.h"
#include "learn.h"

/* Were the bytes put into the buffer? With MSG_TRUNC, TCP discards them; the buffer may be NULL, or
 * smaller than the program says (tcp(7)). */
static bool is_filled(int fd, int flags)
{
	int type = 0;
	socklen_t size = sizeof(type);

	return likely(!(flags & MSG_TRUNC)) || pe_preload_aside || !pe_preload_wants_input() ||
	       pe_sys5(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, PE_SYS_LONG(&type),
		       PE_SYS_LONG(&size)) != 0 ||
	       type != SOCK_STREAM;
}

/* @n: a result, which MSG_TRUNC may make larger than the buffer of @bytes */
static ssize_t heard(int fd, const void *data, size_t bytes, ssize_t n)
{
	size_t have = n > 0 && (size_t)n < bytes ? (size_t)n : n > 0 ? bytes : 0;

	if (unlikely(pe_preload_wants_input()) && have && have <= PE_LEARN_HEARD)
		pe_preload_input(fd, data, have);
	return n;
}

static void heard_parts(int fd, const struct iovec *part, size_t parts, ssize_t n)
{
	size_t left = n > 0 ? (size_t)n : 0;

	if (likely(!pe_preload_wants_input()) || left > PE_LEARN_HEARD)
		return;
	for (; parts && left; part++, parts--) {
		size_t bytes = part->iov_len < left ? part->iov_len : left;

		heard(fd, part->iov_base, bytes, (ssize_t)bytes);
		left -= bytes;
	}
}

static ssize_t received(int fd, const void *data, size_t bytes, int flags, ssize_t n)
{
	return is_filled(fd, flags) ? heard(fd, data, bytes, n) : n;
}

PE_PUBLIC ssize_t recv(int fd, void *to, size_t bytes, int flags)
{
	return received(fd, to, bytes, flags, PE_REAL(recv)(fd, to, bytes, flags));
}

PE_PUBLIC ssize_t recvfrom(int fd, void *to, size_t bytes, int flags, struct sockaddr *from,
			   socklen_t *length)
{
	return received(fd, to, bytes, flags,
			PE_REAL(recvfrom)(fd, to, bytes, flags, from, length));
}

/* the names in programs built with _FORTIFY_SOURCE; the headers declare them only there */
PE_PUBLIC ssize_t __recv_chk(int fd, void *to, size_t bytes, size_t room, int flags);
PE_PUBLIC ssize_t __recvfrom_chk(int fd, void *to, size_t bytes, size_t room, int flags,
				 struct sockaddr *from, socklen_t *length);

PE_PUBLIC ssize_t __recv_chk(int fd, void *to, size_t bytes, size_t room, int flags)
{
	return received(fd, to, bytes, flags, PE_REAL(__recv_chk)(fd, to, bytes, room, flags));
}

PE_PUBLIC ssize_t __recvfrom_chk(int fd, void *to, size_t bytes, size_t room, int flags,
				 struct sockaddr *from, socklen_t *length)
{
	return received(fd, to, bytes, flags,
			PE_REAL(__recvfrom_chk)(fd, to, bytes, room, flags, from, length));
}

PE_PUBLIC ssize_t readv(int fd, const struct iovec *part, int parts)
{
	ssize_t n = PE_REAL(readv)(fd, part, parts);

	heard_parts(fd, part, (size_t)parts, n);
	return n;
}

void pe_learn_message(int fd, const struct msghdr *message, int flags, ssize_t n)
{
	if (n > 0 && is_filled(fd, flags))
		heard_parts(fd, message->msg_iov, message->msg_iovlen, n);
}

/* --- message queues --- */

PE_PUBLIC ssize_t msgrcv(int id, void *message, size_t bytes, long type, int flags)
{
	ssize_t n = PE_REAL(msgrcv)(id, message, bytes, type, flags);

	return heard(-1, (const char *)message + sizeof(long), bytes, n);
}

PE_PUBLIC ssize_t mq_receive(mqd_t queue, char *to, size_t bytes, unsigned int *priority)
{
	return heard(-1, to, bytes, PE_REAL(mq_receive)(queue, to, bytes, priority));
}

PE_PUBLIC ssize_t mq_timedreceive(mqd_t queue, char *to, size_t bytes, unsigned int *priority,
				  const struct timespec *until)
{
	return heard(-1, to, bytes, PE_REAL(mq_timedreceive)(queue, to, bytes, priority, until));
}

/* --- streams of this process --- */

/* Both ends of a pipe have one inode. */
static int made_pipe(int result, const int fd[2])
{
	if (result == 0)
		pe_preload_stream(fd[0]);
	return result;
}

PE_PUBLIC int pipe(int fd[2])
{
	return made_pipe(PE_REAL(pipe)(fd), fd);
}

PE_PUBLIC int pipe2(int fd[2], int flags)
{
	return made_pipe(PE_REAL(pipe2)(fd, flags), fd);
}

PE_PUBLIC int socketpair(int domain, int type, int protocol, int fd[2])
{
	int n = PE_REAL(socketpair)(domain, type, protocol, fd);

	if (n == 0) {
		pe_preload_stream(fd[0]);
		pe_preload_stream(fd[1]);
	}
	return n;
}
