// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/calls/sharing.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "supervisor/calls/shared_children.h"
#include "supervisor/calls/shared_held.h"
#include "supervisor/peer/locator.h"
#include "supervisor/peer/proc.h"
#include "supervisor/peer/rights.h"
#include "supervisor/worker/helper.h"

#define PROCESSES  128
#define RUNS	   (-2) /* instead of the nr of a call; -1: in none */
#define GONE	   (-3)
#define NO_CHILD   (-1)	    /* the last wait took no child of its own */
#define RAN_NS	   2000000  /* a wait that has run that long is over */
#define PUT_OFF_NS 20000000 /* of the processor time of the process */
#define LONG_MS	   5000	    /* without that, it is given up */
#ifdef __x86_64__
#define NATIVE	      AUDIT_ARCH_X86_64
#define OTHER_NUMBERS 0x40000000 /* x32 */
#else
#define NATIVE	      AUDIT_ARCH_AARCH64
#define OTHER_NUMBERS 0
#endif

/* one process; one that shares a place displaces it */
static struct process {
	uint64_t identity;
	uint32_t frame;	 /* the exec for which the next two hold */
	bool is_checked; /* with_library is known */
	bool with_library;
	bool under_way; /* a wait of `tid` has been continued, and is not known to be over */
	bool looks;	/* and it is one that takes nothing */
	int tid, tgid;
	int waited; /* the ns_pid that the last wait was for; 0: any; NO_CHILD */
	uint64_t since, ran;
	/* ms: since when a wait for any child is put off; 0: it is not. The processor time then. */
	uint64_t put_off, used;
} processes[PROCESSES];

/* a wait */
struct wait {
	int ns_pid; /* 0: any child, or a group */
	bool group, no_hang, looks, other_flags, put_off, unrecorded;
};

static uint64_t now_ms(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- what is asked --- */

/* the inode of a pidfd of the caller; 0: it is none */
static uint64_t inode_of(const struct pe_worker_call *c, int fd)
{
	struct stat st;
	char path[48];

	snprintf(path, sizeof(path), "%d/fd/%d", c->peer->tid, fd);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

/* a child that is not recorded yet, by its pidfd */
static int pid_of_pidfd(const struct pe_worker_call *c, int fd)
{
	char text[512];
	const char *at;

	if (pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/fdinfo/%d", c->peer->tid, fd), text,
			  sizeof(text)) < 0)
		return NO_CHILD;
	at = strstr(text, "\nPid:");
	return at && atoi(at + 5) > 0 ? pe_peer_ns_pid(c->peer, atoi(at + 5)) : NO_CHILD;
}

static int pid_by_pidfd(const struct pe_worker_call *c)
{
	int fd = (int)c->n->data.args[1];
	const struct pe_shared_child *k =
		pe_shared_children_find_inode(c->peer->identity, inode_of(c, fd));

	return k ? k->ns_pid : pid_of_pidfd(c, fd);
}

static struct wait wait_of(const struct pe_worker_call *c, int ns_pid)
{
	const __u64 *arg = c->n->data.args;
	bool id = c->what == PE_NOTIFY_FILTER_WAITID;
	int options = (int)arg[id ? 3 : 2], kind = (int)arg[0];
	struct wait w = { .ns_pid = ns_pid > 0 ? ns_pid : 0 };

	if (id && kind == P_PIDFD)
		w.ns_pid = pid_by_pidfd(c);
	w.group = id ? kind == P_PGID : kind != -1 && kind <= 0;
	w.no_hang = options & WNOHANG;
	w.looks = options & WNOWAIT;
	w.other_flags = options & ~(WNOHANG | WNOWAIT | WEXITED);
	return w;
}

/* --- the process --- */

static struct process *process_of(const struct pe_worker_call *c)
{
	struct process *p = &processes[c->peer->identity % PROCESSES];
	const struct pe_child_table_process *known =
		pe_child_table_find(c->s->table, c->peer->identity);
	uint32_t frame = known ? known->frame : 0;

	if (p->identity != c->peer->identity) {
		pe_shared_held_wake(p->identity);
		*p = (struct process){ .identity = c->peer->identity, .waited = NO_CHILD };
	}
	if (p->frame != frame)
		p->is_checked = false;
	p->frame = frame;
	return p;
}

static long find_library(struct pe_helper_call *h, void *found)
{
	FILE *maps = pe_helper_maps(h);
	char line[4352];
	size_t size;

	if (!maps)
		return -ENOSYS;
	while (!*(bool *)found && fgets(line, sizeof(line), maps))
		*(bool *)found = pe_locator_candidate(line, PE_LOCATOR_LIBRARY, &size) != 0;
	fclose(maps);
	return 0;
}

/* sharing.6: 0, 1, or -EINPROGRESS. A process whose memory cannot be read gets no status either. */
static long has_library(struct pe_worker_call *c, struct process *p)
{
	bool found = false;
	long r;

	if (p->is_checked)
		return p->with_library;
	r = pe_helper_do(c, find_library, &found, sizeof(found));
	if (r == -EINPROGRESS)
		return r;
	p->is_checked = true;
	p->with_library = found || r < 0;
	return p->with_library;
}

/* --- the wait that is under way (sharing.3) --- */

static uint64_t ran_ns(int tgid, int tid)
{
	char text[128];

	return pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/task/%d/schedstat", tgid, tid), text,
			     sizeof(text)) < 0
		       ? UINT64_MAX
		       : strtoull(text, NULL, 10);
}

static long begin(const struct pe_worker_call *c, struct process *p, const struct wait *w)
{
	p->under_way = true;
	p->put_off = 0;
	p->looks = w->looks;
	p->tid = c->peer->tid;
	p->tgid = c->peer->tgid;
	p->waited = w->looks ? NO_CHILD : w->ns_pid;
	p->since = now_ms();
	p->ran = pe_peer_is_single(c->peer) ? 0 : ran_ns(p->tgid, p->tid);
	return PE_WORKER_CONTINUE;
}

/* the call in which the thread sleeps, or RUNS, or GONE */
static long nr_of(int tgid, int tid)
{
	char text[256];

	if (pe_proc_slurp(pe_proc_open(O_RDONLY, "%d/task/%d/syscall", tgid, tid), text,
			  sizeof(text)) < 0)
		return GONE;
	return text[0] == 'r' ? RUNS : atol(text);
}

static bool is_wait(long nr)
{
	return nr == SYS_wait4 || nr == SYS_waitid;
}

/* A thread that runs may not have come to its wait yet; neither has one that sleeps for a lock of
 * seccomp's. */
static bool is_over(const struct process *p)
{
	long nr = nr_of(p->tgid, p->tid);
	uint64_t ran;

	if (nr != RUNS && !is_wait(nr))
		return true;
	if (nr != RUNS && pe_proc_state(p->tgid, p->tid) == 'S')
		return true;
	ran = ran_ns(p->tgid, p->tid);
	return ran == UINT64_MAX || ran - p->ran > RAN_NS || now_ms() - p->since > LONG_MS;
}

/* Look at the children, and whether the wait that is under way is over. */
static void update(struct process *p, int tid)
{
	/* first: if it is over, what it took is seen below, and is not the next wait's */
	bool over = p->under_way && (p->tid == tid || is_over(p));
	int reaped = pe_shared_children_update(p->identity, p->waited);

	if (p->under_way && (over || (reaped > 0 && !p->looks))) {
		p->under_way = false;
		pe_shared_held_wake(p->identity);
	}
}

/* All processes with a wait that is under way and others that are held. Returns how many are
 * left. */
static unsigned int update_all(void)
{
	unsigned int left = 0;

	for (struct process *p = processes; p < processes + PROCESSES; p++) {
		if (!p->under_way || !pe_shared_held_any(p->identity))
			continue;
		update(p, 0);
		left += p->under_way;
	}
	return left;
}

/* --- a status is given --- */

struct given {
	uint64_t status_at, info_at, usage_at;
	int status;
	int32_t info[7]; /* the beginning of a siginfo, as waitid writes it */
};

static long write_given(struct pe_helper_call *h, void *data)
{
	static const struct rusage usage;
	const struct given *g = data;
	int r = 0;

	if (g->status_at)
		r = pe_helper_write(h, g->status_at, &g->status, sizeof(g->status));
	/* signal, errno, code; pid, user, status: the kernel does not write what is between */
	if (r == 0 && g->info_at)
		r = pe_helper_write(h, g->info_at, g->info, 3 * sizeof(g->info[0]));
	if (r == 0 && g->info_at)
		r = pe_helper_write(h, g->info_at + 4 * sizeof(g->info[0]), g->info + 4,
				    3 * sizeof(g->info[0]));
	if (r == 0 && g->usage_at)
		r = pe_helper_write(h, g->usage_at, &usage, sizeof(usage));
	return r;
}

static void fill_info(const struct pe_worker_call *c, const struct pe_shared_child *k,
		      int32_t *info)
{
	int s = k->status;

	info[0] = SIGCHLD;
	info[1] = 0;
	info[2] = WIFEXITED(s) ? CLD_EXITED : WCOREDUMP(s) ? CLD_DUMPED : CLD_KILLED;
	info[4] = k->ns_pid;
	info[5] = (int32_t)pe_rights_uid(c->peer);
	info[6] = WIFEXITED(s) ? WEXITSTATUS(s) : WTERMSIG(s);
}

/* Once: other waits for the child fail from here on, as the kernel rules. */
static long give(struct pe_worker_call *c, const struct wait *w, struct pe_shared_child *k)
{
	const __u64 *arg = c->n->data.args;
	bool id = c->what == PE_NOTIFY_FILTER_WAITID;
	int ns_pid = k->ns_pid;
	struct given g = { .status_at = id ? 0 : arg[1],
			   .info_at = id ? arg[2] : 0,
			   .usage_at = arg[id ? 4 : 3],
			   .status = k->status };
	long r;

	if (k->given && k->given != c->n->id)
		return PE_WORKER_CONTINUE;
	fill_info(c, k, g.info);
	k->given = w->looks ? 0 : c->n->id;
	r = pe_helper_do(c, write_given, &g, sizeof(g));
	if (r == -EINPROGRESS)
		return r;
	if (!w->looks)
		pe_shared_children_drop(k);
	if (r < 0)
		return r == -EFAULT ? r : PE_WORKER_CONTINUE;
	return id ? 0 : ns_pid;
}

/* --- which wait is continued (sharing.1, sharing.2) --- */

static long hold(const struct pe_worker_call *c, struct process *p, const struct wait *w)
{
	struct pe_shared_child *k = pe_shared_children_find(p->identity, w->ns_pid);

	if (pe_shared_held_add(c, w->ns_pid))
		return -EINPROGRESS;
	if (k && k->state == PE_SHARED_LIVES)
		k->waiter = c->peer->tid; /* it may block */
	return begin(c, p, w);
}

static long serve_one(struct pe_worker_call *c, struct process *p, const struct wait *w)
{
	struct pe_shared_child *k = pe_shared_children_find(p->identity, w->ns_pid);

	/* its thread must not go on and fork (sharing.4) */
	if (p->under_way && !pe_peer_is_single(c->peer) && pe_shared_held_add(c, w->ns_pid))
		return -EINPROGRESS;
	if (k && k->state == PE_SHARED_TAKEN)
		return give(c, w, k);
	if (!k)
		return PE_WORKER_CONTINUE;
	if (pe_peer_is_single(c->peer) || w->other_flags)
		return begin(c, p, w);
	if (k->state == PE_SHARED_LIVES && !w->no_hang)
		return hold(c, p, w);
	return begin(c, p, w);
}

/* Is a wait for just this child held, or in the kernel? */
static bool has_waiter(const struct process *p, struct pe_shared_child *k)
{
	if (pe_shared_held_has(p->identity, k->ns_pid))
		return true;
	if (k->waiter && !is_wait(nr_of(p->tgid, k->waiter)))
		k->waiter = 0;
	return k->waiter != 0;
}

/* Has a child ended that a wait of its own is for? Or, @waited false, one without? */
static bool has_ended(const struct process *p, bool waited)
{
	struct pe_shared_child *k = NULL;

	while ((k = pe_shared_children_next(p->identity, PE_SHARED_ENDED, k)))
		if (has_waiter(p, k) == waited)
			return true;
	return false;
}

/* ns, of all threads */
static uint64_t used_ns(int tgid)
{
	struct timespec t = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid(tgid, &clock) != 0)
		return 0;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* sharing.4. On a busy machine a thread that is about to fork may take long until it does. */
static bool is_put_off(const struct pe_worker_call *c, struct process *p)
{
	if (pe_peer_is_single(c->peer) || !pe_peer_may_fork(c->peer))
		return false;
	if (!p->put_off) {
		p->put_off = now_ms();
		p->used = used_ns(c->peer->tgid);
	}
	return used_ns(c->peer->tgid) - p->used < PUT_OFF_NS && now_ms() - p->put_off < LONG_MS;
}

static long serve_any(const struct pe_worker_call *c, struct process *p, const struct wait *w)
{
	if (pe_peer_is_single(c->peer) || w->group || w->other_flags || w->unrecorded)
		return begin(c, p, w);
	if (p->under_way || has_ended(p, true))
		return hold(c, p, w);
	if (has_ended(p, false))
		return w->put_off ? hold(c, p, w) : begin(c, p, w);
	if (!pe_shared_children_next(p->identity, PE_SHARED_LIVES, NULL))
		return begin(c, p, w);
	if (!w->no_hang)
		return hold(c, p, w);
	/* nothing to be taken; the kernel's waitid also writes to the siginfo */
	return c->what == PE_NOTIFY_FILTER_WAITID ? begin(c, p, w) : 0;
}

struct recording {
	const struct pe_worker_call *call;
	bool no_room;
};

static void record(void *recording, int pid)
{
	struct recording *r = recording;
	int ns_pid = pe_peer_ns_pid(r->call->peer, pid);

	if (ns_pid > 0 && !pe_shared_children_add(r->call, ns_pid, pid) &&
	    pe_shared_children_full())
		r->no_room = true;
}

/* false: a child has no record since there is no room */
static bool record_all(struct pe_worker_call *c, const struct wait *w)
{
	struct recording r = { .call = c };
	int pid;

	if (w->ns_pid == 0) {
		pe_peer_children(c->peer, record, &r);
		return !r.no_room;
	}
	pid = w->ns_pid > 0 ? pe_peer_pid(c->peer, w->ns_pid) : -ESRCH;
	if (pid > 0)
		record(&r, pid);
	return !r.no_room;
}

long pe_sharing_serve(struct pe_worker_call *c, int ns_pid)
{
	struct process *p;
	struct wait w;
	long r;

	if (c->n->data.arch != NATIVE || (c->n->data.nr & OTHER_NUMBERS))
		return PE_WORKER_CONTINUE;
	p = process_of(c);
	r = has_library(c, p);
	if (r != 0)
		return r < 0 ? r : PE_WORKER_CONTINUE;
	update(p, c->peer->tid);
	pe_shared_children_no_waiter(p->identity, c->peer->tid);
	w = wait_of(c, ns_pid);
	w.put_off = w.ns_pid == 0 && is_put_off(c, p); /* before the children are listed */
	w.unrecorded = !record_all(c, &w);
	update(p, 0);
	return w.ns_pid ? serve_one(c, p, &w) : serve_any(c, p, &w);
}

/* --- for the worker's loop --- */

bool pe_sharing_any(void)
{
	return pe_shared_children_fd() >= 0;
}

int pe_sharing_fd(void)
{
	return pe_shared_children_fd();
}

int pe_sharing_timeout(void)
{
	int held = pe_shared_held_timeout();

	return held > 0 && update_all() > 0 ? 1 : held < 0 ? held : pe_shared_held_timeout();
}

static void note_changes(void)
{
	struct process *p;
	uint64_t parent;

	while ((parent = pe_shared_children_changed())) {
		p = &processes[parent % PROCESSES];
		if (p->identity == parent)
			update(p, 0);
		else
			pe_shared_children_update(parent, NO_CHILD);
		pe_shared_held_wake(parent);
	}
}

int pe_sharing_next(const struct pe_worker *s)
{
	note_changes();
	return pe_shared_held_next(s);
}

void pe_sharing_forget(int place)
{
	pe_shared_held_forget(place);
}

void pe_sharing_end(void)
{
	pe_shared_children_end();
	pe_shared_held_end();
	memset(processes, 0, sizeof(processes));
}
