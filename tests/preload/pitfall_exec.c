// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Each member of the exec family, from a forked and from a vforked child, each spawn, and each
 * function that runs a shell passes the library and its settings on, whatever the program has done
 * to its environment (cleared it, made it NULL, filled it with 2,000 variables, named another
 * library). The new program's environment is exactly what it is natively.
 */
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <wordexp.h>

#include "../support/compare_native.h"

#define MANY   2000
#define EEPOCH 2019

/* --- the executed program --- */

/* A pid that was reaped is refused with the error of PIDEPOCH_ERRNO, also if no process has it. */
static bool settings_arrived(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, 0) == pid && kill(pid, 0) == -1 && errno == EEPOCH;
}

/* All of the environment in order, but for the library's entry where the program kept it. */
static int show(bool preloaded, const char *state)
{
	bool loaded = dlsym(RTLD_DEFAULT, "pidepoch_version") != NULL;
	bool kept = strcmp(state, "kept") == 0;

	for (char **at = environ; at && *at; at++)
		if (!kept || strncmp(*at, "LD_PRELOAD=", 11) != 0)
			printf("%s\n", *at);
	if (loaded != preloaded)
		printf("the library is %s\n", loaded ? "there" : "lost");
	if (strcmp(state, "another") == 0 && !dlsym(RTLD_DEFAULT, "cbrt"))
		printf("the program's own LD_PRELOAD is lost\n");
	if (preloaded && !settings_arrived())
		printf("the settings are not handed on\n");
	return 5;
}

/* --- the environments --- */

static char *variables[MANY + 1];

static void keep(void)
{
}

static void clear(void)
{
	clearenv();
}

static void empty(void)
{
	static char *none[] = { NULL };

	environ = none;
}

static void none_at_all(void)
{
	environ = NULL;
}

static void fill(void)
{
	for (int i = 0; i < MANY; i++)
		if (asprintf(&variables[i], "NAME_%d=%d", i, i * i) < 0)
			_exit(90);
	environ = variables;
}

static void be_odd(void)
{
	static char a[] = "B=2", b[] = "A=1", c[] = "A=again", d[] = "NOVALUE", e[] = "=strange",
		    f[] = "", g[] = "LD_PRELOADED=no", h[] = "XLD_PRELOAD=no";
	static char *odd[] = { a, b, c, d, e, f, g, h, NULL };

	environ = odd;
}

/* needs nothing but libc, and has a function that no program here has otherwise */
static void name_another(void)
{
	clearenv();
	setenv("FIRST", "1", 1);
	setenv("LD_PRELOAD", "libm.so.6", 1);
	setenv("LAST", "2", 1);
}

static const struct state {
	char name[8];
	void (*make)(void);
} states[] = {
	{ "kept", keep },
	{ "cleared", clear },
	{ "empty", empty },
	{ "NULL", none_at_all },
	{ "2,000", fill },
	{ "odd", be_odd },
	{ "another", name_another },
};

/* --- the family --- */

static char self[] = "/proc/self/exe", twin[] = "twin", shows[] = "show";
static char *argv_of_show[5] = { twin, shows };

#define LIST argv_of_show[0], argv_of_show[1], argv_of_show[2], argv_of_show[3], (char *)NULL

static void by_execve(void)
{
	execve(self, argv_of_show, environ);
}

static void by_execv(void)
{
	execv(self, argv_of_show);
}

static void by_execvp(void)
{
	execvp(self, argv_of_show);
}

static void by_execvpe(void)
{
	execvpe(self, argv_of_show, environ);
}

static void by_execl(void)
{
	execl(self, LIST);
}

static void by_execlp(void)
{
	execlp(self, LIST);
}

static void by_execle(void)
{
	execle(self, LIST, environ);
}

static void by_fexecve(void)
{
	char *const none[] = { NULL };

	/* libc's own check refuses NULL */
	fexecve(open(self, O_RDONLY | O_CLOEXEC), argv_of_show, environ ? environ : none);
}

static void by_execveat(void)
{
	execveat(AT_FDCWD, self, argv_of_show, environ, 0);
}

static void by_raw_execve(void)
{
	syscall(SYS_execve, self, argv_of_show, environ);
}

static void by_raw_execveat(void)
{
	syscall(SYS_execveat, AT_FDCWD, self, argv_of_show, environ, 0);
}

static int ended(pid_t pid)
{
	int status = -1;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- through a shell, which sorts the environment and adds to it, and the spawns --- */

static char *command(void)
{
	static char text[PATH_MAX + 64], path[PATH_MAX];
	ssize_t n = readlink(self, path, sizeof(path) - 1);

	path[n > 0 ? n : 0] = '\0';
	snprintf(text, sizeof(text), "exec %s show %s %s", path, argv_of_show[2], argv_of_show[3]);
	return text;
}

static void by_system(void)
{
	_exit(WEXITSTATUS(system(command())));
}

static void by_popen(void)
{
	static char line[1 << 16];
	FILE *f = popen(command(), "r");
	size_t n = f ? fread(line, 1, sizeof(line), f) : 0;

	if (fwrite(line, 1, n, stdout) != n || !f)
		_exit(93);
	n = (size_t)WEXITSTATUS(pclose(f));
	fflush(stdout);
	_exit((int)n);
}

static void by_wordexp(void)
{
	char text[PATH_MAX + 80];
	wordexp_t words;

	snprintf(text, sizeof(text), "$(%s)", command());
	if (wordexp(text, &words, 0) != 0)
		_exit(94);
	for (size_t i = 0; i < words.we_wordc; i++)
		printf("%s\n", words.we_wordv[i]);
	fflush(stdout);
	_exit(5);
}

static void by_spawn(void)
{
	pid_t pid;

	if (posix_spawn(&pid, self, NULL, NULL, argv_of_show, environ) != 0)
		_exit(95);
	_exit(ended(pid));
}

static void by_spawnp(void)
{
	pid_t pid;

	if (posix_spawnp(&pid, self, NULL, NULL, argv_of_show, environ) != 0)
		_exit(95);
	_exit(ended(pid));
}

static const struct member {
	const char *name;
	void (*go)(void);
} members[] = {
	{ "execve", by_execve },
	{ "execv", by_execv },
	{ "execvp", by_execvp },
	{ "execvpe", by_execvpe },
	{ "execl", by_execl },
	{ "execlp", by_execlp },
	{ "execle", by_execle },
	{ "fexecve", by_fexecve },
	{ "execveat", by_execveat },
	{ "raw execve", by_raw_execve },
	{ "raw execveat", by_raw_execveat },
}, with_children[] = {
	{ "system", by_system },
	{ "popen", by_popen },
	{ "wordexp", by_wordexp },
	{ "posix_spawn", by_spawn },
	{ "posix_spawnp", by_spawnp },
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void execute_forked(const char *state, const struct member *m)
{
	pid_t pid;

	printf("-- %s, %s, forked\n", state, m->name);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		m->go();
		_exit(91);
	}
	printf("status %d\n", ended(pid));
}

static void execute_all(const char *state)
{
	for (size_t i = 0; i < COUNT(with_children); i++)
		execute_forked(state, &with_children[i]);
	for (size_t i = 0; i < COUNT(members); i++) {
		pid_t pid;

		execute_forked(state, &members[i]);
		printf("-- vforked\n");
		fflush(stdout);
		pid = vfork();
		if (pid == 0) {
			members[i].go();
			_exit(91);
		}
		printf("status %d\n", ended(pid));
	}
}

/* of memory: adjacent mappings are merged into one, so those prove nothing */
static long pages(void)
{
	long n = -1;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld", &n) != 1)
		_exit(92);
	fclose(f);
	return n;
}

/* An exec that fails leaves nothing behind. */
static void fail_often(void)
{
	char *argv[] = { twin, NULL };
	long before = pages();

	for (int i = 0; i < 100; i++)
		if (execve("/nowhere/at/all", argv, environ) != -1 || errno != ENOENT)
			printf("executed\n");
	printf("%s\n", pages() == before ? "nothing left behind" : "memory is left behind");
}

/* Nor does an exec of a vforked child, which shares our memory. The record of its pid may take a
 * few pages. */
static void execute_often(void)
{
	char *argv[] = { twin, NULL };
	long before = pages();

	for (int i = 0; i < 50; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execve("/bin/true", argv, environ);
			_exit(91);
		}
		ended(pid);
	}
	printf("%s\n", pages() - before < 100 ? "nothing left" : "memory is left");
}

static void run_scenario(const char *state, char *preloaded)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (strcmp(states[i].name, state) == 0) {
			char name[sizeof(states[i].name)];

			strcpy(name, states[i].name);
			argv_of_show[2] = preloaded;
			argv_of_show[3] = name;
			states[i].make();
			execute_all(state);
			fail_often();
			execute_often();
		}
}

int main(int argc, char **argv)
{
	static char yes[] = "y", no[] = "n";

	if (argc == 4 && strcmp(argv[1], "show") == 0)
		return show(*argv[2] == 'y', argv[3]);
	if (argc > 1) {
		run_scenario(argv[1], getenv("LD_PRELOAD") ? yes : no);
		return 0;
	}
	unsetenv("LD_PRELOAD");
	setenv("PIDEPOCH_ERRNO", "EEPOCH", 1);
	for (size_t i = 0; i < COUNT(states); i++)
		twin_same(states[i].name, NULL);
	return 0;
}
