/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* modules: which code is mapped where. Rules are those of core/record/modules.h. */
#include "../support/host.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "core/record/modules.h"

static char room[PE_MODULES_ROOM];
static char text[1 << 18];

static const char *records(void)
{
	FILE *f = tmpfile();
	uint64_t name = pe_modules_name(0, room);
	ssize_t n;

	pe_modules_write(fileno(f), 0, name, room);
	n = pread(fileno(f), text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	fclose(f);
	return text;
}

START_TEST(libc_is_there_with_its_build_id)
{
	const char *at = strstr(records(), "libc.so.6\"}\n"), *id;

	ck_assert_ptr_nonnull(at);
	while (at > text && at[-1] != '\n')
		at--;
	ck_assert_int_eq(strncmp(at, "{\"pidepoch\":2,\"type\":\"module\",\"set\":\"", 37), 0);
	id = strstr(at, "\"build_id\":\"");
	ck_assert_ptr_nonnull(id);
	ck_assert_uint_ge(strspn(id + 12, "0123456789abcdef"), 16);
	ck_assert_int_eq(text[strlen(text) - 1], '\n');
}
END_TEST

START_TEST(modules_3_the_name_is_that_of_the_mapped_file)
{
	uint64_t before = pe_modules_name(0, room);
	void *library;
	pid_t child;
	int status;

	ck_assert_uint_ne(before, 0);
	ck_assert_uint_eq(pe_modules_name(0, room), before);
	child = fork();
	if (child == 0)
		_exit(pe_modules_name(0, room) != before);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	library = dlopen("libutil.so.1", RTLD_NOW);
	if (!library)
		library = dlopen("libresolv.so.2", RTLD_NOW);
	ck_assert_ptr_nonnull(library);
	ck_assert_uint_ne(pe_modules_name(0, room), before);
}
END_TEST

START_TEST(code_made_at_run_time_has_no_module)
{
	uint64_t before = pe_modules_name(0, room);
	void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(page, MAP_FAILED);
	ck_assert_uint_eq(pe_modules_name(0, room), before);
}
END_TEST

/* More maps than the buffer holds at once, and records for more than one write. */
START_TEST(modules_2_many_modules)
{
	static char name[] = "/tmp/pidepoch-modules-a\"b\\c\001-XXXXXX";
	int fd = mkstemp(name), found = 0, lines = 0;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, 4096 * 300), 0);
	for (int i = 0; i < 150; i++)
		ck_assert_ptr_ne(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd,
				      8192 * (long)i),
				 MAP_FAILED);
	unlink(name);
	records();
	for (char *at = text; (at = strstr(at, "pidepoch-modules-a\\\"b\\\\c")); at++)
		found++;
	for (char *at = text; *at; at++)
		lines += *at == '\n';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines--) {
		ck_assert_int_eq(strncmp(line, "{\"pidepoch\":2,", 14), 0);
		ck_assert_int_eq(line[strlen(line) - 1], '}');
	}
	ck_assert_int_eq(found, 150);
	ck_assert_int_eq(lines, 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("modules");

	tcase_add_test(c, libc_is_there_with_its_build_id);
	tcase_add_test(c, modules_3_the_name_is_that_of_the_mapped_file);
	tcase_add_test(c, code_made_at_run_time_has_no_module);
	tcase_add_test(c, modules_2_many_modules);
	return run_case("modules", c);
}
