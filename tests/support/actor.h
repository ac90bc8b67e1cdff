/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * actor - the processes of a scenario. Each has two pipes: the test sends a letter and gets an
 * integer as the answer.
 *
 * A subject is a program with the preload library before libc. An unrelated process is without the
 * library. It has a pid that another process had before, and it blocks all signals: a signal is
 * pending as soon as the kill() that sent it has returned.
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

/* Start @argv as a subject, or without the library if @native. @setting: NAME=VALUE for this
 * actor alone, or NULL. */
void actor_start(struct actor *a, const char *const *argv, bool native, const char *setting);

/* Start this program as a subject. Its main() gets @role and @more as arguments. */
void actor_start_self(struct actor *a, const char *role, const char *more, bool native);

/* Fork a child that answers with @answer; as an unrelated process if @answer is NULL. */
void actor_fork(struct actor *a, long (*answer)(char what));

/* Start an unrelated process with the pid @number. It answers ACTOR_ACT with the result of @act,
 * which may be NULL. */
void actor_start_unrelated(struct actor *a, pid_t number, long (*act)(void));

/* To an unrelated process: how many SIGUSR1 has it received? Two that arrive before the question
 * count as one. */
#define ACTOR_SIGNALS 's'
#define ACTOR_ACT     'a'

/* If the actor ends instead of answering, the test fails. */
long actor_ask(const struct actor *a, char what);

/* the actor's side: answer(letter) for each letter until the test closes the pipe */
void actor_serve(long (*answer)(char what));
/* the same for a process that became an unrelated process by exec */
void actor_serve_as_unrelated(long (*act)(void));

/* Close the pipes: the actor ends. Returns its status, as waitpid() does. */
int actor_end(struct actor *a);

#endif
