/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* environ: the environment that a program of musl gets. Rules are those of preload/environ.h. */
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../preload/libc/loaders.h"
#include "../support/environ_state.h"

static char installed[64], setting[96], file_of_musl[96];

/* A folder with a program of musl, and with the library's build for it. */
static struct pe_loadable install(bool build)
{
	const struct {
		Elf64_Ehdr e;
		Elf64_Phdr p;
		char loader[32];
	} program = {
		.e = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64 },
#ifdef __x86_64__
		       .e_machine = EM_X86_64,
#else
		       .e_machine = EM_AARCH64,
#endif
		       .e_phoff = sizeof(Elf64_Ehdr),
		       .e_phentsize = sizeof(Elf64_Phdr),
		       .e_phnum = 1 },
		.p = { .p_type = PT_INTERP,
		       .p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
		       .p_filesz = sizeof(PE_LOADER_MUSL) },
		.loader = PE_LOADER_MUSL,
	};
	int fd;

	strcpy(installed, "/tmp/pidepoch-environ-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(installed));
	snprintf(file_of_musl, sizeof(file_of_musl), "%s/musl", installed);
	ck_assert_int_eq(mkdir(file_of_musl, 0700), 0);
	snprintf(file_of_musl, sizeof(file_of_musl), "%s/musl/libpidepoch-preload.so", installed);
	fd = creat(file_of_musl, 0700);
	ck_assert_int_eq((int)write(fd, &program, sizeof(program)), (int)sizeof(program));
	close(fd);
	snprintf(setting, sizeof(setting), "LD_PRELOAD=%s%s/libpidepoch-preload.so", installed,
		 build ? "" : "/elsewhere");
	ours[0] = setting;
	return (struct pe_loadable){ .dir = AT_FDCWD, .path = file_of_musl };
}

static void uninstall(void)
{
	unlink(file_of_musl);
	*strrchr(file_of_musl, '/') = '\0';
	rmdir(file_of_musl);
	rmdir(installed);
	ours[0] = "LD_PRELOAD=/a/libpidepoch-preload.so";
}

START_TEST(environ_2_a_program_of_musl_gets_the_build_for_musl)
{
	struct pe_loadable program = install(true);
	char *const empty[] = { NULL };
	char *const theirs[] = { TEXT("A=b"), TEXT("LD_PRELOAD=/x.so"), NULL };
	char *const both[] = { TEXT("LD_PRELOAD=/y.so:/a/libpidepoch-preload.so /z.so"), NULL };
	char expected[192];

	pe_environ_make(&made, NULL, empty, &program);
	ck_assert_str_eq(value("LD_PRELOAD"), file_of_musl);
	ck_assert_str_eq(value("PIDEPOCH_ON_STALE"), "report");

	/* its loader uses the first LD_PRELOAD */
	pe_environ_make(&made, NULL, theirs, &program);
	snprintf(expected, sizeof(expected), "LD_PRELOAD=%s:/x.so", file_of_musl);
	ck_assert_str_eq(made.envp[0], "A=b");
	ck_assert_str_eq(made.envp[1], expected);
	ck_assert_str_eq(made.envp[2], PE_PRELOAD_RESTORED);
	ck_assert_str_eq(made.envp[3], "PIDEPOCH_ON_STALE=report");
	ck_assert_ptr_null(made.envp[4]);

	pe_environ_make(&made, NULL, both, &program);
	snprintf(expected, sizeof(expected), "LD_PRELOAD=%s:/y.so:/z.so", file_of_musl);
	ck_assert_str_eq(made.envp[0], expected);
	ck_assert_ptr_null(made.envp[1]);
	uninstall();
}
END_TEST

START_TEST(environ_2_without_that_build_it_gets_none)
{
	struct pe_loadable program = install(false);
	char *const theirs[] = { TEXT("LD_PRELOAD=/x.so"), NULL };
	char *const both[] = { TEXT("LD_PRELOAD=/a/libpidepoch-preload.so:/x.so"), TEXT("A=b"),
			       NULL };

	pe_environ_make(&made, NULL, theirs, &program);
	ck_assert_ptr_eq(made.envp, theirs);
	pe_environ_make(&made, NULL, both, &program);
	ck_assert_str_eq(made.envp[0], "LD_PRELOAD=/x.so");
	ck_assert_str_eq(made.envp[1], "A=b");
	ck_assert_ptr_null(made.envp[2]);
	uninstall();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("environ_musl");
	TCase *t = tcase_create("environments");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(t, environ_2_a_program_of_musl_gets_the_build_for_musl);
	tcase_add_test(t, environ_2_without_that_build_it_gets_none);
	suite_add_tcase(suite, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
