/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reference stays what it is when its process becomes another relation of the caller: each call
 * on it acts as long as the process lives, and is refused when it has been reaped, whichever
 * process has the pid then.
 */
#include <sched.h>
#include <sys/ptrace.h>

#include "variants.h"
#include "vector.h"

/* --- what holds of a reference --- */

#define HOLDS(what)                                                                                \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			printf("FAIL: %s, %s: line %d: %s (%s)\n", relation,                       \
			       api_preloaded() ? "preloaded" : "linked", __LINE__, #what,          \
			       pidepoch_strerror(errno));                                          \
			fflush(stdout);                                                            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static int state_of(struct pidepoch_ref ref)
{
	struct pidv v = { .pid = ref.pid, .epoch = ref.epoch, .flags = PIDV_TAGGED };

	HOLDS(waitpidv(&v, 1, NULL, WNOHANG | WNOWAIT, NULL) >= 0);
	return v.state;
}

/* The pidfd, the inode and another reference name the same process. */
static void has_other_names(struct pidepoch_ref ref)
{
	int fd = pidepoch_pidfd_open(ref.pid, ref.epoch, 0);
	struct pidepoch_ref again, self_ref = api_ref(getpid());
	uint64_t inode = 0, second = 0;

	HOLDS(fd >= 0 && pidepoch_ref_pidfd(fd, &again) == 0 && again.pid == ref.pid);
	close(fd);
	HOLDS(pidepoch_same(&ref, &again) == 1 && pidepoch_same(&again, &ref) == 1);
	HOLDS(pidepoch_same(&ref, &self_ref) == 0);
	if (pidepoch_inode(&ref, &inode) == -1 && errno == EOPNOTSUPP)
		return;
	HOLDS(inode && pidepoch_inode(&again, &second) == 0 && inode == second);
	HOLDS(pidepoch_inode(&self_ref, &second) == 0 && inode != second);
}

static void can_be_held(struct pidepoch_ref ref)
{
	struct pidepoch_held held;

	HOLDS(pidepoch_hold(&ref, &held) == 0);
	HOLDS(kill(ref.pid, 0) == 0);
	HOLDS(pidepoch_release(&held) == 0);
}

static bool can_be_written(struct pidepoch_ref ref)
{
	char text[PIDEPOCH_TEXT_MAX];
	struct pidepoch_ref again;

	if (pidepoch_format(&ref, text, sizeof(text), 0) == -1 && errno == EOPNOTSUPP)
		return false;
	HOLDS(pidepoch_parse(text, &again) == 0);
	HOLDS(pidepoch_kill(again.pid, again.epoch, 0) == 0);
	return true;
}

static void acts(const char *as, struct pidepoch_ref ref)
{
	relation = as;
	self = api_ref(getpid());
	for (size_t i = 0; i < VARIANTS_COUNT; i++)
		variants_agree(&variants[i], ref);
	HOLDS(state_of(ref) == PIDV_RUNNING);
	can_be_held(ref);
	can_be_written(ref);
	has_other_names(ref);
	HOLDS(pidepoch_kill(ref.pid, ref.epoch, 0) == 0);
}

static void is_refused(const char *as, struct pidepoch_ref ref)
{
	struct pidepoch_held held;
	siginfo_t si;

	relation = as;
	for (size_t i = 0; i < VARIANTS_COUNT; i++)
		variants_refuse(&variants[i], ref);
	HOLDS(state_of(ref) >= PIDV_ENDED);
	HOLDS(api_refused(pidepoch_hold(&ref, &held)));
	HOLDS(api_refused(pidepoch_waitid(ref.pid, ref.epoch, &si, WEXITED | WNOHANG, NULL)));
}

/* Wait for its end by the reference, which was taken before it became the caller's child. */
static void is_waited_for(struct pidepoch_ref ref)
{
	struct pidv v = { .pid = ref.pid, .epoch = ref.epoch, .flags = PIDV_TAGGED };

	HOLDS(pidepoch_kill(ref.pid, ref.epoch, SIGKILL) == 0);
	HOLDS(waitpidv(&v, 1, NULL, 0, NULL) == 1);
	HOLDS(v.state == PIDV_EXITED && WTERMSIG(v.status) == SIGKILL);
}

/* --- processes --- */

/* A grandchild. It stays when its parent has ended, which closing *@leash brings about. */
static struct pidepoch_ref grandchild(pid_t *parent, int *leash)
{
	int reported[2], kept[2];
	pid_t pid = 0;
	char c;

	MUST(pipe(reported) == 0 && pipe(kept) == 0);
	*parent = fork();
	if (*parent == 0) {
		close(kept[1]);
		pid = vector_child();
		MUST(write(reported[1], &pid, sizeof(pid)) == sizeof(pid));
		MUST(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
		_exit(read(kept[0], &c, 1) != 0);
	}
	MUST(read(reported[0], &pid, sizeof(pid)) == sizeof(pid));
	close(reported[0]);
	close(reported[1]);
	close(kept[0]);
	*leash = kept[1];
	return api_ref(pid);
}

/* --- relations --- */

static void own_child(void)
{
	struct pidepoch_ref ref = api_ref(vector_child()), none;
	int fd = pidepoch_pidfd_open(ref.pid, ref.epoch, 0);

	acts("an own child", ref);
	is_waited_for(ref);
	is_refused("an own child, reaped", ref);
	HOLDS(pidepoch_ref_pidfd(fd, &none) == -1 && errno == ESRCH);
	close(fd);
	HOLDS(pidepoch_ref_pidfd(fd, &none) == -1 && errno == EBADF);
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	HOLDS(pidepoch_ref_pidfd(fd, &none) == -1 && errno == EBADF);
	close(fd);
}

static void parent_and_self(void)
{
	acts("the parent", api_ref(getppid()));
	relation = "the process itself";
	HOLDS(pidepoch_kill(getpid(), api_ref(getpid()).epoch, 0) == 0);
}

/* it does not end with its parent */
static pid_t staying_child(void)
{
	pid_t pid = fork();

	while (pid == 0)
		pause();
	MUST(pid > 0);
	return pid;
}

/* birth.3 */
static void adopted(void)
{
	int reported[2], kept[2];
	struct pidepoch_ref ref;
	pid_t parent, pid = 0;
	char c;

	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	MUST(pipe(reported) == 0 && pipe(kept) == 0);
	parent = fork();
	if (parent == 0) {
		close(kept[1]);
		pid = staying_child();
		MUST(write(reported[1], &pid, sizeof(pid)) == sizeof(pid));
		_exit(read(kept[0], &c, 1) != 0);
	}
	close(kept[0]);
	MUST(read(reported[0], &pid, sizeof(pid)) == sizeof(pid));
	ref = api_ref(pid);
	acts("a grandchild", ref);
	close(kept[1]);
	MUST(waitpid(parent, NULL, 0) == parent);
	MUST(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
	acts("adopted", ref);
	acts("adopted, referred to anew", api_ref(pid));
	acts("adopted, by the reference from before", ref);
	is_waited_for(ref);
	is_refused("adopted, reaped", ref);
	close(reported[0]);
	close(reported[1]);
}

static void stop_tracee(struct pidepoch_ref ref)
{
	siginfo_t si;

	HOLDS(pidepoch_ptrace(PTRACE_INTERRUPT, ref.pid, ref.epoch, NULL, NULL) == 0);
	HOLDS(pidepoch_waitid(ref.pid, ref.epoch, &si, WSTOPPED | __WALL, NULL) == 0);
	HOLDS(si.si_pid == ref.pid);
}

static void traced_as(const char *as, const char *then, struct pidepoch_ref ref)
{
	relation = as;
	HOLDS(pidepoch_ptrace(PTRACE_SEIZE, ref.pid, ref.epoch, NULL, NULL) == 0);
	acts(as, ref);
	acts(as, api_ref(ref.pid));
	stop_tracee(ref);
	HOLDS(pidepoch_ptrace(PTRACE_DETACH, ref.pid, ref.epoch, NULL, NULL) == 0);
	acts(then, ref);
}

/* birth.4 */
static void traced(void)
{
	struct pidepoch_ref child = api_ref(vector_child()), other;
	pid_t parent;
	int leash;

	traced_as("a traced child", "a child, traced no more", child);
	is_waited_for(child);
	other = grandchild(&parent, &leash);
	traced_as("a traced grandchild", "a grandchild, traced no more", other);
	HOLDS(pidepoch_kill(other.pid, other.epoch, SIGKILL) == 0);
	close(leash);
	HOLDS(waitpid(parent, NULL, 0) == parent);
}

/* The parent has made no other call, and the child's first is as good as its second. */
static void sibling_at_once(void)
{
	struct pidepoch_ref ref = api_ref(vector_child());
	pid_t pid = fork();
	int status;

	relation = "a sibling at once";
	if (pid == 0) {
		HOLDS(pidepoch_kill(ref.pid, ref.epoch, 0) == 0);
		_exit(0);
	}
	HOLDS(waitpid(pid, &status, 0) == pid && status == 0);
	is_waited_for(ref);
}

/* reference.9. A new reference is the first call, and the older one stays what it was. */
static void sibling_referred_to_anew(void)
{
	struct pidepoch_ref ref = api_ref(vector_child()), new;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		new = api_ref(ref.pid);
		acts("a sibling, by the reference from before", ref);
		acts("a sibling, referred to anew", new);
		HOLDS(pidepoch_same(&ref, &new) == 1);
		for (int i = 0; i < 3; i++)
			acts("a sibling, referred to again", api_ref(ref.pid));
		acts("a sibling, by the first reference still", ref);
		_exit(0);
	}
	HOLDS(waitpid(pid, &status, 0) == pid && status == 0);
	is_waited_for(ref);
}

/* Each is the first call of a new process. */
static void sibling(void)
{
	struct pidepoch_ref ref = api_ref(vector_child());
	pid_t pid;
	int status;

	for (size_t i = 0; i < VARIANTS_COUNT; i++) {
		pid = fork();
		if (pid == 0) {
			relation = "a sibling, first call";
			variants_agree(&variants[i], ref);
			acts("a sibling", ref);
			_exit(0);
		}
		HOLDS(waitpid(pid, &status, 0) == pid && status == 0);
	}
	is_waited_for(ref);
	pid = fork();
	if (pid == 0) {
		is_refused("a sibling, reaped", ref);
		_exit(0);
	}
	HOLDS(waitpid(pid, &status, 0) == pid && status == 0);
}

/* It is the first process of a namespace below, and has another pid there. */
static void in_a_namespace_below(void)
{
	struct pidepoch_ref ref;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		MUST(unshare(CLONE_NEWPID) == 0);
		ref = api_ref(vector_child());
		acts("a child in a namespace below", ref);
		is_waited_for(ref);
		is_refused("a child in a namespace below, reaped", ref);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
}

/* --- reuse --- */

/* The next process gets @pid. Not where the kernel gives pidfds no inodes: there only a real lap
 * tells two processes apart. */
static bool choose_next(pid_t pid)
{
	char text[16];
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	int n = snprintf(text, sizeof(text), "%d", (int)pid - 1);
	bool chosen = can_be_written(self) && fd >= 0 && write(fd, text, (size_t)n) == n;

	if (fd >= 0)
		close(fd);
	return chosen;
}

/* A process that is not related to the caller has @pid. */
static bool unrelated_at(pid_t pid)
{
	pid_t helper = fork(), got;
	int status;

	if (helper == 0) {
		if (setsid() < 0 || !choose_next(pid))
			_exit(1);
		got = staying_child();
		_exit(got != pid);
	}
	return waitpid(helper, &status, 0) == helper && status == 0;
}

static void reused(void)
{
	struct pidepoch_ref old = api_ref(vector_child()), new;
	struct pidepoch_held held;
	pid_t pid = old.pid;

	is_waited_for(old);
	if (!unrelated_at(pid)) {
		printf("left out: the next pid cannot be chosen here\n");
		return;
	}
	is_refused("reused by an unrelated process", old);
	new = api_ref(pid);
	acts("the process that has the pid now", new);
	HOLDS(kill(pid, 0) == 0);
	HOLDS(pidepoch_hold(&new, &held) == 0 && pidepoch_release(&held) == 0);
	HOLDS(pidepoch_same(&old, &new) != 1);
	is_refused("reused, by the reference from before", old);
	HOLDS(pidepoch_kill(new.pid, new.epoch, SIGKILL) == 0);
}

/* A plain call inside a hold means the process that is held. */
static void reused_and_held(void)
{
	struct pidepoch_ref old = api_ref(vector_child()), new;
	pid_t pid = old.pid;

	is_waited_for(old);
	if (!unrelated_at(pid))
		return;
	relation = "reused, a plain call before";
	HOLDS(kill(pid, 0) == (api_preloaded() ? -1 : 0));
	new = (struct pidepoch_ref){ pid, api_ref(pid).epoch };
	can_be_held(new);
	HOLDS(pidepoch_kill(new.pid, new.epoch, SIGKILL) == 0);
}

static void reused_by_a_child(void)
{
	struct pidepoch_ref old = api_ref(vector_child()), new;

	is_waited_for(old);
	if (!choose_next(old.pid))
		return;
	new = api_ref(vector_child());
	HOLDS(new.pid == old.pid);
	HOLDS(pidepoch_same(&old, &new) == 0 || !api_preloaded());
	is_refused("reused by an own child", old);
	acts("the own child that has the pid now", new);
	is_waited_for(new);
	is_refused("both are gone", new);
}

static void run_scenario(void)
{
	sibling_at_once();
	MUST(sched_getaffinity(0, sizeof(processors), &processors) == 0);
	self = api_ref(getpid());
	own_child();
	parent_and_self();
	adopted();
	traced();
	sibling();
	sibling_referred_to_anew();
	in_a_namespace_below();
	reused();
	reused_and_held();
	reused_by_a_child();
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc == 1) {
		vector_wide_namespace();
		setenv("PIDEPOCH_EVIDENCE", "off", 1);
	}
	return api_main(argc, run_scenario);
}
