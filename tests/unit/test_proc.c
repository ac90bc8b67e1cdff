/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the supervisor reads of a process, and how it evaluates users and signal masks. */
#include "supervisor/peer/proc.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys.h"
#include "supervisor/worker/credentials.h"
#include "supervisor/peer/rights.h"
#include "../support/users.h"

#define USER  4242
#define OTHER 4243

static struct pe_peer self;

static void enter_proc(void)
{
	ck_assert_int_eq(chdir("/proc"), 0);
	self = (struct pe_peer){ .tid = getpid(), .tgid = getpid() };
}

START_TEST(a_field_is_found_by_its_line)
{
	char value[64];

	ck_assert_int_eq((int)pe_proc_status_number(getpid(), "Pid"), getpid());
	ck_assert_int_eq((int)pe_proc_status_number(getpid(), "PPid"), getppid());
	ck_assert_int_eq((int)pe_proc_status_number(getpid(), "Pi"), -1);
	ck_assert(!pe_proc_status(getpid(), "Nothing", value, sizeof(value)));
}
END_TEST

START_TEST(and_not_in_a_name)
{
	ck_assert_int_eq(prctl(PR_SET_NAME, "x Uid:\t7"), 0);
	ck_assert_int_eq((int)pe_proc_status_number(getpid(), "Uid"), (int)getuid());
	ck_assert_int_eq(prctl(PR_SET_NAME, "x\nUid:\t7"), 0);
	ck_assert_uint_eq(pe_rights_uid(&self), getuid());
}
END_TEST

START_TEST(a_process_that_is_gone_has_no_field)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq((int)pe_proc_status_number(pid, "Uid"), -1);
	ck_assert_int_eq(pe_proc_open(O_RDONLY, "%d/status", pid), -ENOENT);
}
END_TEST

START_TEST(a_blocked_and_an_ignored_signal_have_no_effect)
{
	sigset_t set;

	ck_assert(!pe_rights_ignores(&self, SIGUSR1));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ck_assert(pe_rights_ignores(&self, SIGUSR1));
	ck_assert(!pe_rights_ignores(&self, SIGUSR2));
	signal(SIGUSR2, SIG_IGN);
	ck_assert(pe_rights_ignores(&self, SIGUSR2));
}
END_TEST

/* a process with these users, until its pipe is closed */
static pid_t process_of(uid_t real, uid_t effective, uid_t saved, int leash[2])
{
	pid_t pid;
	int ready[2];
	char c;

	ck_assert_int_eq(pipe(leash) + pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		close(leash[1]);
		if (setresuid(real, effective, saved) != 0)
			_exit(1);
		_exit(write(ready[1], "", 1) != 1 || read(leash[0], &c, 1) != 0);
	}
	close(ready[1]);
	ck_assert_int_eq((int)read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(leash[0]);
	return pid;
}

struct pair {
	uid_t real, effective, saved;
	bool may; /* signal a process that is USER in all three */
};

static const struct pair
	pairs[] = {
		{ USER, USER, USER, true },    { OTHER, OTHER, OTHER, false },
		{ OTHER, USER, OTHER, true },  { USER, OTHER, OTHER, true },
		{ OTHER, OTHER, USER, false }, /* a saved user id of the sender grants no right */
	};

/* with the credentials of @sender: 0 or -errno */
static int signal_as(pid_t sender, pid_t target)
{
	const struct pe_peer p = { .tid = sender, .tgid = sender };
	struct pe_credentials its;
	int r;

	ck_assert(pe_credentials_read(&p, &its));
	ck_assert_int_eq(pe_credentials_become(&its), 0);
	r = pe_sys_kill(target, 0);
	pe_credentials_return();
	return r;
}

/* credentials.1 */
START_TEST(signals_are_ruled_by_the_callers_credentials)
{
	const struct pair *t = &pairs[_i];
	int leash[2][2];
	pid_t target, sender;
	uint32_t u[4];

	if (!users_can_change()) {
		fprintf(stderr, "left out: only root can be two users\n");
		return;
	}
	target = process_of(USER, USER, USER, leash[0]);
	sender = process_of(t->real, t->effective, t->saved, leash[1]);
	ck_assert(pe_proc_users(sender, u));
	ck_assert_uint_eq(u[0], t->real);
	ck_assert_uint_eq(u[1], t->effective);
	ck_assert_uint_eq(u[2], t->saved);
	ck_assert_uint_eq(u[3], t->effective); /* the file system's follows */
	ck_assert_int_eq(signal_as(sender, target), t->may ? 0 : -EPERM);
	ck_assert_int_eq(signal_as(sender, getppid()), -EPERM); /* root's */
	ck_assert_int_eq(signal_as(getpid(), target), 0);	/* CAP_KILL, and it came back */
	close(leash[1][1]);
	ck_assert_int_eq(waitpid(sender, NULL, 0), sender);
	close(leash[0][1]);
	ck_assert_int_eq(waitpid(target, NULL, 0), target);
}
END_TEST

static void map_users(pid_t pid)
{
	char path[32], text[64];
	int fd;

	snprintf(path, sizeof(path), "%d/uid_map", pid);
	snprintf(text, sizeof(text), "0 %d 1\n1 %d 1", USER, OTHER);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq((int)write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
}

/* helper.2: whichever of the user ids of a user namespace it has, a process there counts as the
 * owner of the namespace */
START_TEST(a_namespace_below_belongs_to_its_owner)
{
	struct pe_peer p = { .ns = -1 };
	int to[2], from[2], status;
	char c;

	if (!users_can_change()) {
		fprintf(stderr, "left out: only root can be two users\n");
		return;
	}
	ck_assert_int_eq(pipe(to) + pipe(from), 0);
	p.tid = p.tgid = fork();
	if (p.tid == 0) {
		close(to[1]);
		if (setresuid(USER, USER, USER) != 0 || unshare(CLONE_NEWUSER) != 0)
			_exit(2);
		if (write(from[1], "", 1) != 1 || read(to[0], &c, 1) != 1 ||
		    setresuid(1, 1, 1) != 0)
			_exit(1);
		_exit(write(from[1], "", 1) != 1 || read(to[0], &c, 1) != 0);
	}
	close(to[0]);
	close(from[1]);
	if (read(from[0], &c, 1) == 1) {
		map_users(p.tid);
		ck_assert_int_eq((int)write(to[1], "", 1), 1);
		ck_assert_int_eq((int)read(from[0], &c, 1), 1);
		ck_assert_uint_eq(pe_rights_uid(&p), OTHER);
		ck_assert_uint_eq(pe_peer_user(&p), USER);
	}
	close(to[1]);
	ck_assert_int_eq(waitpid(p.tid, &status, 0), p.tid);
	if (WEXITSTATUS(status) == 2)
		fprintf(stderr, "left out: no user namespaces here\n");
	else
		ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("proc");
	TCase *c = tcase_create("proc");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, enter_proc, NULL);
	tcase_add_test(c, a_field_is_found_by_its_line);
	tcase_add_test(c, and_not_in_a_name);
	tcase_add_test(c, a_process_that_is_gone_has_no_field);
	tcase_add_test(c, a_blocked_and_an_ignored_signal_have_no_effect);
	tcase_add_loop_test(c, signals_are_ruled_by_the_callers_credentials, 0,
			    sizeof(pairs) / sizeof(*pairs));
	tcase_add_test(c, a_namespace_below_belongs_to_its_owner);
	suite_add_tcase(s, c);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
