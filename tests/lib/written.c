/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reference that was written down is judged by any later reader: it gets the intended process, or
 * learns that it has ended; invalid text is refused.
 */
#include "api.h"

static char text[PIDEPOCH_TEXT_MAX];

static int read_back(const char *what, struct pidepoch_ref *ref)
{
	return pidepoch_parse(what, ref) == 0 ? 0 : errno;
}

static void round_trip(unsigned int flags)
{
	struct pidepoch_ref c = api_ref(api_child()), again;
	int length = pidepoch_format(&c, text, sizeof(text), flags);

	MUST(length > 0 && (size_t)length == strlen(text));
	MUST(atoi(text) == c.pid);
	MUST(!strchr(text, '@') == !(flags & PIDEPOCH_TEXT_BOOT));
	MUST(read_back(text, &again) == 0);
	MUST(again.pid == c.pid);
	MUST(pidepoch_kill(again.pid, again.epoch, 0) == 0);
	strcat(text, "\n");
	MUST(read_back(text, &again) == 0);
	api_end(c.pid);
	MUST(read_back(text, &again) == ESRCH);
	MUST(pidepoch_format(&c, text, sizeof(text), flags) == -1);
	MUST(errno == ESRCH || errno == EEPOCH);
}

/* a new reader, which knows only the text */
static void another_reader(void)
{
	struct pidepoch_ref parent = api_ref(getpid());
	char *argv[] = { (char *)"scenario", (char *)"reader", text, NULL };
	int status;
	pid_t pid;

	MUST(pidepoch_format(&parent, text, sizeof(text), PIDEPOCH_TEXT_BOOT) > 0);
	pid = fork();
	if (pid == 0) {
		execv("/proc/self/exe", argv);
		_exit(99);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
}

/* a process holds the pid with another identity; or the boot is another */
static void somebody_else(void)
{
	struct pidepoch_ref self = api_ref(getpid()), out;
	char *boot;

	MUST(pidepoch_format(&self, text, sizeof(text), PIDEPOCH_TEXT_BOOT) > 0);
	boot = strchr(text, '@');
	MUST(boot && strlen(boot) == 37);
	boot[1] = boot[1] == '0' ? '1' : '0';
	MUST(read_back(text, &out) == EEPOCH);
	snprintf(text, sizeof(text), "%d:1", getpid());
	MUST(read_back(text, &out) == EEPOCH);
}

static void no_reference(void)
{
	/* clang-format off */
	static const char *const wrong[] = {
		"", "\n", "1", "1:", ":1", "1:2@", "0:1", "-1:5", "1 :2", "1:2 ", "1:2\n\n", "1:2:3", "x:y", "1:2@x@y",
		"99999999999:1", "2147483648:1", "1:99999999999999999999999", "1:2@0123456789012345678901234567890123456789",
	};
	/* clang-format on */
	struct pidepoch_ref out;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (read_back(wrong[i], &out) != EINVAL) {
			printf("FAIL: \"%s\": %d\n", wrong[i], read_back(wrong[i], &out));
			fflush(stdout);
			_exit(1);
		}
}

static void too_small(void)
{
	struct pidepoch_ref self = api_ref(getpid());
	int length = pidepoch_format(&self, text, sizeof(text), 0);

	MUST(length > 0);
	MUST(pidepoch_format(&self, text, (size_t)length + 1, 0) == length);
	memset(text, 'x', sizeof(text));
	MUST(pidepoch_format(&self, text, (size_t)length, 0) == -1 && errno == ERANGE);
	MUST(text[0] == 'x');
	MUST(pidepoch_format(&self, text, sizeof(text), 2) == -1 && errno == EINVAL);
}

static void run_scenario(void)
{
	round_trip(0);
	round_trip(PIDEPOCH_TEXT_BOOT);
	another_reader();
	somebody_else();
	no_reference();
	too_small();
}

int main(int argc, char **argv)
{
	struct pidepoch_ref self;

	if (argc > 2)
		return pidepoch_parse(argv[2], &self) != 0 || self.pid != getppid();
	if (pidepoch_ref(getpid(), &self) == 0 &&
	    pidepoch_format(&self, text, sizeof(text), 0) < 0 && errno == EOPNOTSUPP) {
		printf("skipped: this kernel's pidfds have no inodes of their own (before Linux 6.9)\n");
		return 77;
	}
	return api_main(argc, run_scenario);
}
