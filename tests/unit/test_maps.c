/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* maps: the lines of /proc/PID/maps. */
#include "../support/host.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "core/maps.h"

START_TEST(a_line)
{
	struct pe_maps_line m;

	ck_assert(pe_maps_parse("7f12a0000000-7f12a0021000 r-xp 0000f000 fd:1a 1234      /a b\nc",
				&m));
	ck_assert_uint_eq(m.start, 0x7f12a0000000);
	ck_assert_uint_eq(m.end, 0x7f12a0021000);
	ck_assert(m.readable && !m.writable && m.executable && !m.shared);
	ck_assert_uint_eq(m.offset, 0xf000);
	ck_assert_uint_eq(m.major, 0xfd);
	ck_assert_uint_eq(m.minor, 0x1a);
	ck_assert_uint_eq(m.inode, 1234);
	ck_assert_str_eq(m.path, "/a b\nc");
	ck_assert(pe_maps_parse("1000-2000 -w-s 00000000 00:00 0 ", &m));
	ck_assert(!m.readable && m.writable && !m.executable && m.shared);
	ck_assert_str_eq(m.path, "");
}
END_TEST

static const char *const wrong[] = { "",   "\n",  "-",		"x",
				     "12", "12-", "20-10 rwxp", "r-xp 00 00:00 0" };

START_TEST(other_text)
{
	struct pe_maps_line m;

	ck_assert(!pe_maps_parse(wrong[_i], &m));
}
END_TEST

static const char three[] = "1000-2000 r--p 00000000 00:00 7 /short\n"
			    "2000-3000 r--p 00000000 00:00 8 /a/rather/long/path/to/a/file\n"
			    "3000-4000 r--p 00000000 00:00 9 /end\n";

/* Whatever the size of the buffer, each line is seen once, and only its path may be cut. */
START_TEST(lines_that_do_not_fit_are_cut)
{
	char buffer[200];
	struct pe_maps_line m;
	struct pe_maps_reader r = { .buffer = buffer, .size = (size_t)_i };
	FILE *f = tmpfile();

	ck_assert_ptr_nonnull(f);
	fputs(three, f);
	rewind(f);
	r.fd = fileno(f);
	for (unsigned int i = 1; i <= 3; i++) {
		ck_assert(pe_maps_next(&r, &m));
		ck_assert_uint_eq(m.start, i << 12);
		ck_assert_uint_eq(m.end, (i + 1) << 12);
		ck_assert_uint_eq(m.inode, 6 + i);
		ck_assert_int_eq(m.path[0], '/');
	}
	ck_assert_str_eq(m.path, "/end");
	ck_assert(!pe_maps_next(&r, &m));
	ck_assert_int_eq(r.error, 0);
	fclose(f);
}
END_TEST

/* The text and the ioctl agree. */
START_TEST(the_same_by_query)
{
	char buffer[512];
	struct pe_maps_reader r = { .fd = open("/proc/self/maps", O_RDONLY),
				    .buffer = buffer,
				    .size = sizeof(buffer) };
	struct pe_maps_line m;
	struct pe_maps_query q;
	unsigned int lines = 0;

	ck_assert_int_ge(r.fd, 0);
	while (pe_maps_next(&r, &m) && m.start < UINT64_C(1) << 63) {
		int error = pe_maps_query(r.fd, m.start, 0, &q);

		if (error == -ENOTTY || error == -EPERM || error == -EACCES)
			break;
		lines++;
		ck_assert_int_eq(error, 0);
		ck_assert(q.start == m.start && q.end == m.end && q.inode == m.inode);
		ck_assert_int_eq((q.vma_flags & PE_MAPS_WRITABLE) != 0, m.writable);
		ck_assert_int_eq((q.vma_flags & PE_MAPS_READABLE) != 0, m.readable);
	}
	ck_assert(lines == 0 || lines > 5);
	close(r.fd);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("maps");

	tcase_add_test(c, a_line);
	tcase_add_loop_test(c, other_text, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_loop_test(c, lines_that_do_not_fit_are_cut, 38, 200);
	tcase_add_test(c, the_same_by_query);
	return run_case("maps", c);
}
