/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * actor - the processes of a play, each at two pipes: a test asks with one letter, and gets a
 * number for an answer.
 *
 * A victim is a program with the preload library before libc. A stranger has not been preloaded,
 * has been given a number that was somebody else's, and holds all signals back: one is there as
 * soon as the kill() that sent it has returned.
 */
#ifndef TESTS_SUPPORT_ACTOR_H
#define TESTS_SUPPORT_ACTOR_H

#include <stdbool.h>
#include <sys/types.h>

struct actor {
	pid_t pid;
	int to, from;
};

/* The end of the test, with this line. (An actor's standard output is the pipe of its answers.) */
_Noreturn void actor_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* @argv as a victim; natively if @native. @setting: NAME=VALUE for it alone, or NULL. */
void actor_start(struct actor *a, const char *const *argv, bool native, const char *setting);

/* This very program as a victim, whose main() finds @role and @more as its arguments. */
void actor_start_self(struct actor *a, const char *role, const char *more, bool native);

/* A child of the caller, forked and no more, who gives these answers; those of a stranger if
 * @answer is NULL. */
void actor_fork(struct actor *a, long (*answer)(char what));

/* A stranger at @number, who answers ACTOR_ACT with what @act returns (may be NULL). */
void actor_start_stranger(struct actor *a, pid_t number, long (*act)(void));

/* To a stranger: how many SIGUSR1 has it had? What comes twice before it is asked is one. */
#define ACTOR_SIGNALS 's'
#define ACTOR_ACT     'a'

/* An actor who ends instead of answering ends the test. */
long actor_ask(const struct actor *a, char what);

/* the actor's side: until the asker lets go, answer(letter) for each letter */
void actor_serve(long (*answer)(char what));
/* and a stranger's, for one who became it by exec */
void actor_serve_as_stranger(long (*act)(void));

/* No more questions: it ends. Its status, as of waitpid(). */
int actor_end(struct actor *a);

#endif
