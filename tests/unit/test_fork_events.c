// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which births enter the child table, and whose they are: constructed messages and events
 * (fork_events.3, fork_events.4); and only the kernel's messages are accepted. */
#include "supervisor/worker/fork_events.h"

#include <check.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HEADS (NLMSG_HDRLEN + sizeof(struct cn_msg))

/* --- messages --- */

struct message {
	char room[HEADS + sizeof(struct proc_event)];
};

static struct message message(uint32_t index, uint32_t what, int child, int child_group)
{
	const struct cn_msg m = { .id = { index, CN_VAL_PROC }, .len = sizeof(struct proc_event) };
	const struct nlmsghdr head = { .nlmsg_len = sizeof(struct message),
				       .nlmsg_type = NLMSG_DONE };
	struct proc_event e = { .timestamp_ns = 1000 };
	struct message out;

	e.what = what;
	e.event_data.fork.parent_pid = 41;
	e.event_data.fork.parent_tgid = 40;
	e.event_data.fork.child_pid = child;
	e.event_data.fork.child_tgid = child_group;
	memcpy(out.room, &head, sizeof(head));
	memcpy(out.room + NLMSG_HDRLEN, &m, sizeof(m));
	memcpy(out.room + HEADS, &e, sizeof(e));
	return out;
}

START_TEST(a_fork_event_of_a_child_is_passed_on)
{
	struct message m = message(CN_IDX_PROC, PROC_EVENT_FORK, 50, 50);
	struct pe_connector_birth e;

	ck_assert(pe_connector_parse(&m, sizeof(m), &e));
	ck_assert_int_eq(e.parent, 40); /* the process, not its thread */
	ck_assert_int_eq(e.child, 50);
	ck_assert_uint_eq(e.at, 1000);
}
END_TEST

START_TEST(other_events_are_not_passed_on)
{
	const struct message other[] = {
		message(CN_IDX_PROC, PROC_EVENT_FORK, 51, 50), /* a thread */
		message(CN_IDX_PROC, PROC_EVENT_EXEC, 50, 50),
		message(CN_IDX_PROC, PROC_EVENT_NONE, 50, 50),
		message(CN_IDX_PROC + 1, PROC_EVENT_FORK, 50, 50),
	};
	struct message whole = message(CN_IDX_PROC, PROC_EVENT_FORK, 50, 50);
	struct pe_connector_birth e;

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		ck_assert(!pe_connector_parse(&other[i], sizeof(other[i]), &e));
	/* the last field that is wanted ends before the event does */
	for (size_t size = 0; size < HEADS + 32; size++)
		ck_assert(!pe_connector_parse(&whole, size, &e));
	ck_assert(pe_connector_parse(&whole, HEADS + 32, &e));
}
END_TEST

/* --- whose they are --- */

static struct pe_child_table *table;
static struct pe_child_table_process
	*process[2]; /* starts with pids 40 and 41, which registered at 1000 and 2000 */
static uint64_t identities[2];
static int looks;

static int who(int pid, uint64_t *identity)
{
	looks++;
	if (pid != 40 && pid != 41)
		return -3;
	*identity = identities[pid - 40];
	return 0;
}

static bool lives(uint64_t identity, int tgid)
{
	(void)identity;
	(void)tgid;
	return true;
}

static void open_book(void)
{
	table = pe_child_table_map();
	ck_assert_ptr_nonnull(table);
	looks = 0;
	for (int i = 0; i < 2; i++) {
		identities[i] = 700 + (uint64_t)i;
		process[i] = pe_child_table_open(table, identities[i], 40 + i, lives);
		process[i]->births = 1000 * ((uint64_t)i + 1);
	}
}

static void close_book(void)
{
	munmap(table, sizeof(*table));
}

static void note(int parent, int child, uint64_t at)
{
	const struct pe_connector_birth e = { parent, child, at };

	pe_fork_events_note(table, &e, 1, who);
}

START_TEST(each_child_goes_to_its_parent)
{
	const struct pe_connector_birth all[] = {
		{ 40, 50, 2500 }, { 41, 51, 2501 }, { 41, 52, 2502 },
		{ 40, 53, 2503 }, { 39, 54, 2504 }, { 40, 55, 2505 },
	};
	const bool first[] = { true, false, false, true, false, true };

	pe_fork_events_note(table, all, 6, who);
	for (int i = 0; i < 6; i++) {
		ck_assert_int_eq(pe_child_table_has(table, process[0], 50 + i), first[i]);
		ck_assert_int_eq(pe_child_table_has(table, process[1], 50 + i), i == 1 || i == 2);
	}
	ck_assert_int_eq(
		looks,
		/* once for adjacent entries, and not for a process that is not in the child
		 * table */
		4);
}
END_TEST

START_TEST(no_child_from_before_its_parent_registered)
{
	note(40, 50, 999);
	note(40, 51, 1000);
	note(40, 52, 1001);
	note(41, 53, 1001);
	ck_assert(!pe_child_table_has(table, process[0], 50));
	ck_assert(!pe_child_table_has(table, process[0], 51));
	ck_assert(pe_child_table_has(table, process[0], 52));
	ck_assert(!pe_child_table_has(table, process[1], 53));
}
END_TEST

START_TEST(no_child_of_an_unregistered_process)
{
	process[0]->births = 0;
	note(40, 50, 5000);
	ck_assert(!pe_child_table_has(table, process[0], 50));
}
END_TEST

/* between two forks of the registered process another process held the pid: the identity decides */
START_TEST(no_child_for_an_earlier_holder_of_the_pid)
{
	note(40, 50, 1500);
	identities[0] = 900; /* the next one */
	note(40, 51, 1501);
	ck_assert(pe_child_table_has(table, process[0], 50));
	ck_assert(!pe_child_table_has(table, process[0], 51));
	process[0] = pe_child_table_open(table, 900, 40, lives);
	process[0]->births = 3000;
	note(40, 52, 1502);
	note(40, 53, 3001);
	ck_assert(!pe_child_table_has(table, process[0], 50));
	ck_assert(!pe_child_table_has(table, process[0], 52));
	ck_assert(pe_child_table_has(table, process[0], 53));
}
END_TEST

START_TEST(no_child_across_an_exec)
{
	note(40, 50, 1500);
	pe_child_table_forget(table, process[0]);
	note(40, 51, 1501);
	ck_assert(!pe_child_table_has(table, process[0], 51));
	process[0]->births = 2000;
	note(40, 52, 1502);
	note(40, 53, 2001);
	ck_assert(!pe_child_table_has(table, process[0], 50));
	ck_assert(!pe_child_table_has(table, process[0], 52));
	ck_assert(pe_child_table_has(table, process[0], 53));
}
END_TEST

/* --- the socket --- */

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Another process sends all listeners a message that we have a child of that pid. Returns false
 * if it has no right to. */
static bool pretend(int child)
{
	const struct sockaddr_nl all = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
	struct message m = message(CN_IDX_PROC, PROC_EVENT_FORK, child, child);
	uint64_t at = now();
	int fd = pe_connector_open(), parent = getpid();
	bool sent;

	memcpy(m.room + HEADS + offsetof(struct proc_event, timestamp_ns), &at, sizeof(at));
	memcpy(m.room + HEADS + offsetof(struct proc_event, event_data.fork.parent_tgid), &parent,
	       sizeof(parent));
	sent = sendto(fd, &m, sizeof(m), 0, (const struct sockaddr *)&all, sizeof(all)) ==
	       sizeof(m);
	close(fd);
	return sent;
}

START_TEST(only_the_kernels_messages_are_accepted)
{
	struct pe_worker s = { .table = table, .births = pe_connector_open() };
	struct pe_child_table_process *self;
	uint64_t identity;
	pid_t child;

	if (s.births < 0 || pe_connector_listen(s.births) < 0) {
		fprintf(stderr, "left out: the kernel sends no fork events here\n");
		return;
	}
	ck_assert_int_eq(pe_peer_identity(getpid(), &identity), 0);
	self = pe_child_table_open(table, identity, getpid(), lives);
	self->births = now();
	child = fork();
	if (child == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	if (!pretend(child + 1))
		fprintf(stderr, "left out: no process can send a false message\n");
	pe_fork_events_read(&s);
	ck_assert(pe_child_table_has(table, self, child));
	ck_assert(!pe_child_table_has(table, self, child + 1));
	pe_connector_ignore(s.births);
	close(s.births);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("births");
	TCase *c = tcase_create("births");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(c, open_book, close_book);
	tcase_add_test(c, a_fork_event_of_a_child_is_passed_on);
	tcase_add_test(c, other_events_are_not_passed_on);
	tcase_add_test(c, each_child_goes_to_its_parent);
	tcase_add_test(c, no_child_from_before_its_parent_registered);
	tcase_add_test(c, no_child_of_an_unregistered_process);
	tcase_add_test(c, no_child_for_an_earlier_holder_of_the_pid);
	tcase_add_test(c, no_child_across_an_exec);
	tcase_add_test(c, only_the_kernels_messages_are_accepted);
	suite_add_tcase(s, c);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
