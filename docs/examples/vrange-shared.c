// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A cache in a memfd that several processes share. What one of them finds lost, it fills for all.
 *
 *   cc vrange-shared.c -o vrange-shared $(pkg-config --cflags --libs vrange)
 *   ./vrange-shared [PROCESSES] [GETS]
 *
 * A lock of each slot says which process uses it. The state of the file is shared: a loss is
 * reported to one process.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vrange.h>

#define SLOTS 32
#define SIZE  (64 * 1024)

static void slot_lock(int fd, int slot, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1 };

	if (fcntl(fd, F_SETLKW, &lock) != 0)
		exit(1);
}

static int is_right(const char *value, int slot)
{
	return value[0] == 'a' + slot % 26 && value[SIZE - 1] == 'a' + slot % 26;
}

static int use(int fd, char *map, int slot)
{
	const off_t at = (off_t)slot * SIZE;
	int lost, right;

	slot_lock(fd, slot, F_WRLCK);
	lost = fvrange(fd, at, SIZE, VRANGE_NONVOLATILE, VRANGE_FULL);
	/* never written, or lost */
	if (lost == 1 || map[at] == 0)
		memset(map + at, 'a' + slot % 26, SIZE);
	right = lost >= 0 && is_right(map + at, slot);
	if (fvrange(fd, at, SIZE, VRANGE_VOLATILE, VRANGE_FULL) != 0)
		right = 0;
	slot_lock(fd, slot, F_UNLCK);
	return right;
}

static int work(int fd, char *map, int gets)
{
	srand((unsigned int)getpid());
	for (int i = 0; i < gets; i++) {
		if (!use(fd, map, rand() % SLOTS))
			return 1;
		if (i % 64 == 63)
			vrange_trim(SIZE); /* as memory pressure would */
	}
	return 0;
}

int main(int argc, char **argv)
{
	const int processes = argc > 1 ? atoi(argv[1]) : 4, gets = argc > 2 ? atoi(argv[2]) : 500;
	const int fd = memfd_create("cache", MFD_CLOEXEC);
	int status, wrong = 0;
	char *map;

	if (processes < 1 || gets < 1) {
		fprintf(stderr, "usage: %s [PROCESSES] [GETS]\n", argv[0]);
		return 2;
	}
	if (fd < 0 || ftruncate(fd, SLOTS * SIZE) != 0)
		return 1;
	map = mmap(NULL, SLOTS * SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (int i = 0; i < processes; i++)
		if (fork() == 0)
			_exit(work(fd, map, gets));
	while (wait(&status) > 0)
		wrong += status != 0;
	printf("%d processes, %d gets each, %d wrong\n", processes, gets, wrong);
	return wrong != 0;
}
