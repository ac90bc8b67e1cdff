// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An emulated call with a stale reference reaches no process: the process that holds the pid now is
 * neither signalled, nor opened, nor mistaken for the referenced one. In the supervisor's pid
 * namespace, and in one below it.
 */
#include <sched.h>

#include "../support/namespace.h"
#include "../support/emulated.h"

static pid_t spawn(pid_t number)
{
	pid_t pid = namespace_fork(number);

	if (pid == 0)
		for (;;)
			pause();
	if (pid != number) {
		printf("skip: no process with a chosen pid can be created\n");
		exit(77);
	}
	return pid;
}

static void end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static struct pidv ask(pid_t pid, long epoch)
{
	struct pidv v = { .pid = pid, .epoch = (pidepoch_t)epoch, .flags = PIDV_TAGGED };

	pidepoch_raw_waitpidv(&v, 1, NULL, WNOHANG, NULL);
	return v;
}

static bool is_spared(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

/* @number is held by one process after the other, with a reference to each */
static void succession(pid_t number)
{
	enum { LIVES = 8 };
	long epoch[LIVES];

	for (int i = 0; i < LIVES; i++) {
		spawn(number);
		if (i == 1) {
			/* a process without a reference: the old reference is refused all the
			 * same */
			number_is("unseen", number_kill(number, epoch[0], SIGKILL), -EEPOCH);
		}
		epoch[i] = number_ref(number);
		for (int j = 0; j < i; j++) {
			number_holds("another tag", epoch[j] != epoch[i]);
			number_is("an old one", number_kill(number, epoch[j], SIGKILL), -EEPOCH);
			number_is("opened",
				  number_call(PIDEPOCH_NR_pidfd_open, number, epoch[j], 0, 0),
				  -EEPOCH);
			number_holds("looked at", ask(number, epoch[j]).state >= PIDV_ENDED);
		}
		number_holds("it is spared", is_spared(number));
		number_is("its own reference is valid", number_kill(number, epoch[i], 0), 0);
		number_is("to waitpidv, too", ask(number, epoch[i]).state, PIDV_RUNNING);
		end(number);
		number_holds("gone", number_kill(number, epoch[i], 0) == -ESRCH ||
					     number_kill(number, epoch[i], 0) == -EEPOCH);
	}
}

/* entries without a tag refer to the current holder of the pid */
static void implied(pid_t number)
{
	pidepoch_snapshot_t snapshot;
	struct pidv v = { .pid = number };

	spawn(number);
	number_ref(number);
	snapshot = (pidepoch_snapshot_t)number_call(PIDEPOCH_NR_now, 0, 0, 0, 0);
	number_is("by a moment", pidepoch_raw_waitpidv(&v, 1, &snapshot, WNOHANG, NULL), 0);
	end(number);
	spawn(number);
	number_ref(number);
	v.state = PIDV_NEW;
	number_is("it is another process", pidepoch_raw_waitpidv(&v, 1, &snapshot, WNOHANG, NULL),
		  1);
	number_holds("and no change of it", v.state >= PIDV_ENDED);
	number_holds("which is spared", is_spared(number));
	end(number);
}

static void retired(pid_t number)
{
	int keepalive;
	pid_t child = number_child(&keepalive, 0);
	long epoch = number_ref(child), first;
	int reported;

	spawn(number);
	first = number_ref(number);
	for (int i = 0; i < 6; i++) {
		end(number);
		spawn(number);
		number_call(PIDEPOCH_NR_now, 0, 0, 0, 0);
		number_ref(number);
	}
	number_is("an epoch that is long past", number_kill(number, first, 0), -EEPOCH);
	reported = ask(number, first).state;
	number_holds("of which no more is returned",
		     reported == PIDV_UNKNOWN || reported == PIDV_ENDED);
	number_is("a child is a child until it is reaped", number_kill(child, epoch, 0), 0);
	end(number);
	close(keepalive);
	end(child);
}

static void run_scenario(pid_t number)
{
	succession(number);
	implied(number + 1);
	retired(number + 2);
}

/* the same in a namespace that the supervisor is not in */
static void run_below(void)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	if (unshare(CLONE_NEWPID) < 0) {
		printf("no namespace below: %s\n", strerror(errno));
		return;
	}
	pid = fork();
	if (pid == 0) {
		run_scenario(300);
		_exit(number_faults != 0);
	}
	waitpid(pid, &status, 0);
	number_is("in a namespace below", status, 0);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!number_is_inside()) {
		namespace_enter();
		number_go_inside(argv);
	}
	run_scenario(300);
	run_below();
	return number_done();
}
