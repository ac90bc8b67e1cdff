// SPDX-License-Identifier: LGPL-2.1-or-later
#include "emulate/epochs.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/evidence/handle.h"
#include "core/frame/verdict.h"
#include "core/sys.h"
#include "core/time/identity.h"
#include "core/time/wrap_proof.h"
#include "supervisor/kernel/probe.h"

#define NOTES	(1u << 17)
#define WAYS	8u /* places where one pid's note may be */
#define NOTHING UINT64_MAX

struct note {
	_Atomic uint64_t key; /* namespace << 32 | pid; 0: free */
	_Atomic uint64_t inode;
	_Atomic uint64_t since; /* a lap; NOTHING: it is being written */
};

/* of one pid namespace, or of all whose cursor cannot be read */
struct time {
	struct pe_clock clock;
	struct pe_wrap_proof wrap_proof;
	_Atomic uint64_t origin;
};

struct pe_epochs {
	struct time ours, others;
	_Atomic bool forgot;
	uint32_t hand;
	struct note note[NOTES];
};

struct pe_epochs *pe_epochs_map(void)
{
	struct pe_epochs *e = mmap(NULL, sizeof(*e), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, 0, 0);

	if (e == MAP_FAILED)
		return NULL;
	pe_clock_init(&e->ours.clock, 0);
	pe_clock_init(&e->others.clock, 0);
	return e;
}

void pe_epochs_resume(struct pe_epochs *e)
{
	e->ours.wrap_proof.forks = 0;
}

/* --- the clocks --- */

static struct time *time_of(const struct pe_epochs *e, const struct pe_peer *p)
{
	return (struct time *)(p->ns < 0 ? &e->ours : &e->others);
}

/* Read the kernel's cursor. false: it is not proven that no lap was missed. */
static bool look(struct pe_epochs *e, const struct pe_peer *p)
{
	return p->ns < 0 && pe_wrap_proof_take(&e->ours.wrap_proof, &e->ours.clock) == 0;
}

pe_clock_time pe_epochs_show(struct pe_epochs *e, const struct pe_peer *p)
{
	struct time *t = time_of(e, p);
	pe_clock_time now;

	look(e, p);
	now = pe_clock_give(&t->clock);
	if (!atomic_load(&t->origin))
		atomic_store(&t->origin, now);
	return now;
}

pe_clock_time pe_epochs_now(const struct pe_epochs *e, const struct pe_peer *p)
{
	return pe_clock_now(&time_of(e, p)->clock);
}

pe_clock_time pe_epochs_origin(const struct pe_epochs *e, const struct pe_peer *p)
{
	return atomic_load(&time_of(e, p)->origin);
}

/* --- the notes --- */

static uint64_t key_of(const struct pe_peer *p, uint32_t ns_pid)
{
	struct stat st = { .st_ino = 0 };

	if (p->ns >= 0)
		fstat(p->ns, &st);
	return (uint64_t)st.st_ino << 32 | ns_pid;
}

static struct note *ways_of(struct pe_epochs *e, uint64_t key)
{
	uint64_t scattered = key * UINT64_C(0x9e3779b97f4a7c15);

	return &e->note[(scattered >> 32) % (NOTES / WAYS) * WAYS];
}

/* The first of these places with this key, or NULL. */
static struct note *among(struct note *n, uint64_t key)
{
	for (unsigned int i = 0; i < WAYS; i++)
		if (atomic_load(&n[i].key) == key)
			return &n[i];
	return NULL;
}

/* The pid's own place, a free one, or that of another pid (epochs.5). */
static struct note *place(struct pe_epochs *e, uint64_t key)
{
	struct note *ways = ways_of(e, key), *n = among(ways, key);

	if (!n)
		n = among(ways, 0);
	if (n)
		return n;
	atomic_store(&e->forgot, true);
	return &ways[e->hand++ % WAYS];
}

static void write_note(struct pe_epochs *e, uint64_t key, uint64_t inode, uint64_t since)
{
	struct note *n = place(e, key);

	atomic_store(&n->since, NOTHING);
	atomic_store(&n->key, key);
	atomic_store(&n->inode, inode);
	atomic_store(&n->since, since);
}

/* what is known about the process that has this pid now */
struct known {
	uint64_t inode; /* 0: this kernel has no pidfs */
	bool noted;	/* there is a note of this pid, */
	bool same;	/* it is of this process, */
	uint64_t since; /* and since this lap */
};

static struct known know(struct pe_epochs *e, uint64_t key, int fd)
{
	static int old = -1;
	struct known k = { .inode = 0 };
	const struct note *n = among(ways_of(e, key), key);
	struct pe_identity who;

	if (old < 0)
		old = pe_probe_is_off(PE_PROBE_INODE);
	if (pe_identity_of_pidfd(fd, old, &who) == 0)
		k.inode = who.id;
	if (!n)
		return k;
	k.since = atomic_load(&n->since);
	k.noted = k.inode != 0;
	k.same = k.noted && atomic_load(&n->inode) == k.inode && k.since != NOTHING;
	return k;
}

/* --- the process that has a pid --- */

/* A pidfd and its pid. -ESRCH: no process; -EINVAL: a thread. */
static int open_number(const struct pe_peer *p, int ns_pid, int *pid)
{
	int fd;

	if (ns_pid <= 0)
		return -EINVAL;
	*pid = pe_peer_pid(p, ns_pid);
	if (*pid < 0)
		return *pid;
	fd = pe_sys_pidfd_open(*pid, 0);
	if (fd < 0)
		return fd == -ENOENT ? -EINVAL : fd == -EMFILE ? -ENFILE : fd;
	if (pe_peer_pid(p, ns_pid) == *pid)
		return fd;
	close(fd); /* the pid was reused in between */
	return -ESRCH;
}

static bool is_there(int fd)
{
	return pe_sys_pidfd_send_signal(fd, 0, NULL, 0) != -ESRCH;
}

/* --- taking a reference --- */

/* May a tag of the present lap have been given for another process instance of the pid? */
static bool is_ambiguous(const struct pe_epochs *e, const struct time *t, const struct known *k)
{
	return !k->inode || k->noted || atomic_load(&t->origin) || atomic_load(&e->forgot);
}

/* epochs.2, as core/reference/reference.c does it */
static uint64_t new_tag(struct pe_epochs *e, const struct pe_peer *p, uint32_t ns_pid,
			const struct known *k)
{
	struct time *t = time_of(e, p);
	bool proven = look(e, p);
	pe_clock_time now = pe_clock_give(&t->clock);

	/* a pid chosen by clone3's set_tid is reused without a lap */
	if (k->noted && pe_clock_eps(now, ns_pid) <= k->since)
		proven = false;
	if (!proven && is_ambiguous(e, t, k)) {
		pe_clock_observe_after(&t->clock, now, ns_pid, pe_clock_eps(now, ns_pid));
		now = pe_clock_give(&t->clock);
	}
	return pe_clock_eps(now, ns_pid);
}

int pe_epochs_take(struct pe_epochs *e, const struct pe_peer *p, int ns_pid, uint64_t *epoch)
{
	uint64_t key = key_of(p, (uint32_t)ns_pid);
	struct known k;
	int pid, fd = open_number(p, ns_pid, &pid), r;

	if (fd < 0)
		return fd;
	k = know(e, key, fd);
	if (k.same) {
		/* the process had the pid all the time: no other can have got a tag since */
		*epoch = pe_clock_eps(pe_clock_give(&time_of(e, p)->clock), (uint32_t)ns_pid);
	} else {
		*epoch = new_tag(e, p, (uint32_t)ns_pid, &k);
		if (k.inode)
			write_note(e, key, k.inode, *epoch);
	}
	/* the clock has been read, and it still has the pid: so its birth was before */
	r = is_there(fd) ? 0 : -ESRCH;
	close(fd);
	return r;
}

/* --- judging a reference --- */

static int verdict(const struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin,
		   enum pe_holder holder, uint64_t birth, bool proven)
{
	const struct pe_verdict_ref r = {
		.pid = pin->ns_pid,
		.epoch = pin->epoch,
		.now = pe_epochs_now(e, p),
		.holder = holder,
		.birth = birth,
		.no_lap_missed = proven,
	};

	pin->gone = holder == PE_HOLDER_GONE;
	return pe_verdict_reference(&r);
}

int pe_epochs_gone(struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin)
{
	int err = verdict(e, p, pin, PE_HOLDER_GONE, 0, false);
	bool held = pe_peer_pid(p, (int)pin->ns_pid) > 0 &&
		    pe_sys_kill(pe_peer_pid(p, (int)pin->ns_pid), 0) != -ESRCH;

	return err == -ESRCH && held ? -PE_EEPOCH : err;
}

bool pe_epochs_is_child(const struct pe_peer *p, const struct pe_epochs_pin *pin)
{
	return pe_peer_parent(pin->pid) == p->tgid;
}

/* The process is the one that was noted. Its parent matters only for an old reference, and takes a
 * read. */
static int judge_same(const struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin,
		      uint64_t since)
{
	int err = verdict(e, p, pin, PE_HOLDER_KNOWN, since, false);

	if (err != -PE_EEPOCH || !pe_epochs_is_child(p, pin))
		return err;
	return verdict(e, p, pin, PE_HOLDER_OWN_CHILD, since, false);
}

/* as judge_other() of core/reference/reference.c */
static int judge(struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin)
{
	struct known k = know(e, key_of(p, pin->ns_pid), pin->fd);
	bool proven;

	if (k.same && k.since <= pin->epoch &&
	    pin->epoch <= pe_clock_eps(pe_epochs_now(e, p), pin->ns_pid))
		return judge_same(e, p, pin, k.since);
	proven = look(e, p);
	if (k.same)
		return judge_same(e, p, pin, k.since);
	if (k.noted && k.since != NOTHING && pin->epoch <= k.since)
		return pe_epochs_gone(e, p, pin);
	return verdict(e, p, pin, PE_HOLDER_UNKNOWN, 0, proven);
}

int pe_epochs_pin(struct pe_epochs *e, const struct pe_peer *p, int ns_pid, uint32_t epoch,
		  struct pe_epochs_pin *pin)
{
	int err;

	*pin = (struct pe_epochs_pin){ .ns_pid = (uint32_t)ns_pid, .fd = -1 };
	pin->epoch = pe_verdict_widen(epoch, pe_epochs_now(e, p));
	pin->fd = open_number(p, ns_pid, &pin->pid);
	if (pin->fd < 0)
		return pin->fd == -ESRCH ? pe_epochs_gone(e, p, pin) : pin->fd;
	err = judge(e, p, pin);
	if (err != 0) {
		close(pin->fd);
		pin->fd = -1;
	}
	return err;
}

int pe_epochs_open_gone(struct pe_epochs *e, const struct pe_peer *p, struct pe_epochs_pin *pin)
{
	uint64_t key = key_of(p, pin->ns_pid), since;
	const struct note *n = among(ways_of(e, key), key);
	struct pe_handle h = { .bytes = sizeof(h.inode), .type = pe_handle_type() };
	int err;

	if (!n || !h.type)
		return -ENODATA;
	since = atomic_load(&n->since);
	h.inode = atomic_load(&n->inode);
	if (since == NOTHING || since != atomic_load(&n->since))
		return -ENODATA;
	err = verdict(e, p, pin, PE_HOLDER_KNOWN, since, false);
	return err ? err : pe_handle_open(&h, false);
}
