/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: what the public test programs of the kernel patches try, works: every other chunk of
 * a block of malloc() or of a shared file is volatile; a forked process writes to all of it and
 * takes the memory; a handler of SIGBUS unmarks the chunk that was touched, fills it, and returns.
 *
 * Not linked with libvrange. Without arguments it runs itself preloaded with PIDEPOCH_VRANGE, for
 * each version of the patches.
 */
#include <stdint.h>
#include <sys/syscall.h>

#include "check.h"
#include "pressure.h"

#define CHUNK  (4 * PAGE)
#define CHUNKS 26

static char *block;
static bool v9;
static int filled;

static char content(int chunk)
{
	return (char)('A' + chunk);
}

static char *chunk_at(int chunk)
{
	return block + (size_t)chunk * CHUNK;
}

static long call(char *at, bool is_volatile, int *purged)
{
	if (v9)
		return syscall(314, at, CHUNK, is_volatile ? 0 : 1, purged);
	return syscall(316, at, CHUNK, is_volatile ? 1 : 0, 0, purged);
}

static void fill_and_mark(void)
{
	for (int i = 0; i < CHUNKS; i++)
		memset(chunk_at(i), content(i), CHUNK);
	for (int i = 0; i < CHUNKS; i += 2)
		CHECK(call(chunk_at(i), true, NULL) == (long)CHUNK, "marked");
}

/* Its writes end what it shares with this process, whose pages can be taken then. */
static int presses(void *is_anonymous)
{
	for (int i = 0; is_anonymous && i < CHUNKS; i++) {
		call(chunk_at(i), false, NULL);
		memset(chunk_at(i), '0', CHUNK);
	}
	return 0;
}

static void take(bool is_anonymous)
{
	CHECK(check_in_child(presses, is_anonymous ? block : NULL) == 0, "in the child");
	pressure_reclaim_range(block, (size_t)CHUNKS * CHUNK);
}

static bool is_whole(int chunk)
{
	for (size_t i = 0; i < CHUNK; i++)
		if (chunk_at(chunk)[i] != content(chunk))
			return false;
	return true;
}

/* Each volatile chunk is intact, or reported; the others are never touched. */
static void unmarks(bool is_anonymous)
{
	int purged, losses = 0;

	fill_and_mark();
	take(is_anonymous);
	for (int i = 0; i < CHUNKS; i++) {
		purged = 0;
		if (i % 2 == 0)
			CHECK(call(chunk_at(i), false, &purged) == (long)CHUNK, "unmarked");
		losses += purged;
		CHECK(purged || is_whole(i), "intact, or reported");
		CHECK(!purged || i % 2 == 0, "of the volatile ones only");
	}
	CHECK(!is_anonymous || losses > 0, "some were lost");
}

/* A system call that is made in a handler, while the access waits. */
static void on_bus(int sig, siginfo_t *info, void *context)
{
	const int chunk = (int)(((char *)info->si_addr - block) / (long)CHUNK);

	(void)sig;
	(void)context;
	call(chunk_at(chunk), false, NULL);
	memset(chunk_at(chunk), content(chunk), CHUNK);
	filled++;
}

static void fills_on_demand(void)
{
	const struct sigaction action = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &action, NULL);
	fill_and_mark();
	take(true);
	for (int i = 0; i < CHUNKS; i++)
		CHECK(is_whole(i), "whole, by the handler");
	CHECK(filled > 0, "which was needed");
	for (int i = 0; i < CHUNKS; i += 2)
		call(chunk_at(i), false, NULL);
}

static void run(const char *version)
{
	const size_t size = (size_t)CHUNKS * CHUNK;
	const int fd = memfd_create("chunks", MFD_CLOEXEC);
	char *allocated = malloc(size + 2 * PAGE);

	v9 = strcmp(version, "v9") == 0;
	block = (char *)(((uintptr_t)allocated + PAGE - 1) & ~(PAGE - 1));
	unmarks(true);
	fills_on_demand();
	free(allocated);
	if (ftruncate(fd, (off_t)size) != 0)
		exit(99);
	block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	unmarks(false);
	munmap(block, size);
	close(fd);
}

static int in_version(void *version)
{
	int status;

	setenv("LD_PRELOAD", getenv("PIDEPOCH_VRANGE"), 1);
	setenv("VRANGE_COMPAT", version, 1);
	if (fork() == 0)
		_exit(check_own_ledger(version));
	wait(&status);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

int main(int argc, char **argv)
{
	char *page = check_memory(1, 7);

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 1) {
		int status[2];

		if (!getenv("PIDEPOCH_VRANGE"))
			check_skip("PIDEPOCH_VRANGE does not name the library");
		status[0] = check_in_child(in_version, (char *)"v9");
		status[1] = check_in_child(in_version, (char *)"v13");
		if (status[0] == 77 && status[1] == 77)
			return 77;
		return status[0] || status[1];
	}
	if (syscall(20130408, page, PAGE, 1, 4) != 0)
		check_skip("userfaultfd is forbidden here");
	run(argv[1]);
	check_remove_ledger();
	return check_done();
}
