// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/kernel/connector.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FIRST_NAMESPACE 0xeffffffcu /* the inode of the first pid namespace, on any kernel */
/* bytes; the kernel doubles them: enough for some ten thousand births */
#define QUEUE	(4 << 20)
#define LONGEST 128 /* bytes of a message that we want */

#define EVENT  (NLMSG_HDRLEN + sizeof(struct cn_msg)) /* offset in a message */
#define WANTED (offsetof(struct proc_event, event_data.fork) + sizeof(struct fork_proc_event))

uint64_t pe_connector_now(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* --- messages --- */

static bool unpack(const void *message, size_t size, struct cn_msg *m, struct proc_event *e)
{
	const char *at = message;

	if (size < EVENT + WANTED)
		return false;
	memcpy(m, at + NLMSG_HDRLEN, sizeof(*m));
	memset(e, 0, sizeof(*e));
	memcpy(e, at + EVENT, WANTED);
	return m->id.idx == CN_IDX_PROC && m->id.val == CN_VAL_PROC;
}

bool pe_connector_parse(const void *message, size_t size, struct pe_connector_birth *out)
{
	struct proc_event e;
	struct cn_msg m;

	if (!unpack(message, size, &m, &e) || e.what != PROC_EVENT_FORK ||
	    e.event_data.fork.child_pid != e.event_data.fork.child_tgid)
		return false;
	*out = (struct pe_connector_birth){ .parent = e.event_data.fork.parent_tgid,
					    .child = e.event_data.fork.child_tgid,
					    .at = e.timestamp_ns };
	return true;
}

/* The kernel returns @mark in its answer. */
static int send_request(int fd, uint32_t what, uint32_t mark)
{
	_Alignas(struct nlmsghdr) char room[NLMSG_SPACE(sizeof(struct cn_msg) + sizeof(what))] = {
		0
	};
	const struct nlmsghdr head = { .nlmsg_len = EVENT + sizeof(what),
				       .nlmsg_type = NLMSG_DONE };
	const struct cn_msg m = { .id = { .idx = CN_IDX_PROC, .val = CN_VAL_PROC },
				  .ack = mark,
				  .len = sizeof(what) };

	memcpy(room, &head, sizeof(head));
	memcpy(room + NLMSG_HDRLEN, &m, sizeof(m));
	memcpy(room + EVENT, &what, sizeof(what));
	return send(fd, room, head.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* --- the socket --- */

int pe_connector_open(void)
{
	struct stat st;
	int fd;

	if (stat("/proc/self/ns/pid", &st) < 0)
		return -errno;
	if (st.st_ino != FIRST_NAMESPACE)
		return -EPERM;
	/* only the first network namespace has it; and a socket() would make the kernel load a
	 * module */
	if (access("/proc/self/net/connector", F_OK) < 0)
		return -errno;
	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	if (fd < 0)
		return -errno;
	return fd;
}

/* Only births of processes and answers go into the queue. (The kernel's own selection of events,
 * since Linux 6.6, includes threads and saves no more.) */
static int choose(int fd)
{
#define WORD(at)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(at))
#define OF_EVENT(field) WORD(EVENT + offsetof(struct proc_event, field))
	struct sock_filter code[] = {
		OF_EVENT(what),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROC_EVENT_NONE, 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_FORK), 0, 5),
		OF_EVENT(event_data.fork.child_pid),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		OF_EVENT(event_data.fork.child_tgid),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ? -errno
											 : 0;
}

static int membership(int fd, int how)
{
	const int group = CN_IDX_PROC;

	return setsockopt(fd, SOL_NETLINK, how, &group, sizeof(group)) < 0 ? -errno : 0;
}

static void make_room(int fd)
{
	const int size = QUEUE;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/* The kernel answers before the request returns, or never (another namespace). Its clock must be
 * ours. */
static int find_answer(int fd, uint32_t mark, uint64_t from)
{
	char message[LONGEST];
	struct proc_event e;
	struct cn_msg m;
	ssize_t n;

	while ((n = recv(fd, message, sizeof(message), 0)) > 0) {
		if (!unpack(message, (size_t)n, &m, &e) || e.what != PROC_EVENT_NONE ||
		    m.ack != mark + 1)
			continue;
		if (e.event_data.ack.err)
			return -(int)e.event_data.ack.err;
		return e.timestamp_ns >= from && e.timestamp_ns <= pe_connector_now() ? 0 : -EPERM;
	}
	return -EPERM;
}

int pe_connector_listen(int fd)
{
	uint64_t from = pe_connector_now();
	int r = choose(fd);

	make_room(fd);
	if (r == 0)
		r = membership(fd, NETLINK_ADD_MEMBERSHIP);
	if (r < 0)
		return r;
	r = send_request(fd, PROC_CN_MCAST_LISTEN, (uint32_t)from);
	if (r == 0)
		r = find_answer(fd, (uint32_t)from, from);
	if (r < 0)
		membership(fd, NETLINK_DROP_MEMBERSHIP);
	return r;
}

void pe_connector_ignore(int fd)
{
	send_request(fd, PROC_CN_MCAST_IGNORE, 0);
}

/* Only messages of the kernel count. */
int pe_connector_receive(int fd, struct pe_connector_birth *births, size_t *count)
{
	static char room[PE_CONNECTOR_BATCH][LONGEST];
	struct sockaddr_nl from[PE_CONNECTOR_BATCH] = { 0 };
	struct mmsghdr all[PE_CONNECTOR_BATCH] = { 0 };
	struct iovec io[PE_CONNECTOR_BATCH];
	int n;

	for (int i = 0; i < PE_CONNECTOR_BATCH; i++) {
		io[i] = (struct iovec){ room[i], LONGEST };
		all[i].msg_hdr = (struct msghdr){ .msg_name = &from[i],
						  .msg_namelen = sizeof(from[i]),
						  .msg_iov = &io[i],
						  .msg_iovlen = 1 };
	}
	n = recvmmsg(fd, all, PE_CONNECTOR_BATCH, MSG_DONTWAIT, NULL);
	*count = 0;
	for (int i = 0; i < n; i++)
		*count += from[i].nl_pid == 0 &&
			  pe_connector_parse(room[i], all[i].msg_len, &births[*count]);
	return n < 0 ? -errno : n;
}
