// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/peer/peer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/sys.h"
#include "core/text.h"
#include "core/time/identity.h"
#include "supervisor/kernel/probe.h"
#include "supervisor/peer/proc.h"

#define USER_READ    64	    /* requests for a user until it is read again */
#define PIDFD_THREAD O_EXCL /* linux/pidfd.h, since 6.9 */
/* linux/nsfs.h, since 6.11 */
#define NS_GET_PID_FROM_PIDNS _IOR(0xb7, 0x6, int)
#define NS_GET_PID_IN_PIDNS   _IOR(0xb7, 0x8, int)

/* --- identity --- */

int pe_peer_identity(int pid, uint64_t *out)
{
	static int old = -1;
	struct pe_identity who;
	int r;

	if (old < 0)
		old = pe_probe_is_off(PE_PROBE_INODE);
	r = pe_identity_of((uint32_t)pid, old, &who);
	if (r < 0)
		return r;
	/* processes born in the same tick have the same start time */
	*out = who.kind == PE_IDENTITY_INODE ? who.id : who.id << 22 | (uint32_t)pid;
	return 0;
}

bool pe_peer_lives(uint64_t identity, int tgid)
{
	uint64_t now;

	return pe_peer_identity(tgid, &now) == 0 && now == identity;
}

/* The leader's pid. pidfd_open() without PIDFD_THREAD accepts only leaders. */
static int find_leader(struct pe_peer *p)
{
	p->pidfd = pe_sys_pidfd_open(p->tid, 0);
	if (p->pidfd >= 0)
		return p->tid;
	p->pidfd = pe_sys_pidfd_open(p->tid, PIDFD_THREAD);
	return (int)pe_proc_status_number(p->tid, "Tgid");
}

/* A descriptor of its pid namespace if that is not ours, or -1. */
static int foreign_namespace(int tid)
{
	static ino_t ours;
	struct stat st;
	char path[32];

	if (!ours && stat("self/ns/pid", &st) == 0)
		ours = st.st_ino;
	snprintf(path, sizeof(path), "%d/ns/pid", tid);
	if (stat(path, &st) < 0)
		return -errno;
	if (st.st_ino == ours)
		return -1;
	return pe_proc_open(O_RDONLY, "%d/ns/pid", tid);
}

/* The directory stays that of one process even if its pid is reused. It has one link for each
 * thread, and two more. */
static bool count_threads(struct pe_peer *p)
{
	struct stat st;

	p->threads = fstat(p->task, &st) == 0 ? (int)st.st_nlink - 2 : 0;
	return p->threads > 0;
}

/* By the pidfd; false: pidfds have no identity on this kernel, or it is a thread's. */
static bool identity_by_pidfd(struct pe_peer *p)
{
	struct pe_identity who;

	if (p->pidfd < 0 || p->tid != p->tgid || pe_probe_is_off(PE_PROBE_INODE) ||
	    pe_identity_of_pidfd(p->pidfd, false, &who) < 0)
		return false;
	p->identity = who.id;
	return true;
}

static int read_peer(struct pe_peer *p)
{
	p->tgid = find_leader(p);
	if (p->tgid <= 0 || (!identity_by_pidfd(p) && pe_peer_identity(p->tgid, &p->identity) < 0))
		return -ESRCH;
	p->task = pe_proc_open(O_PATH | O_DIRECTORY, "%d/task", p->tgid);
	if (p->task < 0 || !count_threads(p))
		return -ESRCH;
	p->ns = foreign_namespace(p->tid);
	return p->ns < -1 ? p->ns : 0;
}

int pe_peer_open(struct pe_peer *p, int tid)
{
	int r;

	*p = (struct pe_peer){ .tid = tid, .ns = -1, .pidfd = -1, .task = -1, .children = -1 };
	r = read_peer(p);
	if (r < 0)
		pe_peer_close(p);
	return r;
}

void pe_peer_close(const struct pe_peer *p)
{
	const int all[] = { p->ns, p->pidfd, p->task, p->children };

	for (int i = 0; i < 4; i++)
		if (all[i] >= 0)
			close(all[i]);
}

bool pe_peer_lasts(struct pe_peer *p)
{
	int r = 0;

	if (!count_threads(p))
		return false;
	if (p->tid != p->tgid)
		r = p->pidfd < 0 ? -ESRCH : pe_sys_pidfd_send_signal(p->pidfd, 0, NULL, 0);
	return r == 0 || r == -EPERM;
}

/* --- user --- */

static bool is_same_file(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino;
}

static uint32_t owner_of_namespace(int tid)
{
	int fd = pe_proc_open(O_RDONLY, "%d/ns/user", tid), parent;
	uid_t owner = PE_PROC_NO_USER;

	while (fd >= 0) {
		ioctl(fd, NS_GET_OWNER_UID, &owner);
		parent = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = parent;
		if (fd >= 0 && is_same_file(fd, "self/ns/user"))
			break;
	}
	if (fd >= 0)
		close(fd);
	return owner;
}

static uint32_t read_user(const struct pe_peer *p)
{
	uint32_t user[4];

	if (!pe_proc_shares_user_namespace(p->tid))
		return owner_of_namespace(p->tid);
	return pe_proc_users(p->tid, user) ? user[0] : PE_PROC_NO_USER;
}

uint32_t pe_peer_user(struct pe_peer *p)
{
	if (p->user_read++ % USER_READ == 0)
		p->user = read_user(p);
	return p->user;
}

/* --- pids (peer.1) --- */

static int translate(int ns, unsigned long how, int ns_pid)
{
	int r = ioctl(ns, how, ns_pid);

	if (r > 0)
		return r;
	return r == 0 || errno == ESRCH ? -ESRCH : -ENOSYS;
}

int pe_peer_pid(const struct pe_peer *p, int ns_pid)
{
	return p->ns < 0 ? ns_pid : translate(p->ns, NS_GET_PID_FROM_PIDNS, ns_pid);
}

int pe_peer_ns_pid(const struct pe_peer *p, int pid)
{
	return p->ns < 0 ? pid : translate(p->ns, NS_GET_PID_IN_PIDNS, pid);
}

bool pe_peer_shares_namespace(const struct pe_peer *p, int pid)
{
	struct stat mine, its;
	char path[32];

	snprintf(path, sizeof(path), "%d/ns/pid", p->tid);
	if (stat(path, &mine) < 0)
		return false;
	snprintf(path, sizeof(path), "%d/ns/pid", pid);
	return stat(path, &its) == 0 && mine.st_ino == its.st_ino;
}

uint32_t pe_peer_cursor(void)
{
	static int file = -1;
	char text[128], *last;
	ssize_t n;

	if (file < 0)
		file = pe_proc_open(O_RDONLY, "loadavg");
	n = pread(file, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	last = strrchr(text, ' ');
	return last ? (uint32_t)atol(last) : 0;
}

/* --- parent, children, threads --- */

/* /proc/PID/stat adds up the times of all threads; status has the parent, too, at the same cost for
 * any number of threads. */
static int parent_by_status(int pid)
{
	char value[32];
	int r = pe_proc_status_read(pid, "PPid", value, sizeof(value));

	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	return atoi(value);
}

int pe_peer_parent(int pid)
{
	struct pe_proc_info info;

	return pe_proc_info(pid, &info) && info.ppid > 0 ? (int)info.ppid : parent_by_status(pid);
}

/* Parse pids separated by blanks; one may be split between two reads. */
static int visit_pids(int fd, void (*visit)(void *arg, int pid), void *arg)
{
	char text[4096];
	int part = 0;
	off_t at = 0;
	ssize_t n;

	for (; (n = pread(fd, text, sizeof(text), at)) > 0; at += n)
		part = pe_text_numbers(part, text, (size_t)n, visit, arg);
	return n < 0 ? -errno : 0;
}

static int visit_children_of(const struct pe_peer *p, const char *tid, void (*visit)(void *, int),
			     void *arg)
{
	int fd = pe_proc_open(O_RDONLY, "%d/task/%s/children", p->tgid, tid), r;

	if (fd < 0)
		return fd;
	r = visit_pids(fd, visit, arg);
	close(fd);
	return r;
}

/* Call @f for each thread until it returns true. false: it never did. */
static bool any_thread(const struct pe_peer *p,
		       bool (*f)(const struct pe_peer *, const char *, void *), void *arg)
{
	char path[32];
	bool enough = false;
	struct dirent *e;
	DIR *threads;

	snprintf(path, sizeof(path), "%d/task", p->tgid);
	threads = opendir(path);
	/* cppcheck-suppress readdirCalled; a worker has one thread */
	while (threads && !enough && (e = readdir(threads)))
		enough = e->d_name[0] != '.' && f(p, e->d_name, arg);
	if (threads)
		closedir(threads);
	return enough;
}

struct visitor {
	void (*visit)(void *arg, int pid);
	void *arg;
};

/* If a thread ends meanwhile, another thread gets its children. */
static bool visit_children(const struct pe_peer *p, const char *tid, void *arg)
{
	const struct visitor *t = arg;

	visit_children_of(p, tid, t->visit, t->arg);
	return false;
}

int pe_peer_children(struct pe_peer *p, void (*visit)(void *, int), void *arg)
{
	struct visitor t = { visit, arg };

	if (!pe_peer_is_single(p)) {
		any_thread(p, visit_children, &t);
		return 0;
	}
	if (p->children < 0)
		p->children = pe_proc_open(O_RDONLY, "%d/task/%d/children", p->tgid, p->tgid);
	return p->children < 0 ? p->children : visit_pids(p->children, visit, arg);
}

bool pe_peer_is_single(const struct pe_peer *p)
{
	return p->threads == 1;
}

bool pe_peer_is_thread(const struct pe_peer *p, int pid)
{
	char path[48];

	snprintf(path, sizeof(path), "%d/task/%d", p->tgid, pid);
	return access(path, F_OK) == 0;
}

/* What another thread does: "61 0xffffffff ..." while it sleeps in a system call, otherwise
 * "running". false: it is the caller, or it cannot be read. */
static bool read_call(const struct pe_peer *p, const char *tid, char *text, size_t size)
{
	return atoi(tid) != p->tid &&
	       pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/task/%s/syscall", p->tgid, tid), text,
			     size) >= 0;
}

static bool is_in_wait(const struct pe_peer *p, const char *tid, void *arg)
{
	char text[256];
	long nr;

	(void)arg;
	if (!read_call(p, tid, text, sizeof(text)))
		return false;
	nr = text[0] >= '0' && text[0] <= '9' ? atol(text) : -1;
	return nr == SYS_wait4 || nr == SYS_waitid;
}

bool pe_peer_in_wait(const struct pe_peer *p)
{
	return any_thread(p, is_in_wait, NULL);
}

/* It runs, or is in such a call. */
static bool may_fork(const struct pe_peer *p, const char *tid, void *arg)
{
	static const long forks[] = {
#ifdef __x86_64__
		SYS_fork,
		SYS_vfork,
#endif
		SYS_clone,
		SYS_clone3,
	};
	char text[256];
	long nr;

	(void)arg;
	if (!read_call(p, tid, text, sizeof(text)))
		return false;
	if (text[0] == 'r')
		return true;
	nr = atol(text);
	for (size_t i = 0; i < sizeof(forks) / sizeof(forks[0]); i++)
		if (nr == forks[i])
			return true;
	return false;
}

bool pe_peer_may_fork(const struct pe_peer *p)
{
	return any_thread(p, may_fork, NULL);
}

bool pe_peer_traces(const struct pe_peer *p, int pid)
{
	long tracer = pe_proc_status_number(pid, "TracerPid");

	return tracer > 0 && (tracer == p->tgid || pe_peer_is_thread(p, (int)tracer));
}
