/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * learn_scene - a pid that was reaped and is held by an unrelated process, and a source that shows
 * it to the subject. The tests learn_sources, learn_relations and learn_proc bring the sources.
 *
 *   test (pid 1)        starts both, asks them in turn
 *   subject              preloaded: reaps q, kill(q), looks at the source, kill(q)
 *   unrelated process   has q: does what the source will show (connects, sends, locks ...), and
 *                       counts its signals
 */
#ifndef PE_TESTS_LEARN_SCENE_H
#define PE_TESTS_LEARN_SCENE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

/* shared by all three processes */
struct scene {
	pid_t number; /* q */
	pid_t subject;
	pid_t third; /* another process that the source is about */
	int pair[2]; /* subject's end, unrelated process's end */
	int listener;
	struct sockaddr_un address;
	socklen_t address_length;
	int master, slave;
	int file;
	int shm, msg, sem;
	int in, out; /* of an unrelated process that starts by exec */
};

extern struct scene *scene;

static inline int check(int n, const char *what)
{
	if (n >= 0)
		return n;
	dprintf(2, "%s: %m\n", what);
	_exit(1);
}
#define CHECK(call) check(call, #call)

struct source {
	const char *name;
	long (*look)(void);    /* in the subject: the pid that was shown, or -1 */
	long (*act)(void);     /* in the unrelated process: >= 0, or -1 with errno; NULL: nothing */
	void (*prepare)(void); /* in the subject, before the unrelated process exists; or NULL */
	enum { FRESH, STALE } then; /* what the subject takes the pid for afterwards */
	bool born_by_subject;	    /* the subject's tracee starts the unrelated process */
};

/* The main part of such a test. Returns its exit status. */
int learn_run(int argc, char **argv, const struct source *sources, size_t count);

#endif
