/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/time/wrap_proof.h"
#include "core/time/identity.h"
#include "core/sys.h"
#include "core/text.h"

#define RESERVED_NUMBERS 300 /* as in the kernel: no pid below, after the first lap */

/* --- the figures --- */

static uint64_t leading(const char *s)
{
	uint64_t n;

	pe_text_digits(s, NULL, 10, &n);
	return n;
}

/* Read "processes 12345" of /proc/stat in pieces, because its line of interrupts may be long. */
static int read_forks(uint64_t *forks)
{
	static const char word[] = "\nprocesses ";
	const size_t keep = sizeof(word) + 20; /* the word, and the longest number behind it */
	char text[1024 + 1];
	size_t have = 0;
	long n;
	int fd = pe_sys_open("/proc/stat", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fd;
	*forks = 0;
	while ((n = pe_sys_read(fd, text + have, sizeof(text) - 1 - have)) > 0) {
		have += (size_t)n;
		text[have] = '\0';
		for (size_t i = 0; i + sizeof(word) < have; i++)
			if (pe_text_begins(text + i, word) &&
			    (have - i >= keep || have < sizeof(text) - 1))
				*forks = leading(text + i + sizeof(word) - 1);
		if (*forks)
			break;
		if (have > keep) {
			memmove(text, text + have - keep, keep);
			have = keep;
		}
	}
	pe_sys_close(fd);
	return n < 0 ? (int)n : *forks ? 0 : -ENODATA;
}

static int read_number(const char *path, uint64_t *pid)
{
	char text[32] = "";
	long n = pe_sys_slurp(path, text, sizeof(text) - 1);

	if (n < 0)
		return (int)n;
	*pid = leading(text);
	return *pid ? 0 : -ENODATA;
}

/* "0.00 0.01 0.05 1/234 5678": tasks and cursor */
static int read_load(struct pe_wrap_proof_look *look)
{
	char text[128] = "";
	long n = pe_sys_slurp("/proc/loadavg", text, sizeof(text) - 1);
	const char *slash = text;

	if (n < 0)
		return (int)n;
	while (*slash && *slash != '/')
		slash++;
	look->tasks = *slash ? leading(slash + 1) : 0;
	n = pe_clock_parse(text, (size_t)n, &look->cursor);
	return n < 0 ? (int)n : look->tasks ? 0 : -ENODATA;
}

/* --- the judgement --- */

/* wrap_proof.1: upper bound of the pids in use at any time in between: 3 * (tasks + forks) */
static bool fills_a_lap(const struct pe_wrap_proof *c, const struct pe_wrap_proof_look *now)
{
	uint64_t forks = now->forks_after - c->forks;
	uint64_t tasks = c->tasks > now->tasks ? c->tasks : now->tasks;

	return now->forks_after < c->forks || forks >= UINT64_C(1) << 32 ||
	       4 * forks + 3 * tasks + RESERVED_NUMBERS >= now->pid_max;
}

int pe_wrap_proof_judge(struct pe_wrap_proof *c, struct pe_clock *clock, pe_clock_time before,
			const struct pe_wrap_proof_look *now)
{
	bool proven = c->forks && !fills_a_lap(c, now);

	pe_clock_advance(clock, before, now->cursor);
	if (!proven && pe_clock_has_shown(clock))
		pe_clock_skip(clock, 1); /* wrap_proof.2 */
	c->forks = now->forks;
	c->tasks = now->tasks;
	return proven ? 0 : -ENODATA;
}

int pe_wrap_proof_take(struct pe_wrap_proof *c, struct pe_clock *clock)
{
	struct pe_wrap_proof_look look = { .cursor = 0 };
	pe_clock_time before = pe_clock_now(clock);
	int err = pe_identity_proc_is_ours(); /* wrap_proof.3 */

	if (err == 0)
		err = read_number("/proc/sys/kernel/pid_max", &look.pid_max);
	if (err == 0)
		err = read_forks(&look.forks);
	if (err == 0)
		err = read_load(&look);
	if (err == 0)
		err = read_forks(&look.forks_after);
	return err ? err : pe_wrap_proof_judge(c, clock, before, &look);
}
