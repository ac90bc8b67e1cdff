/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/maps.h"
#include "core/sys.h"
#include "core/text.h"
#include "core/evidence/binary.h"
#include "core/evidence/unseen.h"
#include "core/evidence/words.h"

#define PIECE	     2048u /* bytes that are examined at once, on a handler's stack */
#define OVERLAP	     16u   /* of two pieces: a number may cross their border */
#define MOST_MEMORY  (UINT64_C(16) << 20) /* unseen.3 */
#define LONGEST_TEXT (64u << 10)	  /* of standard input's buffer */

/* --- a piece of memory (unseen.2) --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_digits(const char *data, size_t bytes, uint32_t pid)
{
	const char *end = data + bytes;
	uint64_t n;

	while (data < end) {
		if (!is_digit(*data)) {
			data++;
			continue;
		}
		data = pe_text_digits(data, end, 10, &n);
		if (n == pid)
			return true;
	}
	return false;
}

static bool has_word(const char *data, size_t bytes, uint32_t pid)
{
	uint32_t n;

	for (size_t i = 0; i + sizeof(n) <= bytes; i += sizeof(n)) {
		memcpy(&n, data + i, sizeof(n));
		if (n == pid)
			return true;
	}
	return false;
}

static bool piece_has(uint64_t at, size_t bytes, uint32_t pid)
{
	char data[PIECE];

	return pe_sys_copy(data, (uintptr_t)at, bytes) == 0 &&
	       (has_word(data, bytes, pid) || has_digits(data, bytes, pid));
}

static bool page_has(uint64_t page, uint32_t pid)
{
	for (uint64_t at = page; at < page + PE_SYS_PAGE; at += PIECE)
		if (piece_has(at, PIECE, pid))
			return true;
	return false;
}

/* Pages that are not in memory are not examined: that would allocate them. */
static bool range_has(uint64_t start, uint64_t end, uint32_t pid)
{
	unsigned char here[64];
	const uint64_t step = sizeof(here) * PE_SYS_PAGE;

	for (uint64_t at = start; at < end; at += step) {
		uint64_t bytes = end - at < step ? end - at : step;

		if (pe_sys3(SYS_mincore, (long)at, (long)bytes, PE_SYS_LONG(here)) != 0)
			continue;
		for (uint64_t i = 0; i < bytes / PE_SYS_PAGE; i++)
			if ((here[i] & 1) && page_has(at + i * PE_SYS_PAGE, pid))
				return true;
	}
	return false;
}

/* unseen.3 */
static bool counts(const struct pe_maps_line *m)
{
	static const char others[][14] = { "/usr/",	  "/lib",	 "/SYSV70",
					   "anon_inode:", "/memfd:pide", "/sys/" };

	if (!m->shared || !m->readable)
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (pe_text_begins(m->path, others[i]))
			return false;
	return !pe_text_begins(m->path, "/dev/") || pe_text_begins(m->path, "/dev/shm/") ||
	       pe_text_begins(m->path, "/dev/zero");
}

/* --- standard input --- */

static bool text_has(const struct pe_evidence *e, uint32_t pid)
{
	uint64_t start = e->text[0] ? (uintptr_t)*e->text[0] : 0;
	uint64_t end = e->text[1] ? (uintptr_t)*e->text[1] : 0;

	if (!start || end <= start || end - start > LONGEST_TEXT)
		return false;
	for (; start < end; start += PIECE) {
		char data[PIECE + OVERLAP];
		size_t bytes = end - start < sizeof(data) ? end - start : sizeof(data);

		if (pe_sys_copy(data, (uintptr_t)start, bytes) == 0 && has_digits(data, bytes, pid))
			return true;
	}
	return false;
}

/* --- shared memory (unseen.5) --- */

static bool next_mapping(struct pe_maps_reader *r, struct pe_maps_line *m)
{
	while (pe_maps_next(r, m))
		if (counts(m))
			return true;
	return false;
}

static int open_maps(uint32_t pid)
{
	char path[32];
	struct pe_text text = pe_text_on(path, sizeof(path));

	pe_text_add(&text, "/proc/");
	pe_text_decimal(&text, pid);
	pe_text_add(&text, "/maps");
	return pe_sys_open(pe_text_end(&text), O_RDONLY | O_CLOEXEC);
}

/* Also true if it cannot be read. */
static bool maps(uint32_t pid, const struct pe_maps_line *object)
{
	char buffer[512];
	struct pe_maps_reader r = { .buffer = buffer, .size = sizeof(buffer) };
	struct pe_maps_line m;
	bool found = false;

	r.fd = open_maps(pid);
	if (r.fd < 0)
		return r.fd != -ENOENT;
	while (!found && next_mapping(&r, &m))
		found = m.inode == object->inode && m.major == object->major &&
			m.minor == object->minor;
	pe_sys_close(r.fd);
	return found;
}

/* Another process has written the file, if this one cannot by its mapping. */
static bool was_written(struct pe_evidence *e, const struct pe_maps_line *m, int64_t after)
{
	int64_t stamp;
	bool written, local;
	int fd;

	if (m->writable || pe_text_begins(m->path, "/dev/zero") || pe_text_begins(m->path, "/SYSV"))
		return false;
	fd = pe_sys_open(m->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	written = pe_files_stamp(fd, &stamp, &local) == 0 &&
		  pe_words_to_boot(pe_words_clocks(e), stamp) + PE_MOMENT_TOLERANCE >= after;
	pe_sys_close(fd);
	return written;
}

static bool memory_has(struct pe_evidence *e, uint32_t pid, const struct pe_identity_holder *holder,
		       int64_t after)
{
	char buffer[1024];
	struct pe_maps_reader r = { .buffer = buffer, .size = sizeof(buffer) };
	struct pe_maps_line m;
	uint64_t left = MOST_MEMORY;
	bool found = false;

	r.fd = open_maps((uint32_t)pe_sys_getpid());
	if (r.fd < 0)
		return false;
	while (!found && left && next_mapping(&r, &m)) {
		uint64_t bytes = m.end - m.start < left ? m.end - m.start : left;

		if (!maps(pid, &m) && !maps(holder->ppid, &m) && !was_written(e, &m, after))
			continue;
		found = range_has(m.start, m.start + bytes, pid);
		left -= bytes;
	}
	pe_sys_close(r.fd);
	return found;
}

bool pe_unseen_may_have(struct pe_evidence *e, uint32_t pid,
			const struct pe_identity_holder *holder, int64_t after)
{
	if (pid < PE_BINARY_LEAST)
		return false;
	return text_has(e, pid) || memory_has(e, pid, holder, after);
}
