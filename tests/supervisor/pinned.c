// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the supervisor writes for a caller goes to that caller's memory and to no other, though the
 * caller is killed and its pid passes to another process while its memory is being read (memory.1).
 *
 *   caller:    entries in a page, a snapshot in a slow page
 *   helper:    reads the entries ── waits for the snapshot ········ read ── written where?
 *   meanwhile:     the caller ends ── an unrelated process gets its pid, and has the same page
 */
#include <sys/mman.h>
#include <sys/prctl.h>

#include "../support/namespace.h"
#include "../support/emulated.h"
#include "slow_page.h"
#include "supervisor/peer/memory.h"

enum { PAGE = 4096, PID = 3000, USER = 4711 };

static char *const page = (char *)0x10000000; /* of both processes */

static struct slow_page slow;
static int deliver[2];

static void map(int pattern)
{
	if (mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		_exit(98);
	memset(page, pattern, PAGE);
}

static void expect(int from)
{
	char c;

	if (read(from, &c, 1) != 1)
		exit(98);
}

static void say(int to)
{
	if (write(to, "", 1) != 1)
		exit(98);
}

/* --- the caller --- */

static void call(void)
{
	struct pidv *v = (struct pidv *)page;
	void *snapshot = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, slow.fd, 0);

	map(0);
	v[0].pid = v[1].pid = getppid();
	if (snapshot == MAP_FAILED || setresuid(USER, USER, USER) < 0)
		_exit(98);
	pidepoch_raw_call(PIDEPOCH_NR_waitpidv, (long)v, 2, (long)snapshot, 0, sizeof(*v));
	_exit(97); /* not before it is killed */
}

/* --- the unrelated process --- */

static void be_innocent(int ready, int over)
{
	map(0x55);
	say(ready);
	expect(over);
	for (int i = 0; i < PAGE; i++)
		if (page[i] != 0x55)
			_exit(1);
	_exit(0);
}

static pid_t born(void)
{
	pid_t pid = namespace_fork(PID);

	if (pid != 0 && pid != PID) {
		printf("skip: no process can have a pid that is chosen\n");
		exit(77);
	}
	return pid;
}

/* Wait until the helper has finished with the other process: it handles one call of a user at a
 * time. */
static void await_helper(void)
{
	pidepoch_snapshot_t point;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(setresuid(USER, USER, USER) < 0 ||
		      syscall(SYS_prctl, PR_GET_PID_EPOCH, &point, 0, 0, 0) < 0);
	waitpid(pid, &status, 0);
	number_is("another call of that user", status, 0);
}

static void innocent(void)
{
	int ready[2], over[2], status;
	pid_t pid;

	if (pipe(ready) < 0 || pipe(over) < 0)
		exit(98);
	pid = born();
	if (pid == 0)
		be_innocent(ready[1], over[0]);
	expect(ready[0]);
	say(deliver[1]);
	await_helper();
	say(over[1]);
	waitpid(pid, &status, 0);
	number_is("the unrelated process's memory", status, 0);
}

static void kill_while_it_waits(void)
{
	int status;
	pid_t pid = born();

	if (pid == 0)
		call();
	expect(slow.asked);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	number_holds("the caller was killed", WIFSIGNALED(status));
}

/* The descriptor itself: it is of a process that has ended, whichever has its pid now. */
static void descriptor(void)
{
	struct pe_memory m;
	int status;
	char found = 0;
	pid_t pid = born();

	if (pid == 0) {
		map(0x55);
		kill(getpid(), SIGSTOP);
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED);
	number_is("memory is opened", pe_memory_open(&m, "/proc/", pid), 0);
	number_is("and read", pe_memory_read(&m, (uintptr_t)page, &found, 1), 0);
	number_is("as it is", found, 0x55);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	pid = born();
	if (pid == 0) {
		map(0x55);
		kill(getpid(), SIGSTOP);
		_exit(page[0] != 0x55);
	}
	waitpid(pid, &status, WUNTRACED);
	number_is("it is not another's", pe_memory_write(&m, (uintptr_t)page, "x", 1), -EFAULT);
	number_is("nor to be read", pe_memory_read(&m, (uintptr_t)page, &found, 1), -EFAULT);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	number_is("the other's memory", status, 0);
	pe_memory_close(&m);
}

static int run_scenario(void)
{
	if (pipe(deliver) < 0)
		return 98;
	if (!slow_page_make(&slow, deliver[0])) {
		printf("skip: no FUSE file system can be mounted here\n");
		return 77;
	}
	kill_while_it_waits();
	innocent();
	descriptor();
	return number_done();
}

int main(int argc, char **argv)
{
	(void)argc;
	if (number_is_inside())
		return run_scenario();
	if (!namespace_enter_as_root()) {
		printf("skip: it takes root to be two users and to choose a pid\n");
		return 77;
	}
	number_go_inside(argv);
}
