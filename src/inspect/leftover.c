// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inspect/leftover.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/evidence/segment.h"
#include "core/evidence/table.h"

#define MOST	512	    /* more tables than that are left to the next run */
#define SPACES	64	    /* with more pid namespaces in use, nothing is removed */
#define FIRST	0xEFFFFFFCu /* inode of the first pid namespace: the kernel's PROC_PID_INIT_INO */
#define EXITING 0x4u	    /* PF_EXITING, in the flags of /proc/PID/stat */

struct leftover {
	int id;
	uint64_t space;
	bool attached;
};

struct in_use {
	uint64_t space[SPACES];
	int count;
	bool exiting; /* there is a process that exits */
};

/* --- tables --- */

static bool is_table(const struct shmid_ds *s)
{
	uid_t user = geteuid();

	return (uint32_t)s->shm_perm.__key >> 24 == PE_SEGMENT_PREFIX &&
	       s->shm_segsz == sizeof(struct pe_table) && s->shm_perm.uid == s->shm_perm.cuid &&
	       (user == 0 || s->shm_perm.uid == user) && (s->shm_perm.mode & 0777) == 0600;
}

static uint64_t space_of(int id)
{
	const struct pe_table *t = shmat(id, NULL, SHM_RDONLY);
	uint64_t space;

	if (t == (void *)-1)
		return 0;
	space = atomic_load(&t->space);
	shmdt(t);
	return space;
}

static int list_tables(struct leftover *to)
{
	struct shm_info info;
	struct shmid_ds s;
	int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&info), count = 0;

	for (int i = 0; i <= last && count < MOST; i++) {
		int id = shmctl(i, SHM_STAT, &s);

		if (id >= 0 && is_table(&s))
			to[count++] = (struct leftover){ .id = id, .attached = s.shm_nattch > 0 };
	}
	return count;
}

/* --- processes --- */

static bool has_library(const char *pid)
{
	char path[300], *line = NULL;
	bool found = false;
	size_t room = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%s/maps", pid);
	maps = fopen(path, "re");
	while (maps && !found && getline(&line, &room, maps) >= 0)
		found = strstr(line, "/libpidepoch") != NULL;
	free(line);
	if (maps)
		fclose(maps);
	return found;
}

static bool exits(const char *pid)
{
	char path[300], text[512] = "", *name_end;
	unsigned int flags = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "re");
	if (f) {
		text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
		fclose(f);
	}
	name_end = strrchr(text, ')');
	return name_end && sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       (flags & EXITING);
}

static uint64_t namespace_of(const char *pid)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/pid", pid);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static bool is_in_use(const struct in_use *u, uint64_t space)
{
	for (int i = 0; i < u->count; i++)
		if (u->space[i] == space)
			return true;
	return u->count == SPACES;
}

static void examine(struct in_use *u, const char *pid)
{
	uint64_t space;

	if (exits(pid)) {
		u->exiting = true;
		return;
	}
	if (!has_library(pid))
		return;
	space = namespace_of(pid);
	if (space && !is_in_use(u, space))
		u->space[u->count++] = space;
}

/* false: /proc cannot be read, or is that of another pid namespace */
static bool examine_all(struct in_use *u)
{
	char link[32], me[32];
	ssize_t n = readlink("/proc/self", link, sizeof(link) - 1);
	DIR *proc = opendir("/proc");
	const struct dirent *d;

	snprintf(me, sizeof(me), "%d", getpid());
	link[n < 0 ? 0 : n] = '\0';
	/* cppcheck-suppress readdirCalled; the stream is this function's own */
	while (proc && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]))
			examine(u, d->d_name);
	if (proc)
		closedir(proc);
	return proc && strcmp(link, me) == 0;
}

/* --- both --- */

void pe_leftover_remove(void)
{
	static struct leftover table[MOST];
	struct in_use u = { .count = 0 };
	int count = list_tables(table);
	uint64_t own;

	if (count == 0)
		return;
	for (int i = 0; i < count; i++)
		table[i].space = space_of(table[i].id);
	own = namespace_of("self");
	if (!examine_all(&u))
		return;
	for (int i = 0; i < count; i++)
		if ((own == FIRST || table[i].space == own) && table[i].space &&
		    !is_in_use(&u, table[i].space) && (!table[i].attached || u.exiting))
			shmctl(table[i].id, IPC_RMID, NULL);
}
