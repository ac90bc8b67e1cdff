// SPDX-License-Identifier: LGPL-2.1-or-later
#include "supervisor/worker/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/kernel/notify.h"
#include "supervisor/worker/pass.h"
#include "supervisor/worker/turns.h"

#define HELPERS 32
#define OPS	6		     /* ops of one call */
#define ROOM	(40u << 10)	     /* bytes for their data */
#define LEFT	(PE_TURNS_MOST + 16) /* places (helper.4) */

/* descriptors of a helper, behind three times /dev/null */
#define ORDERS	3
#define REPORTS 4

#define SECOND UINT64_C(1000000000)
#define TICK   (SECOND / 20) /* between two looks for calls whose time is over */

struct op {
	pe_helper_op *run;
	uint32_t at, size; /* of its data in the room */
	long result;
	_Atomic bool done;
};

/* the ops of a held call, in memory that is shared with the helpers */
struct ops {
	struct op op[OPS];
	uint32_t count, used;
	_Alignas(16) char room[ROOM];
};

static struct ops *all;

enum state {
	FREE,	 /* or being served: it has no op to be done */
	WAITING, /* for a helper */
	RUNNING,
	LOST, /* the call has ended, but its helper has not */
};

/* the worker's record of a place */
static struct place {
	enum state state;
	uint32_t user;
	uint64_t since; /* ns; 0: nothing was parked here for this call */
	uint64_t turn;	/* lower ones were parked before */
} places[PE_CHILD_TABLE_HELD];

static struct helper {
	pid_t pid; /* 0: there is none */
	int orders;
	int place; /* -1: idle */
	bool dying;
} helpers[HELPERS];

static const struct pe_worker *serve;
static int finished[2] = { -1, -1 }; /* helpers write the places of finished ops */
static unsigned int parked;	     /* places that are WAITING or RUNNING */
static uint64_t turns;

static uint64_t now(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* --- in a helper --- */

/* memory.1 */
static int open_memory(struct pe_helper_call *h)
{
	int r;

	if (h->memory.mem >= 0)
		return 0;
	r = pe_memory_open(&h->memory, "", (int)h->n->pid);
	if (r == 0 && !pe_notify_holds(h->listener, h->n->id)) {
		pe_memory_close(&h->memory);
		h->memory = PE_MEMORY_CLOSED;
		r = -ECANCELED;
	}
	close(h->listener);
	h->listener = -1;
	return r;
}

int pe_helper_read(struct pe_helper_call *h, uint64_t from, void *to, size_t bytes)
{
	int r = bytes ? open_memory(h) : 0;

	return r < 0 || !bytes ? r : pe_memory_read(&h->memory, from, to, bytes);
}

int pe_helper_write(struct pe_helper_call *h, uint64_t to, const void *from, size_t bytes)
{
	int r = open_memory(h);

	return r < 0 ? r : pe_memory_write(&h->memory, to, from, bytes);
}

FILE *pe_helper_maps(struct pe_helper_call *h)
{
	return open_memory(h) < 0 ? NULL : pe_memory_maps(&h->memory);
}

static void run_last_op(int place, int listener)
{
	struct ops *o = &all[place];
	struct op *op = &o->op[o->count - 1];
	struct pe_helper_call h = {
		.s = serve,
		.n = &serve->table->held[place],
		.listener = listener,
		.memory = PE_MEMORY_CLOSED,
	};

	op->result = op->run(&h, o->room + op->at);
	pe_memory_close(&h.memory);
	if (h.listener >= 0)
		close(h.listener);
	atomic_store(&op->done, true);
}

/* Close all descriptors of the worker but these. */
static void leave_worker(int orders)
{
	sigset_t signals;

	sigfillset(&signals);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	prctl(PR_SET_NAME, "pidepoch-helper");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	orders = fcntl(orders, F_DUPFD, REPORTS + 1);
	dup2(finished[1], REPORTS);
	dup2(orders, ORDERS);
	syscall(SYS_close_range, REPORTS + 1, ~0u, 0);
}

static _Noreturn void help(int orders, pid_t worker)
{
	int place, listener = -1;

	leave_worker(orders);
	while (getppid() == worker && (place = pe_pass_receive(ORDERS, &listener)) >= 0) {
		run_last_op(place, listener);
		if (write(REPORTS, &place, sizeof(place)) != sizeof(place))
			break;
		listener = -1;
	}
	_exit(0);
}

/* --- the worker's helpers --- */

static bool prepare(void)
{
	if (!all)
		all = mmap(NULL, sizeof(*all) * PE_CHILD_TABLE_HELD, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (all == MAP_FAILED) {
		all = NULL;
		return false;
	}
	return finished[0] >= 0 || pipe2(finished, O_CLOEXEC) == 0;
}

/* The helper has ended: its op is started again, or is over. */
static void bury(struct helper *h)
{
	struct place *p = h->place >= 0 ? &places[h->place] : NULL;

	if (p && p->state == LOST)
		p->state = FREE;
	else if (p && p->state == RUNNING)
		p->state = WAITING;
	close(h->orders);
	*h = (struct helper){ .place = -1 };
}

static void bury_ended(void)
{
	for (struct helper *h = helpers; h < helpers + HELPERS; h++)
		if (h->pid && waitpid(h->pid, NULL, WNOHANG) != 0)
			bury(h);
}

/* NULL: no more helpers can be started. */
static struct helper *start(void)
{
	pid_t worker = getpid();
	struct helper *h = helpers;
	int ends[2];

	bury_ended();
	while (h < helpers + HELPERS && h->pid)
		h++;
	if (h == helpers + HELPERS || !prepare() ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return NULL;
	h->pid = fork();
	if (h->pid == 0)
		help(ends[1], worker);
	close(ends[1]);
	h->orders = ends[0];
	h->place = -1;
	h->dying = false;
	if (h->pid > 0)
		return h;
	close(h->orders);
	h->pid = 0;
	return NULL;
}

static struct helper *idle_helper(void)
{
	for (struct helper *h = helpers; h < helpers + HELPERS; h++)
		if (h->pid && h->place < 0 && !h->dying)
			return h;
	return NULL;
}

static struct helper *helper_of(int place)
{
	for (struct helper *h = helpers; h < helpers + HELPERS; h++)
		if (h->pid && h->place == place)
			return h;
	return NULL;
}

/* helper.2 */
static bool is_helped(uint32_t user)
{
	for (const struct helper *h = helpers; h < helpers + HELPERS; h++)
		if (h->pid && h->place >= 0 && places[h->place].user == user)
			return true;
	return false;
}

static int next_waiting(void)
{
	int best = -1;

	for (int i = 0; i < PE_CHILD_TABLE_HELD; i++)
		if (places[i].state == WAITING && !is_helped(places[i].user) &&
		    (best < 0 || places[i].turn < places[best].turn))
			best = i;
	return best;
}

/* The helper is reaped when it has ended. */
static void end(struct helper *h)
{
	kill(h->pid, SIGKILL);
	h->dying = true;
}

static bool give(struct helper *h, int place)
{
	if (pe_pass_send(h->orders, place, serve->listener) < 0)
		return false;
	h->place = place;
	places[place].state = RUNNING;
	return true;
}

/* Give waiting ops to idle helpers. false: there is no helper and none can be started. */
static bool dispatch(void)
{
	struct helper *h;
	int place;

	while ((place = next_waiting()) >= 0) {
		h = idle_helper();
		h = h ? h : start();
		if (!h)
			return parked > 1; /* a busy helper will do it */
		if (!give(h, place))
			end(h); /* it was killed while it was idle */
	}
	return true;
}

/* --- ops --- */

static unsigned int count_places(uint32_t user, bool any)
{
	unsigned int n = 0;

	for (int i = 0; i < PE_CHILD_TABLE_HELD; i++)
		n += places[i].state != FREE && (any || places[i].user == user);
	return n;
}

/* helper.4 */
static bool is_full(uint32_t user)
{
	return parked >= PE_CHILD_TABLE_HELD / 2 &&
	       (count_places(user, false) >= PE_CHILD_TABLE_HELD / 2 ||
		count_places(user, true) >= PE_CHILD_TABLE_HELD - LEFT);
}

static long park(const struct pe_worker_call *c)
{
	struct place *p = &places[c->place];

	if (!p->since) {
		p->user = pe_peer_user(c->peer);
		if (is_full(p->user))
			return -ENOSYS;
		p->since = now();
		p->turn = turns++;
	}
	p->state = WAITING;
	parked++;
	if (dispatch())
		return -EINPROGRESS;
	p->state = FREE;
	parked--;
	return -ENOSYS;
}

static bool is_done(const struct pe_worker_call *c, pe_helper_op *run)
{
	const struct ops *o = &all[c->place];

	return c->ops < o->count && o->op[c->ops].run == run && atomic_load(&o->op[c->ops].done);
}

bool pe_helper_has_done(const struct pe_worker_call *c, pe_helper_op *run)
{
	return all && places[c->place].since && is_done(c, run);
}

/* The new op becomes the last one: later ops belonged to another path through the call. */
static struct op *add(struct pe_worker_call *c, pe_helper_op *run, const void *data, size_t size)
{
	struct ops *o = &all[c->place];
	struct op *op = &o->op[c->ops];

	o->used = c->ops ? (op[-1].at + op[-1].size + 15) & ~15u : 0;
	if (c->ops == OPS || o->used + size > ROOM)
		return NULL;
	*op = (struct op){ .run = run, .at = o->used, .size = (uint32_t)size };
	memcpy(o->room + op->at, data, size);
	o->count = c->ops + 1;
	return op;
}

long pe_helper_do(struct pe_worker_call *c, pe_helper_op *run, void *data, size_t size)
{
	const struct op *op;

	serve = c->s;
	if (!prepare())
		return -ENOSYS;
	if (!pe_helper_has_done(c, run))
		return add(c, run, data, size) ? park(c) : -ENOSYS;
	op = &all[c->place].op[c->ops++];
	memcpy(data, all[c->place].room + op->at, op->size);
	return op->result;
}

/* --- the worker's loop --- */

bool pe_helper_is_parked(int place)
{
	return places[place].state == WAITING || places[place].state == RUNNING;
}

bool pe_helper_any(void)
{
	return parked > 0;
}

int pe_helper_fd(void)
{
	return finished[0];
}

static int read_finished(void)
{
	struct pollfd any = { .fd = finished[0], .events = POLLIN };
	int place;

	return poll(&any, 1, 0) == 1 && read(finished[0], &place, sizeof(place)) == sizeof(place)
		       ? place
		       : -1;
}

int pe_helper_next_done(void)
{
	int place;

	while (parked && (place = read_finished()) >= 0) {
		struct helper *h = helper_of(place);

		if (!h || h->dying)
			continue;
		h->place = -1;
		places[place].state = FREE;
		parked--;
		dispatch();
		return place;
	}
	return -1;
}

int pe_helper_next_overdue(void)
{
	static uint64_t last;
	uint64_t present = now();

	if (!parked || present < last + TICK)
		return -1;
	bury_ended();
	dispatch();
	for (int i = 0; i < PE_CHILD_TABLE_HELD; i++)
		if ((places[i].state == WAITING || places[i].state == RUNNING) &&
		    present > places[i].since + PE_HELPER_TIMEOUT * SECOND)
			return i;
	last = present;
	return -1;
}

void pe_helper_forget(int place)
{
	struct place *p = &places[place];
	struct helper *h = helper_of(place);

	parked -= p->state == WAITING || p->state == RUNNING;
	p->since = 0;
	p->state = FREE;
	if (!h)
		return;
	end(h);
	p->state = LOST;
}

bool pe_helper_is_free(int place)
{
	if (places[place].state == LOST)
		bury_ended();
	return places[place].state == FREE;
}

bool pe_helper_is_ours(const struct pe_worker *s, int pid)
{
	if (pid == s->ours[0] || pid == s->ours[1])
		return true;
	for (const struct helper *h = helpers; h < helpers + HELPERS; h++)
		if (h->pid == pid)
			return true;
	return false;
}

void pe_helper_end(void)
{
	for (struct helper *h = helpers; h < helpers + HELPERS; h++) {
		if (h->pid == 0)
			continue;
		kill(h->pid, SIGKILL);
		waitpid(h->pid, NULL, WNOHANG);
		close(h->orders);
	}
	if (finished[0] >= 0) {
		close(finished[0]);
		close(finished[1]);
	}
	finished[0] = finished[1] = -1;
	parked = 0;
	memset(helpers, 0, sizeof(helpers));
	memset(places, 0, sizeof(places));
}
