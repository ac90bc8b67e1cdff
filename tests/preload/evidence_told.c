// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program had a child, and reaped it; another process has the pid now. If the program was told of
 * that process in any way, its signal arrives. If it uses what it knew before, the signal is
 * refused: also when it has read something else meanwhile, or its own words.
 *
 * PIDEPOCH_ROUNDS says how often each row is tried.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"
#include "evidence_forms.h"

#define TOLD   20	     /* B's inherited end of a pipe */
#define SOCKET "told.socket" /* in the working directory: a socket's path is short */

static char path[600], queue[64];

/* --- the ways; in B the pid is read, and in the test it was written --- */

static pid_t known; /* B knows it from its child */

static pid_t number_in(const char *text)
{
	while (*text && (*text < '0' || *text > '9'))
		text++;
	return (pid_t)strtol(text, NULL, 10);
}

/* Whatever the form, B means this pid: a program knows its own protocol. */
static pid_t meant(ssize_t n)
{
	return n > 0 ? known : -1;
}

static pid_t by_read(void)
{
	char data[FORM_MOST];

	return meant(read(TOLD, data, sizeof(data)));
}

static pid_t by_bytes(void)
{
	char data[16];
	size_t n = 0;

	while (n < sizeof(data) - 1 && read(TOLD, data + n, 1) == 1 && data[n] != '\n')
		n++;
	data[n] = '\0';
	return number_in(data);
}

static pid_t by_readv(void)
{
	char data[2][8];
	struct iovec part[] = { { data[0], 8 }, { data[1], 8 } };

	return meant(readv(TOLD, part, 2));
}

static pid_t by_fifo(void)
{
	char data[64];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, data, sizeof(data));

	close(fd);
	return meant(n);
}

static int connected(void)
{
	const struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 ? fd : -1;
}

static pid_t by_recv(void)
{
	char data[64];
	int fd = connected();
	ssize_t n = recv(fd, data, sizeof(data), 0);

	close(fd);
	return meant(n);
}

static pid_t by_peek(void)
{
	char data[64];
	int fd = connected();
	ssize_t n = recv(fd, data, 1, MSG_PEEK);

	if (n == 1)
		n = recv(fd, data, sizeof(data), 0);
	close(fd);
	return meant(n);
}

static pid_t by_recvfrom(void)
{
	char data[64];
	int fd = connected();
	ssize_t n = recvfrom(fd, data, sizeof(data), 0, NULL, NULL);

	close(fd);
	return meant(n);
}

static pid_t by_recvmsg(void)
{
	char data[64];
	struct iovec part = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	int fd = connected();
	ssize_t n = recvmsg(fd, &m, 0);

	close(fd);
	return meant(n);
}

static pid_t by_queue(void)
{
	struct {
		long type;
		char data[64];
	} m;

	return meant(msgrcv((int)strtol(queue, NULL, 10), &m, sizeof(m.data), 0, 0));
}

static pid_t by_second_message(void)
{
	return by_queue() < 0 ? -1 : by_queue();
}

static pid_t by_posix_queue_timed(void)
{
	const struct timespec far = { .tv_sec = INT32_MAX };
	char data[64];
	mqd_t q = mq_open(queue, O_RDONLY);
	ssize_t n = mq_timedreceive(q, data, sizeof(data), NULL, &far);

	mq_close(q);
	return meant(n);
}

static pid_t by_posix_queue(void)
{
	char data[64];
	mqd_t q = mq_open(queue, O_RDONLY);
	ssize_t n = mq_receive(q, data, sizeof(data), NULL);

	mq_close(q);
	return meant(n);
}

static pid_t by_terminal(void)
{
	char data[64];
	int fd = open(path, O_RDWR | O_NOCTTY);
	ssize_t n = read(fd, data, sizeof(data));

	close(fd);
	return meant(n);
}

/* --- in the test: who tells --- */

static int pipe_to_b;

static void tell_by_pipe(const char *data, size_t n)
{
	if (write(pipe_to_b, data, n) != (ssize_t)n)
		actor_fail("the pipe: %m");
}

/* A process that tells and ends. */
static void by_process(const char *data, size_t n, int (*open_it)(void))
{
	int fd = open_it();

	if (fd < 0)
		actor_fail("%s: %m", path);
	if (fork() == 0) {
		int to = accept(fd, NULL, NULL);

		if (to < 0) /* a FIFO */
			to = open(path, O_WRONLY);
		_exit(write(to, data, n) != (ssize_t)n);
	}
	close(fd);
}

static int make_fifo(void)
{
	return mkfifo(path, 0600) < 0 ? -1 : open("/dev/null", O_RDONLY);
}

static int make_socket(void)
{
	const struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 1) < 0 ? -1
											   : fd;
}

static void tell_by_fifo(const char *data, size_t n)
{
	by_process(data, n, make_fifo);
}

static void tell_by_socket(const char *data, size_t n)
{
	by_process(data, n, make_socket);
}

static void tell_by_queue(const char *data, size_t n)
{
	struct {
		long type;
		char data[64];
	} m = { .type = 1 };

	memcpy(m.data, data, n);
	if (msgsnd((int)strtol(queue, NULL, 10), &m, n, 0) < 0)
		actor_fail("msgsnd: %m");
}

/* two messages, each of digits alone */
static void tell_by_second_message(const char *data, size_t n)
{
	tell_by_queue("1", 1);
	tell_by_queue(data, n);
}

static void tell_by_posix_queue(const char *data, size_t n)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 64 };
	mqd_t q = mq_open(queue, O_WRONLY | O_CREAT, 0600, &attr);

	if (q == (mqd_t)-1 || mq_send(q, data, n, 0) < 0)
		actor_fail("mq_send: %m");
	mq_close(q);
}

static int terminal = -1;

static void tell_by_terminal(const char *data, size_t n)
{
	if (write(terminal, data, n) != (ssize_t)n)
		actor_fail("the terminal: %m");
}

/* --- the table --- */

static const struct row {
	const char *name;
	form *form;
	void (*tell)(const char *data, size_t n);
	pid_t (*hear)(void);
	bool refused;
} rows[] = {
	{ "a pipe, digits", as_digits, tell_by_pipe, by_read, false },
	{ "a pipe, a sentence", as_sentence, tell_by_pipe, by_read, false },
	{ "a pipe, a path of /proc", as_path, tell_by_pipe, by_read, false },
	{ "a pipe, hexadecimal", as_hexadecimal, tell_by_pipe, by_read, false },
	{ "a pipe, hexadecimal without 0x", as_bare_hexadecimal, tell_by_pipe, by_read, false },
	{ "a pipe, an int", as_int, tell_by_pipe, by_read, false },
	{ "a pipe, a long", as_long, tell_by_pipe, by_read, false },
	{ "a pipe, a short", as_short, tell_by_pipe, by_read, false },
	{ "a pipe, in network order", as_network_int, tell_by_pipe, by_read, false },
	{ "a pipe, a structure", as_structure, tell_by_pipe, by_read, false },
	{ "a pipe, byte by byte", as_digits, tell_by_pipe, by_bytes, false },
	{ "a pipe, readv()", as_int, tell_by_pipe, by_readv, false },
	{ "a FIFO", as_int, tell_by_fifo, by_fifo, false },
	{ "a socket, recv()", as_int, tell_by_socket, by_recv, false },
	{ "a socket, recvfrom()", as_sentence, tell_by_socket, by_recvfrom, false },
	{ "a socket, recvmsg()", as_structure, tell_by_socket, by_recvmsg, false },
	{ "a message queue", as_int, tell_by_queue, by_queue, false },
	{ "a POSIX message queue", as_int, tell_by_posix_queue, by_posix_queue, false },
	{ "a POSIX message queue, timed", as_int, tell_by_posix_queue, by_posix_queue_timed,
	  false },
	{ "a message queue, after another number", as_digits, tell_by_second_message,
	  by_second_message, false },
	{ "a socket, peeked at", as_digits, tell_by_socket, by_peek, false },
	{ "a terminal", as_digits, tell_by_terminal, by_terminal, false },

	{ "binary traffic", as_traffic, tell_by_pipe, by_read, true },
	{ "another pid in a pipe", as_other, tell_by_pipe, by_read, true },
	{ "another pid in a socket", as_other, tell_by_socket, by_recv, true },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct row *row;

/* 'r': have a child, and reap it. 'k': hear of a process, and signal it. */
static long answer_as_b(char what)
{
	if (what == 'k')
		return kill(row->hear(), SIGUSR1) == 0 ? 0 : errno;
	known = fork();
	if (known == 0)
		_exit(0);
	return waitpid(known, NULL, 0);
}

/* --- one round --- */

static void remove_all(void)
{
	unlink(path);
	unlink(SOCKET);
}

static void open_terminal(void)
{
	int slave;

	if (openpty(&terminal, &slave, NULL, NULL, NULL) < 0 ||
	    ttyname_r(slave, path, sizeof(path)) != 0)
		actor_fail("a terminal: %m");
	close(slave);
}

static void prepare(const char *folder, unsigned int round)
{
	snprintf(path, sizeof(path), "%s/told.%u", folder, round);
	snprintf(queue, sizeof(queue), "/pidepoch-told-%d", (int)getpid());
	if (row->tell == tell_by_terminal)
		open_terminal();
	else if (row->hear == by_queue || row->hear == by_second_message)
		snprintf(queue, sizeof(queue), "%d", msgget(IPC_PRIVATE, 0600));
}

static void clear(void)
{
	if (row->hear == by_queue || row->hear == by_second_message)
		msgctl((int)strtol(queue, NULL, 10), IPC_RMID, NULL);
	if (row->tell == tell_by_posix_queue)
		mq_unlink(queue);
	if (row->tell == tell_by_terminal)
		close(terminal);
	else
		remove_all();
}

static void start_b(struct actor *b)
{
	char index[16], more[700];
	int fd[2];
	const char *argv[] = { "/proc/self/exe", "B", index, path, queue, NULL };

	snprintf(index, sizeof(index), "%d", (int)(row - rows));
	snprintf(more, sizeof(more), "PIDEPOCH_ON_STALE=refuse");
	if (pipe2(fd, O_CLOEXEC) < 0 || dup2(fd[0], TOLD) != TOLD)
		actor_fail("pipe: %m");
	actor_start(b, argv, false, more);
	close(TOLD);
	close(fd[0]);
	pipe_to_b = fd[1];
}

static void try_row(const char *folder, unsigned int round)
{
	char data[FORM_MOST];
	struct actor b, unrelated;
	long got, arrived;
	pid_t q;

	prepare(folder, round);
	start_b(&b);
	q = (pid_t)actor_ask(&b, 'r');
	actor_start_unrelated(&unrelated, q, NULL);
	row->tell(data, row->form(data, q));
	got = actor_ask(&b, 'k');
	arrived = actor_ask(&unrelated, ACTOR_SIGNALS);
	if (got != (row->refused ? ESRCH : 0) || arrived != !row->refused)
		actor_fail("%s: %s, and %ld signals arrived (round %u)", row->name,
			   strerror((int)got), arrived, round);
	actor_end(&b);
	actor_end(&unrelated);
	close(pipe_to_b);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	clear();
}

static int be_b(char **argv)
{
	row = &rows[strtol(argv[2], NULL, 10)];
	snprintf(path, sizeof(path), "%s", argv[3]);
	snprintf(queue, sizeof(queue), "%s", argv[4]);
	actor_serve(answer_as_b);
	return 0;
}

int main(int argc, char **argv)
{
	const char *base = getenv("TMPDIR"), *often = getenv("PIDEPOCH_ROUNDS");
	unsigned int rounds = often ? (unsigned int)strtoul(often, NULL, 10) : 3;
	char folder[512];

	if (argc > 4)
		return be_b(argv);
	namespace_enter();
	namespace_use_up_pids();
	snprintf(folder, sizeof(folder), "%s/told", base ? base : "/tmp");
	if ((mkdir(folder, 0700) < 0 && errno != EEXIST) || chdir(folder) < 0)
		actor_fail("%s: %m", folder);
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	for (row = rows; row < rows + ROWS; row++) {
		for (unsigned int i = 0; i < rounds; i++)
			try_row(folder, i);
		printf("ok   %s: %s\n", row->name, row->refused ? "refused" : "arrives");
	}
	return 0;
}
