/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host - an engine frame for a test to run in, and children to put into it. */
#ifndef PE_TESTS_FRAME_H
#define PE_TESTS_FRAME_H

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/engine/birth.h"
#include "core/engine/guard.h"
#include "core/time/identity.h"
#include "core/frame/frame.h"
#include "core/engine/reap.h"
#include "core/engine/release.h"

static struct pe_settings settings;
static struct pe_frame frame = { .set = &settings };
static struct pe_thread thread;

/* A child that lives until it gets a byte on the pipe, which is its exit status. */
struct child {
	pid_t pid;
	int wake;
};

static inline struct child unrecorded_child(void)
{
	struct child c;
	int ends[2];
	unsigned char status = 0;

	ck_assert_int_eq(pipe(ends), 0);
	c.wake = ends[1];
	c.pid = fork();
	ck_assert_int_ge(c.pid, 0);
	if (c.pid == 0) {
		close(ends[1]);
		_exit(read(ends[0], &status, 1) == 1 ? status : 99);
	}
	close(ends[0]);
	return c;
}

static inline struct child recorded_child(void)
{
	struct pe_birth b = pe_birth_begin(&frame, &thread, PE_CALL_FORK);
	struct child c = unrecorded_child();

	pe_birth_end(&frame, &thread, &b, c.pid);
	return c;
}

/* Ends the child, and returns when it is a zombie. */
static inline void end(struct child c, unsigned char status)
{
	siginfo_t si;

	ck_assert_int_eq((int)write(c.wake, &status, 1), 1);
	close(c.wake);
	ck_assert_int_eq(waitid(P_PID, (id_t)c.pid, &si, WEXITED | WNOWAIT | __WALL), 0);
}

static inline long plain_peek(int idtype, uint32_t id, siginfo_t *info, int options)
{
	return waitid((idtype_t)idtype, id, info, options) == 0 ? 0 : -errno;
}

/* Any wait, not only those by one pid. */
static inline struct pe_reap wait_for(int idtype, uint32_t id, int options)
{
	return (struct pe_reap){
		.peek = plain_peek,
		.by = PE_CALL_WAITID,
		.idtype = idtype,
		.id = id,
		.options = options | WEXITED,
	};
}

static inline long reap_with(pe_reap_peek peek, pid_t pid, int *status, int options)
{
	const struct pe_reap r = {
		.peek = peek,
		.by = PE_CALL_WAITPID,
		.idtype = pid == -1 ? P_ALL : P_PID,
		.id = pid == -1 ? 0 : (uint32_t)pid,
		.options = options | WEXITED,
		.as_wait4 = true,
		.status = status,
	};

	return pe_reap(&frame, &thread, &r);
}

static inline long reap(pid_t pid, int *status, int options)
{
	return reap_with(plain_peek, pid, status, options);
}

static inline enum pe_knowledge known(pid_t pid)
{
	return pe_frame_know(&frame, (uint32_t)pid).what;
}

static inline long guarded_kill(pid_t pid, int sig)
{
	const struct pe_use u = {
		.by = PE_CALL_KILL,
		.pid = pid,
		.signal = sig,
		.call = { .nr = SYS_kill, .arg = { pid, sig } },
	};

	return pe_guard(&frame, &thread, &u);
}

/* A call on @pid by number. @second: its last argument, for a call @to_thread the signal. */
static inline long use_of(pid_t pid, long nr, long second, bool to_thread)
{
	const struct pe_use u = {
		.by = PE_CALL_GETPRIORITY,
		.pid = pid,
		.signal = to_thread ? (int)second : PE_USE_NO_SIGNAL,
		.to_thread = to_thread,
		.call = { .nr = nr,
			  .arg = { nr == SYS_getpriority ? PRIO_PROCESS : pid, pid, second } },
	};

	return pe_guard(&frame, &thread, &u);
}

/* The kernel refuses memory to the engine from here on, but not to the test's own libraries for
 * long. */
static inline struct rlimit no_memory(void)
{
	struct rlimit before, none;

	getrlimit(RLIMIT_AS, &before);
	none = (struct rlimit){ .rlim_cur = 4096, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_AS, &none);
	return before;
}

/* Does thread @tid of this process sleep in system call @nr? */
static inline bool is_in_call(int tid, long nr)
{
	char path[64], text[16] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	f = tid ? fopen(path, "r") : NULL;
	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return text[0] >= '0' && text[0] <= '9' && atol(text) == nr;
}

/* Open a new file for the test in the directory that the runner removes. */
static inline int own_file(char *path, size_t size)
{
	const char *folder = getenv("TMPDIR");
	int fd;

	snprintf(path, size, "%s/pidepoch-XXXXXX", folder ? folder : "/tmp");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static inline void enter_frame(void)
{
	pe_settings_default(&settings);
	settings.log = "/dev/null";
	ck_assert(pe_frame_enter(&frame, &thread));
}

/* The main part of every test of the frame: run @c. */
static inline int run_case(const char *name, TCase *c)
{
	Suite *s = suite_create(name);
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, enter_frame, NULL);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
