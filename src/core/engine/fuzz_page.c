/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/engine/fuzz_page.h"
#include "core/sys.h"
#include "core/text.h"
#include "core/token.h"

/* To hit a reap that had not happened when the program looked, a use must come late: its pause is
 * the longest. */
#define BEFORE_REAP_NS 1000000
#define AFTER_REAP_NS  2000000
#define BEFORE_USE_NS  4000000
#define LOCK_ROUNDS    10
#define SELDOM	       64
#define NO_SIGNAL      65
#define TICK_NS	       10000000 /* of start times, on every Linux */

/* splitmix64 (Steele, Lea and Flood). Each draw is a function of its index, so it does not depend
 * on which process drew before. */
uint64_t pe_fuzz_page_draw(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

int pe_fuzz_page_wait(_Atomic uint32_t *word, uint32_t value)
{
	const struct timespec timeout = { .tv_nsec = PE_FUZZ_PAGE_TIMEOUT_NS };

	return (int)pe_sys4(SYS_futex, PE_SYS_LONG(word), FUTEX_WAIT, (long)value,
			    PE_SYS_LONG(&timeout));
}

void pe_fuzz_page_wake(_Atomic uint32_t *word)
{
	pe_sys3(SYS_futex, PE_SYS_LONG(word), FUTEX_WAKE, INT32_MAX);
}

static void pause_for_a_while(struct pe_fuzz_page *f, uint64_t longest)
{
	uint32_t n = atomic_fetch_add(&f->draws, 1);
	uint64_t draw = pe_fuzz_page_draw(~f->seed, n);
	struct timespec while_ = { .tv_nsec = (long)(draw % longest) };

	if (f->policy != PE_FUZZ_PAGE_WINDOW && f->policy != PE_FUZZ_PAGE_OWN)
		return;
	if (n >= PE_FUZZ_PAGE_PAUSES && n % SELDOM)
		return;
	while (pe_sys2(SYS_nanosleep, PE_SYS_LONG(&while_), PE_SYS_LONG(&while_)) == -EINTR)
		;
}

void pe_fuzz_page_before_reap(struct pe_fuzz_page *f)
{
	pause_for_a_while(f, BEFORE_REAP_NS);
}

void pe_fuzz_page_before_use(struct pe_fuzz_page *f)
{
	pause_for_a_while(f, BEFORE_USE_NS);
}

/* A client that was killed while it held the lock does not release it: take the lock over. */
static bool take_turn(struct pe_fuzz_page *f, uint32_t me)
{
	for (int round = 0; round < LOCK_ROUNDS; round++) {
		uint32_t holder = 0;

		if (atomic_compare_exchange_strong(&f->lock, &holder, me))
			return true;
		if (holder == me)
			return false; /* a handler above its own interrupted request */
		if (pe_fuzz_page_wait(&f->lock, holder) == -ETIMEDOUT &&
		    pe_sys_kill((int)holder, 0) == -ESRCH &&
		    atomic_compare_exchange_strong(&f->lock, &holder, me))
			return true;
	}
	return false;
}

static void end_turn(struct pe_fuzz_page *f)
{
	atomic_store(&f->lock, 0);
	pe_fuzz_page_wake(&f->lock);
}

/* The caller holds the lock. false: the request was not served. Earlier requests that were not
 * served may still be queued before it. */
static bool ask(struct pe_fuzz_page *f, uint32_t what)
{
	uint32_t ticket, served;

	atomic_store(&f->pid, what);
	ticket = atomic_fetch_add(&f->asked, 1) + 1;
	pe_fuzz_page_wake(&f->asked);
	while ((served = atomic_load(&f->served)) != ticket)
		if (pe_fuzz_page_wait(&f->served, served) == -ETIMEDOUT)
			return false;
	return true;
}

/* --- programs (fuzz_page.9) --- */

/* The file @name of process @pid in /proc, as one line that ends with NUL. */
static void read_line(uint32_t pid, const char *name, char *to, size_t size)
{
	char path[32];
	struct pe_text t = pe_text_on(path, sizeof(path));
	long n;

	pe_text_add(&t, "/proc/");
	pe_text_decimal(&t, pid);
	pe_text_add(&t, name);
	n = pe_sys_slurp(pe_text_end(&t), to, size);
	n = n < 0 ? 0 : n < (long)size ? n : (long)size - 1;
	while (n > 0 && (unsigned char)to[n - 1] < ' ')
		n--;
	to[n] = '\0';
	for (long i = 0; i < n; i++)
		if ((unsigned char)to[i] < ' ')
			to[i] = ' ';
}

static struct pe_fuzz_page_program *find_program(const struct pe_fuzz_page *f, uint32_t pid)
{
	for (unsigned int i = 0; i < PE_FUZZ_PAGE_PROGRAMS; i++)
		if (atomic_load(&f->program[i].pid) == pid)
			return (struct pe_fuzz_page_program *)&f->program[i];
	return NULL;
}

static void write_program(struct pe_fuzz_page *f, uint32_t pid)
{
	struct pe_fuzz_page_program *p = find_program(f, pid);

	if (!p)
		p = &f->program[atomic_fetch_add(&f->programs, 1) % PE_FUZZ_PAGE_PROGRAMS];
	atomic_store(&p->pid, 0);
	read_line(pid, "/cmdline", p->text, sizeof(p->text));
	read_line(pid, "/comm", p->comm, sizeof(p->comm));
	atomic_store(&p->pid, pid);
}

void pe_fuzz_page_started(struct pe_fuzz_page *f)
{
	write_program(f, (uint32_t)pe_sys_getpid());
}

const struct pe_fuzz_page_program *pe_fuzz_page_program(const struct pe_fuzz_page *f, uint32_t pid)
{
	return pid ? find_program(f, pid) : NULL;
}

void pe_fuzz_page_born(struct pe_fuzz_page *f, uint32_t pid)
{
	uint32_t n = atomic_fetch_add(&f->forks, 1);

	atomic_store(&f->birth[n % PE_FUZZ_PAGE_BIRTHS],
		     (uint64_t)pid << 32 | (uint32_t)pe_sys_getpid());
}

uint32_t pe_fuzz_page_parent(const struct pe_fuzz_page *f, uint32_t pid)
{
	for (unsigned int i = 0; i < PE_FUZZ_PAGE_BIRTHS; i++) {
		uint64_t birth = atomic_load(&f->birth[i]);

		if (birth >> 32 == pid)
			return (uint32_t)birth;
	}
	return 0;
}

/* --- start times (fuzz_page.11) --- */

void pe_fuzz_page_looked(struct pe_fuzz_page *f, uint32_t pid)
{
	uint32_t n = atomic_fetch_add(&f->looks, 1);

	atomic_store(&f->looked[n % PE_FUZZ_PAGE_LOOKED], pid);
}

static bool was_looked_up(const struct pe_fuzz_page *f, uint32_t pid)
{
	for (unsigned int i = 0; i < PE_FUZZ_PAGE_LOOKED; i++)
		if (atomic_load(&f->looked[i]) == pid)
			return true;
	return false;
}

void pe_fuzz_page_next_tick(void)
{
	struct timespec t = { 0 };

	pe_sys_clock_gettime(CLOCK_BOOTTIME, &t);
	t = (struct timespec){ .tv_nsec = TICK_NS - t.tv_nsec % TICK_NS };
	while (pe_sys2(SYS_nanosleep, PE_SYS_LONG(&t), PE_SYS_LONG(&t)) == -EINTR)
		;
}

/* --- releases and uses --- */

/* The lock is held. */
static void note_releaser(struct pe_fuzz_page *f, const struct pe_fuzz_page_releaser *by,
			  uint32_t who)
{
	struct timespec now = { 0 };

	pe_sys_clock_gettime(CLOCK_REALTIME, &now);
	if (by)
		f->by = *by;
	else
		memset(&f->by, 0, sizeof(f->by));
	f->by.pid = who;
	f->by.ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void pe_fuzz_page_released(struct pe_fuzz_page *f, uint32_t pid,
			   const struct pe_fuzz_page_releaser *by)
{
	uint32_t who = by && by->pid ? by->pid : (uint32_t)pe_sys_getpid();

	atomic_fetch_add(&f->releases, 1);
	if (f->control) {
		pause_for_a_while(f, AFTER_REAP_NS);
		return;
	}
	if (!find_program(f, who))
		write_program(f, who);
	if (was_looked_up(f, pid))
		pe_fuzz_page_next_tick();
	if (!take_turn(f, (uint32_t)pe_sys_gettid()))
		return;
	note_releaser(f, by, who);
	ask(f, pid);
	end_turn(f);
	pause_for_a_while(f, AFTER_REAP_NS);
}

/* A lottery leaves pids free on purpose, and an own child must not find its pid taken. */
static bool gives_at_use(const struct pe_fuzz_page *f)
{
	return !f->control &&
	       (f->policy == PE_FUZZ_PAGE_IMMEDIATE || f->policy == PE_FUZZ_PAGE_WINDOW);
}

/* fuzz_page.13 */
static bool is_given_by_supervisor(uint32_t pid)
{
	pe_sys_whole6(SYS_kill, (long)pid, NO_SIGNAL, 0, 0, 0, PE_TOKEN_JUDGED);
	return pe_sys_kill((int)pid, 0) != -ESRCH;
}

void pe_fuzz_page_offer(struct pe_fuzz_page *f, uint32_t pid)
{
	if (!gives_at_use(f) || !f->first || pid < f->first || pid > PE_FUZZ_PAGE_PID ||
	    pe_sys_kill((int)pid, 0) != -ESRCH)
		return;
	if (atomic_load(&f->awaited) && is_given_by_supervisor(pid))
		return;
	if (was_looked_up(f, pid))
		pe_fuzz_page_next_tick();
	if (!take_turn(f, (uint32_t)pe_sys_gettid()))
		return;
	memset(&f->by, 0, sizeof(f->by));
	ask(f, pid | PE_FUZZ_PAGE_USE);
	end_turn(f);
}

void pe_fuzz_page_occupy(struct pe_fuzz_page *f, uint32_t pid)
{
	if (!take_turn(f, (uint32_t)pe_sys_gettid()))
		return;
	memset(&f->by, 0, sizeof(f->by));
	ask(f, pid | PE_FUZZ_PAGE_EARLIER);
	end_turn(f);
}

void pe_fuzz_page_used(struct pe_fuzz_page *f)
{
	if (!take_turn(f, (uint32_t)pe_sys_gettid()))
		return;
	ask(f, PE_FUZZ_PAGE_LOOK);
	end_turn(f);
}

bool pe_fuzz_page_is_canary(const struct pe_fuzz_page *f, uint32_t pid)
{
	for (unsigned int i = 0; pid && i < PE_FUZZ_PAGE_CANARIES; i++)
		if (atomic_load(&f->canary[i]) == pid)
			return true;
	return false;
}

void pe_fuzz_page_note(struct pe_fuzz_page *f, const struct pe_fuzz_page_find *found)
{
	uint32_t at;
	uint32_t kind = found->what == PE_FUZZ_PAGE_CHANGE ? PE_FUZZ_PAGE_PRIORITY : found->what;

	if (f->counted & UINT32_C(1) << kind) {
		at = atomic_fetch_add(&f->finds, 1);
		if (at < PE_FUZZ_PAGE_FINDS)
			f->find[at] = *found;
	} else if (found->what == PE_FUZZ_PAGE_PROBE) {
		at = atomic_fetch_add(&f->beliefs, 1);
		if (at < PE_FUZZ_PAGE_BELIEFS)
			f->belief[at] = *found;
	}
}

/* Process @who did @what to the canary at @pid, if there is one, by call @by. */
static void note_call(struct pe_fuzz_page *f, enum pe_fuzz_page_what what, uint32_t pid, int by,
		      uint32_t who)
{
	for (unsigned int i = 0; pid && i < PE_FUZZ_PAGE_CANARIES; i++) {
		const struct pe_fuzz_page_find found = {
			.what = what,
			.pid = pid,
			.signal = by,
			.sender = (int32_t)who,
			.release = atomic_load(&f->release[i]),
			.releaser = f->releaser[i],
		};

		if (atomic_load(&f->canary[i]) == pid) {
			if (!find_program(f, who))
				write_program(f, who);
			pe_fuzz_page_note(f, &found);
			return;
		}
	}
}

void pe_fuzz_page_probed(struct pe_fuzz_page *f, uint32_t pid, int by, uint32_t who)
{
	note_call(f, PE_FUZZ_PAGE_PROBE, pid, by, who);
}

void pe_fuzz_page_changed(struct pe_fuzz_page *f, uint32_t pid, int by)
{
	note_call(f, PE_FUZZ_PAGE_CHANGE, pid, by, (uint32_t)pe_sys_getpid());
}

bool pe_fuzz_page_all_begin(struct pe_fuzz_page *f)
{
	if (!take_turn(f, (uint32_t)pe_sys_gettid()))
		return false;
	if (ask(f, PE_FUZZ_PAGE_LEAVE))
		return true;
	end_turn(f);
	return false;
}

void pe_fuzz_page_all_end(struct pe_fuzz_page *f)
{
	end_turn(f);
}

void pe_fuzz_page_set_to_all(struct pe_fuzz_page *f, uint32_t sender, int signal)
{
	bool have_left = pe_fuzz_page_all_begin(f);

	atomic_store(&f->to_all, (uint64_t)sender << 32 | (uint32_t)signal);
	if (have_left)
		pe_fuzz_page_all_end(f);
}

bool pe_fuzz_page_is_to_all(const struct pe_fuzz_page *f, uint32_t sender, int signal)
{
	uint64_t to_all = atomic_load(&f->to_all);

	return to_all && (uint32_t)to_all == (uint32_t)signal &&
	       (!sender || to_all >> 32 == sender);
}
