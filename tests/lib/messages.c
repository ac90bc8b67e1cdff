/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EEPOCH has its own message in preloaded programs, in every function of libc that has one;
 * other errnos have libc's. */
#include <locale.h>

#include "api.h"

/* POSIX's strerror_r(), which GNU's hides */
extern int __xpg_strerror_r(int error, char *buffer, size_t size);

static char buffer[200];

/* the message of @error, by every function */
static void says(int error, const char *name, const char *text)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	MUST(strcmp(strerror(error), text) == 0);
	MUST(strcmp(strerror_l(error, c), text) == 0);
	MUST(strcmp(strerror_r(error, buffer, sizeof(buffer)), text) == 0);
	memset(buffer, 'x', sizeof(buffer));
	MUST(__xpg_strerror_r(error, buffer, sizeof(buffer)) == 0 && strcmp(buffer, text) == 0);
	MUST(strcmp(strerrorname_np(error), name) == 0);
	MUST(strcmp(strerrordesc_np(error), text) == 0);
	freelocale(c);
}

static void cut_to_size(void)
{
	size_t length = strlen(pidepoch_strerror(EEPOCH));

	memset(buffer, 'x', sizeof(buffer));
	MUST(__xpg_strerror_r(EEPOCH, buffer, length + 1) == 0 && buffer[length] == '\0');
	MUST(buffer[length + 1] == 'x');
	memset(buffer, 'x', sizeof(buffer));
	MUST(__xpg_strerror_r(EEPOCH, buffer, 8) == ERANGE);
	MUST(strncmp(buffer, pidepoch_strerror(EEPOCH), 7) == 0 && buffer[7] == '\0');
	MUST(buffer[8] == 'x');
	MUST(__xpg_strerror_r(EEPOCH, buffer, 0) == ERANGE);
}

/* what perror() writes, in @buffer */
static void print(const char *what, int error)
{
	int ends[2], before = dup(2);
	ssize_t n;

	MUST(pipe(ends) == 0 && dup2(ends[1], 2) == 2);
	errno = error;
	perror(what);
	MUST(dup2(before, 2) == 2);
	close(ends[1]);
	n = read(ends[0], buffer, sizeof(buffer) - 1);
	MUST(n > 0);
	buffer[n] = '\0';
	close(ends[0]);
	close(before);
}

static void prints(const char *what, int error, const char *text)
{
	char line[200];

	print(what, error);
	snprintf(line, sizeof(line), "%s%s%s\n", what ? what : "", what && *what ? ": " : "", text);
	MUST(strcmp(buffer, line) == 0);
}

static void printed(int error, const char *text)
{
	prints("it", error, text);
	prints("", error, text);
	prints(NULL, error, text);
}

static void run_scenario(void)
{
	const char *text = pidepoch_strerror(EEPOCH);

	says(ENOENT, "ENOENT", "No such file or directory");
	printed(ENOENT, "No such file or directory");
	MUST(strcmp(strerror(EEPOCH - 1), "Unknown error 2018") == 0);
	if (!api_preloaded()) {
		MUST(strcmp(strerror(EEPOCH), "Unknown error 2019") == 0);
		return;
	}
	says(EEPOCH, "EEPOCH", text);
	printed(EEPOCH, text);
	cut_to_size();
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
