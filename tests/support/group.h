/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* group - a group of two that a child with pid PID leads, and an unrelated group of that pid. */
#ifndef PE_TESTS_GROUP_H
#define PE_TESTS_GROUP_H

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "reuse.h"

#define PID 400

/* the signals that members and unrelated processes have received, one bit each */
static _Atomic uint32_t *had;

enum { LEADER, MEMBER, UNRELATED, WHO };

static inline void await_signals(int who, int fd)
{
	sigset_t set;
	char c = 1;
	int n;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	if (fd >= 0)
		ck_assert_int_eq((int)write(fd, &c, 1), 1);
	for (;;) {
		n = sigwaitinfo(&set, NULL);
		if (n == SIGTERM)
			_exit(0);
		if (n == SIGUSR1)
			atomic_fetch_add(&had[who], 1);
	}
}

static inline void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	had = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(had, MAP_FAILED);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* A group of two, its leader with pid PID. @member: the other's pid. Both are ready on return. */
static inline pid_t fork_group(pid_t *member, int leader_is, int member_is)
{
	pid_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ready[2];
	pid_t pid;
	char c[2];

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork_as(PID);
	if (pid == 0) {
		setpgid(0, 0);
		pid = fork();
		if (pid == 0)
			await_signals(member_is, ready[1]);
		*shared = pid;
		await_signals(leader_is, ready[1]);
	}
	for (int n = 0; n < 2;)
		n += (int)read(ready[0], c, 1);
	*member = *shared;
	close(ready[0]);
	close(ready[1]);
	munmap(shared, 4096);
	return pid;
}

static inline pid_t record_group(pid_t *member)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_CLONE);
	pid_t pid = fork_group(member, LEADER, MEMBER);

	pe_birth_end(&frame, &thread, &b, pid);
	return pid;
}

static inline void end_leader(void)
{
	int status;

	kill(PID, SIGTERM);
	ck_assert_int_eq(reap(PID, &status, 0), PID);
}

static inline void end_member(pid_t pid)
{
	kill(pid, SIGTERM);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static inline long guarded_killpg(int sig)
{
	const struct pe_use u = {
		.by = PE_CALL_KILL,
		.pid = PID,
		.group = true,
		.signal = sig,
		.call = { .nr = SYS_kill, .arg = { -PID, sig } },
	};

	return pe_guard(&frame, &thread, &u);
}

static inline void await_count(int who, uint32_t count)
{
	while (atomic_load(&had[who]) < count)
		sched_yield();
}

/* An unrelated group of the same pid, whose leader was reaped as well; and its member. */
static inline pid_t unrelated_without_leader(void)
{
	pid_t member, pid = fork_group(&member, UNRELATED, UNRELATED);

	kill(pid, SIGTERM);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	return member;
}

/* The group has ended, and an unrelated one without a leader has its pid. @result: of a signal */
static inline void then_unrelated(long result)
{
	pid_t member = unrelated_without_leader();

	ck_assert_int_eq(kill(-PID, 0), 0); /* natively it would be reached */
	ck_assert_int_eq(guarded_killpg(SIGUSR1), result);
	if (result == 0)
		await_count(UNRELATED, 1);
	end_member(member);
	ck_assert_uint_eq(atomic_load(&had[UNRELATED]), result == 0);
}

#endif
