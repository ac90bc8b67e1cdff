/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* S16: an old epoch answers. A child that was reaped, by whichever call, can be asked about by its
 * reference: status, usage, call and thread; and so can the child that had its pid before it. */
#include <sys/resource.h>
#include <sys/syscall.h>

#include "laps.h"

static struct pidepoch_end end_of(struct pidepoch_ref ref)
{
	struct pidepoch_end end = { .size = sizeof(end) };

	MUST(pidepoch_obituary(ref.pid, ref.epoch, &end) == 0);
	return end;
}

static bool fails(struct pidepoch_ref ref, int error)
{
	struct pidepoch_end end = { .size = sizeof(end) };

	return pidepoch_obituary(ref.pid, ref.epoch, &end) == -1 && errno == error;
}

/* it computes for a while, so that it has a user time */
static pid_t child_with(int status)
{
	volatile unsigned int n = 0;
	pid_t pid = fork();

	if (pid == 0) {
		while (n < 20000000)
			n++;
		_exit(status);
	}
	MUST(pid > 0);
	return pid;
}

static void by_waitpid(pid_t pid)
{
	MUST(waitpid(pid, NULL, 0) == pid);
}

static void by_wait(pid_t pid)
{
	int status;

	MUST(wait(&status) == pid);
}

static void by_waitid(pid_t pid)
{
	MUST(waitid(P_PID, (id_t)pid, NULL, WEXITED) == 0);
}

static void by_wait4(pid_t pid)
{
	struct rusage used;

	MUST(wait4(pid, NULL, 0, &used) == pid);
}

static long microseconds(const struct timeval *t)
{
	return t->tv_sec * 1000000 + t->tv_usec;
}

static void each_call(void)
{
	static const struct {
		const char *name;
		void (*reap)(pid_t pid);
	} calls[] = {
		{ "waitpid", by_waitpid },
		{ "wait", by_wait },
		{ "waitid", by_waitid },
		{ "wait4", by_wait4 },
	};
	struct pidepoch_ref ref;
	struct pidepoch_end end;

	for (int i = 0; i < 4; i++) {
		ref = api_ref(child_with(40 + i));
		MUST(fails(ref, EBUSY));
		calls[i].reap(ref.pid);
		end = end_of(ref);
		MUST(end.known == (PIDEPOCH_END_STATUS | PIDEPOCH_END_USAGE));
		MUST(end.status == (40 + i) << 8);
		MUST(strcmp(end.call, calls[i].name) == 0);
		MUST(end.thread == getpid() && end.birth == ref.epoch);
		MUST(end.reaped.tv_sec >= 0); /* the kernel's ru_maxrss of a small child may be 0 */
		/* the kernel divides the time by ticks: all of it may be of one kind */
		MUST(microseconds(&end.usage.ru_utime) + microseconds(&end.usage.ru_stime) > 0);
	}
}

static void killed(void)
{
	struct pidepoch_ref ref = api_ref(api_child());

	api_end(ref.pid);
	MUST(end_of(ref).status == SIGKILL);
}

/* A vector tells what another wait has taken. */
static void by_vector(void)
{
	struct pidepoch_ref ref = api_ref(child_with(3));
	struct pidv v = { .pid = ref.pid, .epoch = ref.epoch, .flags = PIDV_TAGGED };
	struct rusage used = { .ru_maxrss = 0 };
	struct waitpidv_more more = { .size = sizeof(more), .usage = &used };

	by_wait(ref.pid);
	MUST(waitpidv(&v, 1, NULL, 0, &more) == 1);
	MUST(v.state == PIDV_ENDED && (v.flags & PIDV_REAPED));
	MUST(v.status == 3 << 8 && used.ru_maxrss > 0);
	v.state = PIDV_NEW; /* and once more, with the flag in the input */
	MUST(waitpidv(&v, 1, NULL, 0, &more) == 1);
	MUST(v.state == PIDV_ENDED && v.flags == (PIDV_TAGGED | PIDV_REAPED));
}

/* The same pid, two laps: each epoch gives its own child. Two laps later the first is retired. */
static void older_epochs(void)
{
	struct pidepoch_ref old = api_ref(child_with(1)), new;

	by_waitpid(old.pid);
	do
		new.pid = laps_burn();
	while (new.pid != old.pid - 1);
	new = api_ref(child_with(2));
	MUST(new.pid == old.pid);
	by_waitpid(new.pid);
	MUST(new.epoch > old.epoch);
	MUST(end_of(old).status == 1 << 8);
	MUST(end_of(new).status == 2 << 8);
	MUST(fails((struct pidepoch_ref){ old.pid, old.epoch - 40 }, EEPOCH) ||
	     fails((struct pidepoch_ref){ old.pid, old.epoch - 40 }, EINVAL));
	laps_pass(2);
	MUST(pidepoch_set(pidepoch_now()) == 0);
	MUST(fails(old, EEPOCH));
	laps_pass(2);
	MUST(fails(new, EEPOCH) || end_of(new).status == 2 << 8);
}

/* A child that forks at once, so that its own child has the next pid: no child of this process. */
static pid_t parent_of_another(int *another)
{
	int ends[2];
	pid_t pid, parent;

	MUST(pipe(ends) == 0);
	parent = fork();
	if (parent == 0) {
		pid = fork();
		if (pid == 0)
			for (;;)
				pause();
		MUST(write(ends[1], &pid, sizeof(pid)) == sizeof(pid));
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	MUST(read(ends[0], another, sizeof(*another)) == sizeof(*another));
	close(ends[0]);
	close(ends[1]);
	return parent;
}

/* A reference to an unrelated process that got the pid of a child later is no question about that
 * child. */
static void later_holder(void)
{
	struct pidepoch_ref old = api_ref(child_with(1)), holder;
	pid_t parent;
	int another;

	by_waitpid(old.pid);
	while (laps_burn() != old.pid - 2)
		;
	parent = parent_of_another(&another);
	MUST(another == old.pid);
	holder = api_ref(another);
	MUST(pidepoch_kill(holder.pid, holder.epoch, 0) == 0);
	MUST(fails(holder, ESRCH));
	MUST(end_of(old).status == 1 << 8);
	MUST(pidepoch_kill(holder.pid, holder.epoch, SIGKILL) == 0);
	by_waitpid(parent); /* which has reaped it: its pid is free */
	MUST(fails(holder, ESRCH));
}

static void what_is_wrong(void)
{
	struct pidepoch_end end = { .size = sizeof(end) + 8 };
	struct pidepoch_ref self = api_ref(getpid());

	MUST(fails(self, ESRCH));
	MUST(fails((struct pidepoch_ref){ self.pid, self.epoch + 1 }, EINVAL));
	MUST(fails((struct pidepoch_ref){ 0, self.epoch }, EINVAL));
	MUST(pidepoch_obituary(self.pid, self.epoch, &end) == -1 && errno == EINVAL);
	end.size = 4;
	MUST(pidepoch_obituary(self.pid, self.epoch, &end) == -1 && errno == EINVAL);
}

/* a forked child has other children */
static void forked(void)
{
	struct pidepoch_ref ref = api_ref(child_with(1));
	pid_t pid;
	int status;

	by_waitpid(ref.pid);
	pid = fork();
	if (pid == 0) {
		MUST(fails(ref, EEPOCH) || fails(ref, ESRCH));
		ref = api_ref(child_with(2));
		by_waitpid(ref.pid);
		MUST(end_of(ref).status == 2 << 8);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
	MUST(end_of(ref).status == 1 << 8);
}

static void run_scenario(void)
{
	struct pidepoch_ref ref;

	what_is_wrong();
	if (!api_preloaded()) {
		/* it does not see this program's forks and waits */
		ref = api_ref(child_with(1));
		by_waitpid(ref.pid);
		MUST(fails(ref, ESRCH));
		return;
	}
	each_call();
	killed();
	by_vector();
	forked();
	later_holder();
	older_epochs();
}

int main(int argc, char **argv)
{
	(void)argv;
	return laps_main(argc, run_scenario);
}
