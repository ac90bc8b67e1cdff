/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* loadable: which programs can load the library. */
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../preload/libc/loaders.h"
#include "../../preload/loadable.h"

#ifdef __x86_64__
#define MACHINE EM_X86_64
#define LOADER	"/lib64/ld-linux-x86-64.so.2"
#else
#define MACHINE EM_AARCH64
#define LOADER	"/lib/ld-linux-aarch64.so.1"
#endif

static char folder[] = "/tmp/pidepoch-loadable-XXXXXX";
static char path[sizeof(folder) + 16];

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/program", folder);
}

static void teardown(void)
{
	unlink(path);
	rmdir(folder);
}

static void write_file(const void *bytes, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	ck_assert_int_eq((int)write(fd, bytes, size), (int)size);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

struct image {
	Elf64_Ehdr e;
	Elf64_Phdr p[2];
	char loader[64];
};

/* @loader: NULL for a static program */
static void write_image(unsigned char class, unsigned int machine, const char *loader)
{
	struct image i = {
		.e = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, class },
		       .e_machine = (Elf64_Half)machine,
		       .e_phoff = offsetof(struct image, p),
		       .e_phentsize = sizeof(i.p[0]),
		       .e_phnum = 2 },
		.p = { { .p_type = PT_LOAD },
		       { .p_type = loader ? PT_INTERP : PT_NOTE,
			 .p_offset = offsetof(struct image, loader),
			 .p_filesz = loader ? strlen(loader) + 1 : 0 } },
	};

	strcpy(i.loader, loader ? loader : "");
	write_file(&i, sizeof(i), 0755);
}

static bool loadable(const char *name)
{
	return pe_loadable(&(const struct pe_loadable){ .dir = AT_FDCWD, .path = name });
}

START_TEST(by_class_machine_and_loader)
{
	write_image(ELFCLASS64, MACHINE, LOADER);
	ck_assert(loadable(path));
	write_image(ELFCLASS64, MACHINE, NULL);
	ck_assert(!loadable(path));
	write_image(ELFCLASS64, MACHINE, "/lib/ld-uClibc.so.0");
	ck_assert(!loadable(path));
	write_image(ELFCLASS64, EM_S390, LOADER);
	ck_assert(!loadable(path));
	write_image(ELFCLASS32, EM_386, "/lib/ld-linux.so.2");
	ck_assert(!loadable(path));
	ck_assert(loadable("/proc/self/exe"));
}
END_TEST

START_TEST(a_program_of_musl_loads_another_build)
{
	const struct pe_loadable program = { .dir = AT_FDCWD, .path = path };

	write_image(ELFCLASS64, MACHINE, "/lib/" PE_LOADER_MUSL);
	ck_assert_int_eq(pe_loadable_by(&program), PE_LOADER_OTHER);
	ck_assert(!loadable(path));
	write_image(ELFCLASS64, MACHINE, NULL);
	ck_assert_int_eq(pe_loadable_by(&program), PE_LOADER_NONE);
}
END_TEST

START_TEST(an_unknown_format_counts_as_loadable)
{
	char far[2048] = "";

	ck_assert(pe_loadable(&(const struct pe_loadable){ .path = NULL }));
	ck_assert(loadable("/nowhere/at/all"));
	ck_assert(loadable("/dev/null"));
	ck_assert(loadable(folder));
	ck_assert_int_eq(mkfifo(path, 0700), 0); /* it is not waited for */
	ck_assert(loadable(path));
	unlink(path);
	write_file("", 0, 0755);
	ck_assert(loadable(path));
	write_file("\177ELF", 4, 0755);
	ck_assert(loadable(path));
	memcpy(far, "\177ELF\2", 5);
	((Elf64_Ehdr *)far)->e_machine = MACHINE;
	((Elf64_Ehdr *)far)->e_phoff = 2000;
	((Elf64_Ehdr *)far)->e_phnum = 1;
	((Elf64_Ehdr *)far)->e_phentsize = sizeof(Elf64_Phdr);
	write_file(far, sizeof(far), 0755);
	ck_assert(loadable(path)); /* its headers lie beyond the part that is read */
}
END_TEST

START_TEST(a_program_that_gains_rights_is_not_loadable)
{
	struct stat st;

	write_image(ELFCLASS64, MACHINE, LOADER);
	ck_assert_int_eq(stat(path, &st), 0);
	chmod(path, 04755);
	ck_assert(!loadable(path));
	chmod(path, 02755);
	ck_assert(!loadable(path));
	chmod(path, 02745); /* mandatory locking */
	ck_assert(loadable(path));
}
END_TEST

START_TEST(a_script_is_judged_by_its_interpreter)
{
	char script[128], second[sizeof(path) + 8];

	write_image(ELFCLASS64, MACHINE, NULL);
	snprintf(second, sizeof(second), "%s/second", folder);
	ck_assert_int_eq(rename(path, second), 0);
	snprintf(script, sizeof(script), "#! %s -x\n", second);
	write_file(script, strlen(script), 0755);
	ck_assert(!loadable(path));
	write_file("#!/proc/self/exe\n", 17, 0755);
	ck_assert(loadable(path));
	snprintf(script, sizeof(script), "#!%s\n", path); /* its own interpreter */
	write_file(script, strlen(script), 0755);
	ck_assert(loadable(path));
	unlink(second);
}
END_TEST

START_TEST(a_name_is_looked_up_in_PATH)
{
	struct pe_loadable program = { .dir = AT_FDCWD, .path = "program", .search = true };
	char list[sizeof(folder) + 32];

	write_image(ELFCLASS64, MACHINE, NULL);
	snprintf(list, sizeof(list), "/nowhere::%s:/bin", folder);
	setenv("PATH", list, 1);
	ck_assert(!pe_loadable(&program));
	program.path = path; /* with a slash */
	ck_assert(!pe_loadable(&program));
	chmod(path, 0644); /* is passed over */
	program.path = "program";
	ck_assert(pe_loadable(&program));
	unsetenv("PATH");
	program.path = "sh";
	ck_assert(pe_loadable(&program));
}
END_TEST

START_TEST(by_descriptor_and_by_directory)
{
	int dir = open(folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC), fd;

	write_image(ELFCLASS64, MACHINE, NULL);
	ck_assert(!pe_loadable(&(const struct pe_loadable){ .dir = dir, .path = "program" }));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert(!pe_loadable(
		&(const struct pe_loadable){ .dir = fd, .path = "", .flags = AT_EMPTY_PATH }));
	ck_assert_int_eq((int)lseek(fd, 0, SEEK_CUR), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("loadable");
	TCase *c = tcase_create("programs");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, by_class_machine_and_loader);
	tcase_add_test(c, a_program_of_musl_loads_another_build);
	tcase_add_test(c, an_unknown_format_counts_as_loadable);
	tcase_add_test(c, a_program_that_gains_rights_is_not_loadable);
	tcase_add_test(c, a_script_is_judged_by_its_interpreter);
	tcase_add_test(c, a_name_is_looked_up_in_PATH);
	tcase_add_test(c, by_descriptor_and_by_directory);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
