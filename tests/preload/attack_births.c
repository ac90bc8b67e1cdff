// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Two threads inside calls of the engine. The frame's lock, which admits threads in the order in
 * which they came, delays them where one can disturb the other:
 *   a pid has one open slot, also when another thread adopts it while its birth is being recorded;
 *   a pid that was learned anew is not refused while the page that says so is being copied;
 *   a call on a closed slot that no pidfd call can replace keeps the pid until it has returned.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../support/attack.h"
#include "core/engine/birth.h"
#include "core/engine/guard.h"
#include "core/frame/frame.h"
#include "core/engine/reap.h"
#include "core/engine/release.h"

static struct pe_settings settings;
static struct pe_frame frame = { .set = &settings };
static struct pe_thread mine;

static pid_t born(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(pause());
	return pid;
}

static struct pe_known known(pid_t pid)
{
	return pe_frame_know(&frame, (uint32_t)pid);
}

/* --- another thread --- */

struct other {
	pthread_t thread;
	_Atomic pid_t tid;
	void (*what)(struct pe_thread *t, struct other *o);
	pid_t child;
	struct pe_birth birth;
	int fd;
	long answer;
};

static void *run(void *at)
{
	struct other *o = at;
	struct pe_thread t = { 0 };

	o->tid = gettid();
	o->what(&t, o);
	o->tid = -1;
	return NULL;
}

static void start(struct other *o)
{
	o->tid = 0;
	if (pthread_create(&o->thread, NULL, run, o) != 0)
		attack_fail("no thread");
}

/* until it sleeps in system call @nr, or is through */
static bool sleeps_in(struct other *o, long nr)
{
	char path[64], state[32];

	while (o->tid == 0)
		sched_yield();
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", o->tid);
	for (;;) {
		int fd = o->tid > 0 ? open(path, O_RDONLY) : -1;
		ssize_t n = fd >= 0 ? read(fd, state, sizeof(state) - 1) : -1;

		if (fd >= 0)
			close(fd);
		if (n <= 0)
			return false;
		state[n] = '\0';
		if (state[0] != 'r' && atol(state) == nr)
			return true;
		sched_yield();
	}
}

/* --- one pid, one slot --- */

static void adopt(struct pe_thread *t, struct other *o)
{
	pe_birth_adopt(&frame, t, o->child);
}

static void record(struct pe_thread *t, struct other *o)
{
	pe_birth_end(&frame, t, &o->birth, o->child);
}

static int open_slots(pid_t pid)
{
	int n = 0;

	for (uint32_t i = 1; i <= pe_arena_last(&frame.slots); i++)
		n += pe_slot_check(pe_arena_at(&frame.slots, i), (uint32_t)pid) == 0;
	return n;
}

static void one_slot(void)
{
	struct other first = { .what = adopt }, second = { .what = record };
	uint64_t mask;

	second.birth = pe_birth_begin(&frame, &mine, PE_CALL_FORK);
	first.child = second.child = born();
	mask = pe_frame_lock(&frame);
	start(&first);
	if (!sleeps_in(&first, SYS_futex))
		attack_fail("adopted without the lock");
	start(&second);
	if (!sleeps_in(&second, SYS_futex))
		attack_fail("recorded without the lock");
	pe_frame_unlock(&frame, mask);
	pthread_join(first.thread, NULL);
	pthread_join(second.thread, NULL);
	if (known(first.child).what != PE_KNOWN_LIVE || open_slots(first.child) != 1)
		attack_fail("%d slots are open for one pid", open_slots(first.child));
	kill(first.child, SIGKILL);
	waitpid(first.child, NULL, 0);
}

/* --- fresh, and not visible yet --- */

static void use(struct pe_thread *t, struct other *o)
{
	const struct pe_use u = {
		.by = PE_CALL_KILL,
		.pid = o->child,
		.call = { .nr = SYS_kill, .arg = { o->child, 0 } },
	};

	o->answer = pe_guard(&frame, t, &u);
}

static void fresh(void)
{
	struct pe_birth b = pe_birth_begin(&frame, &mine, PE_CALL_FORK);
	struct other o = { .what = use, .child = born() };
	struct pe_known k;
	uint64_t mask;

	pe_birth_end(&frame, &mine, &b, o.child);
	kill(o.child, SIGKILL);
	waitpid(o.child, NULL, 0);
	k = known(o.child);
	pe_release_lost(&frame, &mine, &k, PE_CALL_WAITPID);
	settings.stale_errno = PE_EEPOCH;
	/* as a thread that copies the page: the bit that is set already is not in the copy
	 * before the lock is released */
	mask = pe_frame_lock(&frame);
	start(&o);
	sleeps_in(&o, SYS_futex);
	pe_frame_learn(&frame, &mine, o.child);
	pe_frame_unlock(&frame, mask);
	pthread_join(o.thread, NULL);
	if (o.answer != -ESRCH)
		attack_fail("refused, although it was learned: %ld", o.answer);
	settings.stale_errno = ESRCH;
}

/* --- closed, and nothing can stand in --- */

/* A long call. The engine takes it for a call on a pid that is no signal. */
static void last(struct pe_thread *t, struct other *o)
{
	static char byte;
	const struct pe_use u = {
		.by = PE_CALL_SETPRIORITY,
		.pid = o->child,
		.signal = PE_USE_NO_SIGNAL,
		.call = { .nr = SYS_read, .arg = { o->fd, (long)(intptr_t)&byte, 1 } },
	};

	o->answer = pe_guard(&frame, t, &u);
}

static void no_stand_in(void)
{
	struct pe_birth b = pe_birth_begin(&frame, &mine, PE_CALL_FORK);
	struct other o = { .what = last, .child = born() };
	struct pe_known k;
	int ends[2], claim;

	pe_birth_end(&frame, &mine, &b, o.child);
	kill(o.child, SIGKILL);
	k = known(o.child);
	if (pipe(ends) != 0 || pe_slot_close(k.slot, k.instance) != 0)
		attack_fail("no pipe or no slot");
	o.fd = ends[0];
	start(&o);
	if (!sleeps_in(&o, SYS_read))
		attack_fail("the call was not made: %ld", o.answer);
	claim = pe_slot_begin_reap(k.slot);
	if (claim == 0)
		attack_fail("its pid could be released while the call was in progress");
	if (write(ends[1], "", 1) != 1)
		attack_fail("write: %m");
	pthread_join(o.thread, NULL);
	if (o.answer != 1)
		attack_fail("the call answered %ld", o.answer);
	pe_release_leave(&frame, k.index);
	waitpid(o.child, NULL, 0);
}

int main(void)
{
	alarm(60);
	pe_settings_default(&settings);
	settings.log = "/dev/null";
	if (!pe_frame_enter(&frame, &mine))
		attack_fail("no frame");
	one_slot();
	fresh();
	no_stand_in();
	return 0;
}
