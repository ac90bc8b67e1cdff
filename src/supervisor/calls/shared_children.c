// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/shared_children.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys.h"
#include "supervisor/peer/proc.h"

static struct pe_shared_child records[PE_SHARED_CHILDREN_MOST];
static unsigned int used; /* places from here on have never been used */
static uint64_t orders;
static size_t open_now;
static int changes = -1; /* an epoll of all pidfds */

/* --- records --- */

static void close_pidfd(struct pe_shared_child *k)
{
	if (k->pidfd < 0)
		return;
	close(k->pidfd);
	k->pidfd = -1;
	open_now--;
}

void pe_shared_children_drop(struct pe_shared_child *k)
{
	close_pidfd(k);
	k->parent = 0;
}

static size_t most_open(void)
{
	struct rlimit l;

	return getrlimit(RLIMIT_NOFILE, &l) == 0 ? l.rlim_cur / 2 : 0;
}

bool pe_shared_children_full(void)
{
	return open_now >= most_open() || open_now == PE_SHARED_CHILDREN_MOST;
}

/* shared_children.3 */
static struct pe_shared_child *free_place(void)
{
	struct pe_shared_child *oldest = NULL;

	for (struct pe_shared_child *k = records; k < records + used; k++) {
		if (!k->parent)
			return k;
		if (k->state == PE_SHARED_TAKEN && (!oldest || k->order < oldest->order))
			oldest = k;
	}
	if (used < PE_SHARED_CHILDREN_MOST)
		return &records[used++];
	if (oldest)
		pe_shared_children_drop(oldest);
	return oldest;
}

struct pe_shared_child *pe_shared_children_find(uint64_t parent, int ns_pid)
{
	for (struct pe_shared_child *k = records; k < records + used; k++)
		if (k->parent == parent && k->ns_pid == ns_pid)
			return k;
	return NULL;
}

struct pe_shared_child *pe_shared_children_find_inode(uint64_t parent, uint64_t inode)
{
	for (struct pe_shared_child *k = records; k < records + used; k++)
		if (k->parent == parent && k->inode == inode)
			return k;
	return NULL;
}

struct pe_shared_child *pe_shared_children_next(uint64_t parent, enum pe_shared_state state,
						const struct pe_shared_child *last)
{
	for (size_t i = last ? (size_t)(last - records) + 1 : 0; i < used; i++)
		if (records[i].parent == parent && records[i].state == state)
			return &records[i];
	return NULL;
}

void pe_shared_children_no_waiter(uint64_t parent, int tid)
{
	for (struct pe_shared_child *k = records; k < records + used; k++)
		if (k->parent == parent && k->waiter == tid)
			k->waiter = 0;
}

/* --- a new child --- */

static bool listen_to(int pidfd, uint64_t parent)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET, .data.u64 = parent };

	if (changes < 0)
		changes = epoll_create1(EPOLL_CLOEXEC);
	return changes >= 0 && epoll_ctl(changes, EPOLL_CTL_ADD, pidfd, &e) == 0;
}

/* A pidfd of @pid if that is a child of the caller, or -1 */
static int open_child(const struct pe_worker_call *c, int pid, uint64_t *inode)
{
	int fd = pe_shared_children_full() ? -1 : pe_sys_pidfd_open(pid, 0);
	struct stat st;

	if (fd < 0)
		return -1;
	*inode = fstat(fd, &st) == 0 ? st.st_ino : 0;
	if (pe_peer_parent(pid) == c->peer->tgid && listen_to(fd, c->peer->identity))
		return fd;
	close(fd);
	return -1;
}

struct pe_shared_child *pe_shared_children_add(const struct pe_worker_call *c, int ns_pid, int pid)
{
	struct pe_shared_child *k = pe_shared_children_find(c->peer->identity, ns_pid);
	uint64_t inode = 0;
	int fd;

	if (k && k->state != PE_SHARED_TAKEN)
		return k;
	fd = open_child(c, pid, &inode);
	if (fd < 0 && !(k && pe_peer_parent(pid) == c->peer->tgid))
		return k;
	if (k)
		pe_shared_children_drop(k); /* an earlier child had this pid */
	if (fd < 0)
		return NULL;
	k = free_place();
	if (!k) {
		close(fd);
		return NULL;
	}
	*k = (struct pe_shared_child){ .parent = c->peer->identity,
				       .inode = inode,
				       .ns_pid = ns_pid,
				       .pidfd = fd,
				       .order = ++orders };
	open_now++;
	return k;
}

/* --- what became of them --- */

/* Returns whether it has been reaped. */
static bool look_at(struct pe_shared_child *k, short revents, int waited)
{
	if (!(revents & POLLHUP)) {
		k->state = revents & POLLIN ? PE_SHARED_ENDED : PE_SHARED_LIVES;
		return false;
	}
	k->state = PE_SHARED_TAKEN;
	if (k->ns_pid == waited || !pe_proc_exit(k->pidfd, &k->status))
		pe_shared_children_drop(k);
	else
		close_pidfd(k);
	return true;
}

int pe_shared_children_update(uint64_t parent, int waited)
{
	static struct pollfd fds[PE_SHARED_CHILDREN_MOST];
	static struct pe_shared_child *of[PE_SHARED_CHILDREN_MOST];
	nfds_t n = 0;
	int reaped = 0;

	for (struct pe_shared_child *k = records; k < records + used; k++)
		if (k->parent == parent && k->pidfd >= 0) {
			fds[n] = (struct pollfd){ .fd = k->pidfd, .events = POLLIN };
			of[n++] = k;
		}
	if (n == 0 || poll(fds, n, 0) <= 0)
		return 0;
	for (nfds_t i = 0; i < n; i++)
		reaped += look_at(of[i], fds[i].revents, waited);
	return reaped;
}

/* --- for the worker's loop --- */

int pe_shared_children_fd(void)
{
	return changes;
}

uint64_t pe_shared_children_changed(void)
{
	struct epoll_event e;

	return changes >= 0 && epoll_wait(changes, &e, 1, 0) == 1 ? e.data.u64 : 0;
}

void pe_shared_children_end(void)
{
	for (struct pe_shared_child *k = records; k < records + used; k++)
		pe_shared_children_drop(k);
	if (changes >= 0)
		close(changes);
	changes = -1;
	used = 0;
}
