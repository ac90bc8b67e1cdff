/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server - what a supervisor takes: bytes of its memory (its share of what is shared), and
 * nanoseconds of a CPU while nothing happens for a second.
 *
 *   server PROCESSES CHILDREN      under a supervisor, alone in a session; each process has had so
 *                                  many children
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *open_file(int pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return fopen(path, "r");
}

/* the pid behind @label, in the first line that has it */
static long read_number(int pid, const char *name, const char *label)
{
	FILE *f = open_file(pid, name);
	char line[256];
	long n = 0;

	while (f && !n && fgets(line, sizeof(line), f))
		if (strncmp(line, label, strlen(label)) == 0)
			n = atol(line + strlen(label));
	if (f)
		fclose(f);
	return n;
}

static int is_server(int pid)
{
	FILE *f = open_file(pid, "comm");
	char name[32] = "";

	if (f && !fgets(name, sizeof(name), f))
		name[0] = '\0';
	if (f)
		fclose(f);
	return strncmp(name, "pidepoch-", 9) == 0 && getsid(pid) == getsid(0);
}

/* over monitor and worker */
static long sum(const char *name, const char *label)
{
	DIR *all = opendir("/proc");
	struct dirent *e;
	long n = 0;

	while (all && (e = readdir(all)))
		if (atoi(e->d_name) > 0 && is_server(atoi(e->d_name)))
			n += read_number(atoi(e->d_name), name, label);
	if (all)
		closedir(all);
	return n;
}

static void be_one(int children, int ready, int hold)
{
	char c = 0;

	for (int i = 0; i < children; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
	}
	if (write(ready, &c, 1) == 1)
		_exit((int)read(hold, &c, 1));
	_exit(1);
}

int main(int argc, char **argv)
{
	int processes = argc == 3 ? atoi(argv[1]) : 0, ready[2], hold[2];
	char c;
	long cpu;

	if (processes < 1 || pipe(ready) < 0 || pipe(hold) < 0)
		return 2;
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			close(hold[1]);
			be_one(atoi(argv[2]), ready[1], hold[0]);
		}
	for (int i = 0; i < processes; i++)
		if (read(ready[0], &c, 1) != 1)
			return 1;
	sleep(1); /* the last request is behind it */
	cpu = sum("schedstat", "");
	sleep(1);
	cpu = sum("schedstat", "") - cpu;
	printf("%ld %ld\n", sum("smaps_rollup", "Pss:") * 1024, cpu);
	close(hold[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}
