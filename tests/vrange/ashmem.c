/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: a program that was written for /dev/ashmem is served when the library is preloaded.
 *
 * Not linked with libvrange. Without arguments it runs itself preloaded with PIDEPOCH_VRANGE.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "check.h"

#define N      8
#define LENGTH (N * PAGE)

struct pin {
	uint32_t offset, length;
};

#define SET_NAME	 _IOW(0x77, 1, char[256])
#define SET_SIZE	 _IOW(0x77, 3, size_t)
#define GET_SIZE	 _IO(0x77, 4)
#define SET_PROT_MASK	 _IOW(0x77, 5, unsigned long)
#define GET_PROT_MASK	 _IO(0x77, 6)
#define PIN		 _IOW(0x77, 7, struct pin)
#define UNPIN		 _IOW(0x77, 8, struct pin)
#define GET_PIN_STATUS	 _IO(0x77, 9)
#define PURGE_ALL_CACHES _IO(0x77, 10)

static int pin(int fd, unsigned long request, uint32_t page, uint32_t pages)
{
	struct pin range = { page * (uint32_t)PAGE, pages * (uint32_t)PAGE };

	return ioctl(fd, request, &range);
}

/* A region of @pages, each full of sevens. */
static int new_region(int pages, char **map)
{
	const int fd = open("/dev/ashmem", O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0 && ioctl(fd, SET_SIZE, (size_t)pages * PAGE) == 0, "a region");
	*map = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(*map, 7, (size_t)pages * PAGE);
	return fd;
}

/* Overlapping pins and unpins: a page is what the last of them made it. */
static void overlaps(void)
{
	char *map;
	const int fd = new_region(24, &map);

	CHECK(pin(fd, UNPIN, 4, 10) == 0 && pin(fd, UNPIN, 16, 2) == 0, "unpinned");
	CHECK(pin(fd, PIN, 2, 4) == 0 && pin(fd, PIN, 10, 7) == 0, "pinned across their ends");
	CHECK(pin(fd, UNPIN, 0, 3) == 0 && pin(fd, UNPIN, 22, 1) == 0, "and unpinned again");
	CHECK(pin(fd, GET_PIN_STATUS, 0, 3) == 0 && pin(fd, GET_PIN_STATUS, 3, 3) == 1, "0 to 5");
	CHECK(pin(fd, GET_PIN_STATUS, 6, 4) == 0 && pin(fd, GET_PIN_STATUS, 10, 7) == 1, "to 16");
	CHECK(pin(fd, GET_PIN_STATUS, 17, 1) == 0 && pin(fd, GET_PIN_STATUS, 18, 4) == 1, "to 21");
	CHECK(pin(fd, GET_PIN_STATUS, 21, 3) == 0, "a part of it is not pinned");
	CHECK(ioctl(fd, PURGE_ALL_CACHES) == 3 + 4 + 1 + 1, "what is unpinned is purged");
	CHECK(check_count(map, 24, 7) == 24 - 9, "and no more");
	CHECK(pin(fd, PIN, 3, 3) == 0 && pin(fd, PIN, 0, 24) == 1, "which is reported");
	CHECK(pin(fd, PIN, 0, 24) == 0 && ioctl(fd, PURGE_ALL_CACHES) == 0, "once");
	munmap(map, 24 * PAGE);
	close(fd);
}

static int purges(void *fd)
{
	return ioctl(*(int *)fd, PURGE_ALL_CACHES) == 1 ? 0 : 1;
}

static void another_process(void)
{
	char *map;
	int fd = new_region(2, &map);

	CHECK(pin(fd, UNPIN, 0, 1) == 0 && check_in_child(purges, &fd) == 0, "a child purges");
	CHECK(pin(fd, PIN, 0, 1) == 1 && pin(fd, PIN, 1, 1) == 0, "which is seen here");
	munmap(map, 2 * PAGE);
	close(fd);
}

static bool fails(int error, int result)
{
	return result == -1 && errno == error;
}

static void bad_arguments(void)
{
	char *map;
	const int fd = new_region(2, &map);

	CHECK(fails(EINVAL, pin(fd, PIN, 2, 1)) && fails(EINVAL, pin(fd, UNPIN, 0, 3)), "outside");
	CHECK(fails(EINVAL, pin(fd, UNPIN, 1, 0xfffff)), "overflows");
	CHECK(fails(EFAULT, ioctl(fd, PIN, 8L)) && fails(EFAULT, ioctl(fd, GET_PIN_STATUS, 8L)),
	      "no address");
	CHECK(fails(EINVAL, ioctl(fd, SET_PROT_MASK, 8L)), "unknown protection");
	CHECK(ioctl(fd, SET_PROT_MASK, PROT_READ) == 0, "reduced");
	CHECK(fails(EINVAL, ioctl(fd, SET_PROT_MASK, PROT_READ | PROT_WRITE)), "for good");
	map[0] = 8; /* a mapping that is there already stays as it is */
	munmap(map, 2 * PAGE);
	close(fd);
}

static int run(void)
{
	struct pin all = { 0, 0 }, odd = { 1, PAGE };
	const int fd = open("/dev/ashmem", O_RDWR | O_CLOEXEC);
	int other[2];
	char *m;

	CHECK(fd >= 0, "open");
	CHECK(ioctl(fd, SET_NAME, "cache") == 0 && ioctl(fd, SET_SIZE, LENGTH) == 0, "size");
	CHECK(ioctl(fd, GET_SIZE) == (int)LENGTH, "and it is kept");
	m = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(m, 7, LENGTH);
	CHECK(ioctl(fd, GET_PIN_STATUS, &all) == 1, "pinned");
	CHECK(ioctl(fd, UNPIN, &all) == 0 && ioctl(fd, GET_PIN_STATUS, &all) == 0, "unpinned");
	CHECK(ioctl(fd, PIN, &all) == 0 && check_count(m, N, 7) == N, "pinned, not purged");
	CHECK(ioctl(fd, UNPIN, &all) == 0, "unpinned");
	CHECK(ioctl(fd, PURGE_ALL_CACHES) >= N, "purged");
	CHECK(ioctl(fd, PIN, &all) == 1 && check_count(m, N, 0) == N, "and reported");
	errno = 0;
	CHECK(ioctl(fd, PIN, &odd) == -1 && errno == EINVAL, "not aligned");
	CHECK(ioctl(fd, SET_PROT_MASK, PROT_READ) == 0 && !(ioctl(fd, GET_PROT_MASK) & PROT_WRITE),
	      "read only");
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED,
	      "so it is");
	errno = 0;
	CHECK(open("/dev/ashmen", O_RDONLY) == -1 && errno == ENOENT, "another file");
	if (pipe(other) != 0)
		exit(99);
	errno = 0;
	CHECK(ioctl(other[0], GET_SIZE) == -1 && errno == ENOTTY, "another descriptor");
	overlaps();
	another_process();
	bad_arguments();
	return check_done();
}

int main(int argc, char **argv)
{
	const char *library = getenv("PIDEPOCH_VRANGE");
	char ledger[64];
	struct stat st;
	int status;

	if (argc > 1)
		return run();
	if (!library)
		check_skip("PIDEPOCH_VRANGE does not name the library");
	if (stat("/dev/ashmem", &st) == 0)
		check_skip("this machine has an ashmem device");
	snprintf(ledger, sizeof(ledger), "/dev/shm/vrange-ashmem-%d", getpid());
	if (fork() == 0) {
		setenv("VRANGE_LEDGER", ledger, 1);
		setenv("LD_PRELOAD", library, 1);
		execl("/proc/self/exe", argv[0], "preloaded", NULL);
		_exit(99);
	}
	CHECK(wait(&status) > 0 && status == 0, "preloaded");
	unlink(ledger);
	return check_done();
}
