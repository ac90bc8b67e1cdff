/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "learn_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <termios.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* The scene is memory behind a descriptor of this number; its descriptors keep their numbers. */
#define SCENE_FD 99

struct scene *scene;

static const struct source *current;

/* --- the subject --- */

static pid_t reap_one(void)
{
	pid_t pid = CHECK(fork());

	if (pid == 0)
		_exit(0);
	CHECK(waitpid(pid, NULL, 0));
	return pid;
}

static long answer(char what)
{
	switch (what) {
	case 'r':
		scene->subject = getpid();
		scene->number = reap_one();
		if (current->prepare)
			current->prepare();
		return scene->number;
	case 'l':
		return current->look();
	default:
		return kill(scene->number, SIGUSR1) == 0 ? 0 : errno;
	}
}

static void hold_back_sigchld(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL));
}

/* --- the scene --- */

static void open_terminal(void)
{
	scene->master = posix_openpt(O_RDWR | O_NOCTTY);
	if (scene->master < 0 || unlockpt(scene->master) < 0)
		actor_fail("no terminal: %m");
	scene->slave = ioctl(scene->master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (scene->slave < 0)
		actor_fail("no terminal: %m");
}

static void set_scene(struct actor *unrelated_by_exec)
{
	int to[2], from[2];

	memset(scene, 0, sizeof(*scene));
	scene->address_length = sizeof(scene->address);
	open_terminal();
	scene->file = memfd_create("file", 0);
	scene->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	scene->address.sun_family = AF_UNIX; /* bound without a name, it gets one from the kernel */
	scene->shm = shmget(IPC_PRIVATE, 4096, 0600);
	scene->msg = msgget(IPC_PRIVATE, 0600);
	scene->sem = semget(IPC_PRIVATE, 1, 0600);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, scene->pair) < 0 || scene->file < 0 ||
	    bind(scene->listener, (struct sockaddr *)&scene->address, sizeof(sa_family_t)) < 0 ||
	    getsockname(scene->listener, (struct sockaddr *)&scene->address,
			&scene->address_length) < 0 ||
	    scene->shm < 0 || scene->msg < 0 || scene->sem < 0 || pipe(to) < 0 || pipe(from) < 0)
		actor_fail("the scene: %m");
	scene->in = to[0];
	scene->out = from[1];
	*unrelated_by_exec = (struct actor){ .to = to[1], .from = from[0] };
}

static void clear_scene(void)
{
	shmctl(scene->shm, IPC_RMID, NULL);
	msgctl(scene->msg, IPC_RMID, NULL);
	semctl(scene->sem, 0, IPC_RMID);
	for (int fd = 3; fd < SCENE_FD; fd++)
		close(fd);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		; /* members of groups, which end with their leader */
}

static struct scene *open_scene(void)
{
	void *at =
		mmap(NULL, sizeof(struct scene), PROT_READ | PROT_WRITE, MAP_SHARED, SCENE_FD, 0);

	return at == MAP_FAILED ? NULL : at;
}

static bool make_scene(void)
{
	int fd = memfd_create("scene", 0);

	if (fd < 0 || ftruncate(fd, sizeof(struct scene)) < 0 || dup2(fd, SCENE_FD) < 0)
		return false;
	close(fd);
	scene = open_scene();
	return scene != NULL;
}

/* --- the scenario --- */

static const char *run_scenario(const struct source *s, struct actor *subject,
				struct actor *unrelated)
{
	long number = actor_ask(subject, 'r');

	if (!s->born_by_subject)
		actor_start_unrelated(unrelated, (pid_t)number, s->act);
	/* its own descendant passes before (ancestry.1) */
	if (!s->born_by_subject &&
	    (actor_ask(subject, 'k') != ESRCH || actor_ask(unrelated, ACTOR_SIGNALS) != 0))
		return "a signal to the pid was not refused before it was learned";
	if (actor_ask(unrelated, ACTOR_ACT) != 0)
		return "the unrelated process could not do its part";
	if (actor_ask(subject, 'l') != number)
		return "the source did not show the pid";
	if (s->then == STALE)
		return actor_ask(subject, 'k') == ESRCH && actor_ask(unrelated, ACTOR_SIGNALS) == 0
			       ? NULL
			       : "a signal to the pid was no longer refused";
	return actor_ask(subject, 'k') == 0 && actor_ask(unrelated, ACTOR_SIGNALS) == 1
		       ? NULL
		       : "a signal to the pid was still refused";
}

static bool passes(const struct source *s)
{
	struct actor subject, unrelated;
	const char *wrong;

	set_scene(&unrelated);
	actor_start_self(&subject, "subject", s->name, false);
	wrong = run_scenario(s, &subject, &unrelated);
	printf("%s %s%s%s\n", wrong ? "FAIL" : "ok  ", s->name, wrong ? ": " : "",
	       wrong ? wrong : "");
	if (!s->born_by_subject)
		actor_end(&unrelated);
	actor_end(&subject);
	clear_scene();
	return !wrong;
}

static const struct source *source_of(const char *name, const struct source *sources, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(sources[i].name, name) == 0)
			return &sources[i];
	return NULL;
}

int learn_run(int argc, char **argv, const struct source *sources, size_t count)
{
	int failed = 0;

	if (argc > 1) {
		scene = open_scene();
		current = argc > 2 ? source_of(argv[2], sources, count) : NULL;
		hold_back_sigchld();
		if (current)
			actor_serve(answer);
		else
			actor_serve_as_unrelated(NULL);
		return 0;
	}
	namespace_enter();
	if (!make_scene())
		actor_fail("the scene: %m");
	setenv("PIDEPOCH_LOG", "/dev/null",
	       1); /* another test checks the notices of the refusals */
	for (size_t i = 0; i < count; i++)
		failed += !passes(&sources[i]);
	return failed ? 1 : 0;
}
