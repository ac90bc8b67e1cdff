// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * stacks_hostile - a static program that forms its stack, its registers and its unwind tables so
 * that an unwinder from outside crashes, loops or waits for ever. Each misuse must be refused all
 * the same, by the same worker, and have its event. Prints how many.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/attack.h"
#include "../support/worker.h"

#define PAGE 4096
#define RUNS 40 /* with random tables */

static int misuses;

/* --- the tables --- */

static uint8_t *tables; /* .eh_frame */

static int find_tables(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME) {
			uint8_t *head = (uint8_t *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
			int32_t distance;

			memcpy(&distance, head + 4, sizeof(distance));
			tables = head + 4 + distance;
		}
	return tables != NULL;
}

/* Write @bytes over and over into the instructions of each FDE; without them, random ones. */
static void form_tables(const uint8_t *bytes, size_t n)
{
	uint32_t length, id;

	for (uint8_t *at = tables; memcpy(&length, at, 4), length; at += 4 + length) {
		memcpy(&id, at + 4, 4);
		for (uint32_t i = 17; id && i < length + 4; i++)
			at[i] = bytes ? bytes[(i - 17) % n] : (uint8_t)rand();
	}
}

static void make_tables_writable(void)
{
	uint8_t *page, *end;
	uint32_t length;

	dl_iterate_phdr(find_tables, NULL);
	if (!tables)
		attack_fail("no .eh_frame_hdr");
	for (end = tables; memcpy(&length, end, 4), length; end += 4 + length)
		;
	page = (uint8_t *)((uintptr_t)tables & ~(uintptr_t)(PAGE - 1));
	if (mprotect(page, (size_t)(end - page) + 4, PROT_READ | PROT_WRITE) != 0)
		attack_fail("mprotect: %s", strerror(errno));
}

/* --- a misuse --- */

static long misuse(int pid)
{
	return attack_raw(SYS_kill, pid, SIGTERM, 0, 0, 0);
}

#ifdef __x86_64__
/* the same with another stack pointer, also as frame pointer */
static long misuse_on(int pid, uint64_t sp)
{
	long n;

	__asm__ volatile("mov %%rsp, %%r12\n\t"
			 "mov %%rbp, %%r13\n\t"
			 "mov %4, %%rsp\n\t"
			 "mov %4, %%rbp\n\t"
			 "syscall\n\t"
			 "mov %%r12, %%rsp\n\t"
			 "mov %%r13, %%rbp"
			 : "=a"(n)
			 : "a"((long)SYS_kill), "D"((long)pid), "S"((long)SIGTERM), "r"(sp)
			 : "rcx", "r11", "r12", "r13", "memory");
	return n;
}
#endif

static int stale_pid(void)
{
	int pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		attack_fail("no child");
	return pid;
}

/* --- the cases, each in its own process --- */

static void with_tables(const void *bytes, size_t n)
{
	int pid = stale_pid();

	form_tables(bytes, n);
	_exit(misuse(pid) == -ESRCH ? 0 : 1);
}

/* DW_CFA_register: rbx is in a register whose index has 63 bits */
static void crash(unsigned int run)
{
	static const uint8_t bytes[] = { 0x09, 0x03, 0xff, 0xff, 0xff, 0xff,
					 0xff, 0xff, 0xff, 0xff, 0x7f };

	(void)run;
	with_tables(bytes, sizeof(bytes));
}

/* DW_CFA_def_cfa_expression of three bytes: DW_OP_skip to itself */
static void loop(unsigned int run)
{
	static const uint8_t bytes[] = { 0x0f, 0x03, 0x2f, 0xfd, 0xff };

	(void)run;
	with_tables(bytes, sizeof(bytes));
}

static void random_tables(unsigned int run)
{
	srand(run);
	with_tables(NULL, 0);
}

#ifdef __x86_64__
static void wild(unsigned int run)
{
	static const uint64_t sps[] = { 0,
					16,
					UINT64_C(0x7ffffffffff8),
					UINT64_C(0x8000000000000000),
					UINT64_C(0xfff0000000000000),
					UINT64_MAX };

	_exit(misuse_on(stale_pid(), sps[run]) == -ESRCH ? 0 : 1);
}

/* A page that never arrives. 77: this kernel, or this user, has none */
static void *page_that_never_comes(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register all = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) < 0)
		_exit(77);
	all.range.start = (uintptr_t)page;
	all.range.len = PAGE;
	if (ioctl(fd, UFFDIO_REGISTER, &all) < 0)
		_exit(77);
	return page;
}

/* Twice: the second call learns that the process gets no more stacks. */
static void stuck(unsigned int run)
{
	uint64_t sp = (uintptr_t)page_that_never_comes() + PAGE / 2;
	int pid = stale_pid();

	(void)run;
	_exit(misuse_on(pid, sp) == -ESRCH && misuse_on(pid, sp) == -ESRCH ? 0 : 1);
}
#endif

static void run_scenario(const char *name, void (*what)(unsigned int), unsigned int run, int events)
{
	int status, pid = fork();

	if (pid == 0)
		what(run);
	if (waitpid(pid, &status, 0) != pid)
		attack_fail("no child");
	if (status == 77 << 8)
		return;
	if (status != 0)
		attack_fail("%s %u: the misuse was not refused (%x)", name, run, status);
	misuses += events;
}

int main(void)
{
	int worker = worker_find_in(getsid(0), 0);

	alarm(120);
	make_tables_writable();
	run_scenario("crash", crash, 0, 1);
	run_scenario("loop", loop, 0, 1);
	for (unsigned int run = 0; run < RUNS; run++)
		run_scenario("random", random_tables, run, 1);
#ifdef __x86_64__
	for (unsigned int run = 0; run < 6; run++)
		run_scenario("wild", wild, run, 1);
	run_scenario("stuck", stuck, 0, 2);
#endif
	if (worker_find_in(getsid(0), 0) != worker)
		attack_fail("the worker has ended");
	printf("%d\n", misuses);
	return 0;
}
