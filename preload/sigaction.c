/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sigaction - handlers that get the sender of a signal; and an ignored SIGCHLD.
 *
 *   sigaction(SIGUSR1, program's handler)      the kernel has       on the signal
 *        │ trampoline_05 is assigned           trampoline_05 ────> learn si_pid, jump to the
 *        v to it: handler[05] is set                                handler in handler[05]
 *
 * sigaction.1  A place in handler[] is written once, before its trampoline's address leaves this
 *              file, and never again: a trampoline always means the same handler. So no
 *              half-written state can be seen. The address held by the kernel, a copy of an old
 *              action, a forked child or a vfork child is either the program's own handler or a
 *              trampoline that jumps there. This holds whichever of two threads was first, and
 *              whatever is installed later.
 * sigaction.2  The program reads back its own handler: in sigaction's old action, and as the result
 *              of signal() and sigset().
 * sigaction.3  The trampoline's frame is gone when the handler runs. The handler returns where the
 *              kernel intended, a stack trace has no foreign frame, and a longjmp out of the
 *              handler leaves nothing behind.
 * sigaction.4  Handlers of faults and of profiling clocks are not replaced: programs do not take a
 *              sender's pid from their siginfo. Handlers installed after the places have run out
 *              are not replaced either; their senders are not learned.
 * sigaction.5  The frame knows that children may vanish before they can (SIG_IGN, SA_NOCLDWAIT),
 *              and is told after each change of the action of SIGCHLD (core/engine/vanish.h).
 */
#include "learn.h"

/* sigset() and similar functions are deprecated, but programs use them */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define PLACES 64

typedef void (*siginfo_handler)(int sig, siginfo_t *info, void *context);

static _Atomic(siginfo_handler) handler[PLACES];

/* --- trampolines, numbered in octal --- */

#define EIGHT(X, n)                                                                                \
	X(n##0)                                                                                    \
	X(n##1)                                                                                    \
	X(n##2)                                                                                    \
	X(n##3)                                                                                    \
	X(n##4)                                                                                    \
	X(n##5)                                                                                    \
	X(n##6)                                                                                    \
	X(n##7)
#define ALL(X)                                                                                     \
	EIGHT(X, 0)                                                                                \
	EIGHT(X, 01)                                                                               \
	EIGHT(X, 02)                                                                               \
	EIGHT(X, 03)                                                                               \
	EIGHT(X, 04)                                                                               \
	EIGHT(X, 05)                                                                               \
	EIGHT(X, 06)                                                                               \
	EIGHT(X, 07)

/* sigaction.3: the compiler turns the last call of each into a jump, unless an option forbids it */
#define TRAMPOLINE(n)                                                                              \
	static void trampoline_##n(int sig, siginfo_t *info, void *context)                        \
	{                                                                                          \
		pe_learn_siginfo(info);                                                            \
		atomic_load_explicit(&handler[n], memory_order_relaxed)(sig, info, context);       \
	}
ALL(TRAMPOLINE)

#define ADDRESS(n) trampoline_##n,
static const siginfo_handler trampoline[PLACES] = { ALL(ADDRESS) };

/* The program's handler for the installed one (sigaction.2). It takes and returns void *, because
 * there are two types of handler. */
static void *own(void *installed)
{
	for (unsigned int i = 0; i < PLACES; i++)
		if (unlikely(installed == (void *)trampoline[i]))
			return (void *)atomic_load_explicit(&handler[i], memory_order_relaxed);
	return installed;
}

static siginfo_handler trampoline_of(siginfo_handler wanted)
{
	for (unsigned int i = 0; i < PLACES; i++) {
		siginfo_handler seen = NULL;

		if (atomic_compare_exchange_strong(&handler[i], &seen, wanted) || seen == wanted)
			return trampoline[i];
	}
	return wanted;
}

/* --- actions --- */

static bool tells_sender(int sig)
{
	switch (sig) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
	case SIGSYS:
	case SIGPROF:
	case SIGVTALRM:
		return false;
	default:
		return true;
	}
}

static bool is_function(sighandler_t h)
{
	return h != SIG_DFL && h != SIG_IGN && h != SIG_ERR && h != SIG_HOLD;
}

static void before(int sig, sighandler_t h, int flags)
{
	if (sig == SIGCHLD && (h == SIG_IGN || (flags & SA_NOCLDWAIT)))
		pe_preload_children_vanish();
}

static void after(int sig)
{
	if (unlikely(sig == SIGCHLD))
		pe_preload_child_action();
}

PE_PUBLIC int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct sigaction ours;
	int n;

	if (act) {
		before(sig, act->sa_handler, act->sa_flags);
		ours = *act;
		if ((act->sa_flags & SA_SIGINFO) && tells_sender(sig) &&
		    is_function(act->sa_handler))
			ours.sa_sigaction =
				trampoline_of((siginfo_handler)own((void *)act->sa_sigaction));
		act = &ours;
	}
	n = PE_REAL(sigaction)(sig, act, old);
	if (act)
		after(sig);
	if (n == 0 && old)
		old->sa_sigaction = (siginfo_handler)own((void *)old->sa_sigaction);
	return n;
}

PE_PUBLIC int __sigaction(int sig, const struct sigaction *act, struct sigaction *old)
	__attribute__((alias("sigaction"), nothrow, leaf));

/* --- older calls: they install no handler with siginfo, but may return one --- */

#define OLDER(name)                                                                                \
	PE_PUBLIC sighandler_t name(int sig, sighandler_t h)                                       \
	{                                                                                          \
		sighandler_t old;                                                                  \
                                                                                                   \
		before(sig, h, 0);                                                                 \
		old = (sighandler_t)own((void *)PE_REAL(name)(sig, h));                            \
		after(sig);                                                                        \
		return old;                                                                        \
	}

OLDER(signal)
OLDER(__sysv_signal)
OLDER(sigset)

#define ALIAS(name, of)                                                                            \
	PE_PUBLIC sighandler_t name(int sig, sighandler_t h)                                       \
		__attribute__((alias(#of), nothrow, leaf));

ALIAS(bsd_signal, signal)
ALIAS(ssignal, signal)
ALIAS(sysv_signal, __sysv_signal)

PE_PUBLIC int sigignore(int sig)
{
	int n;

	before(sig, SIG_IGN, 0);
	n = PE_REAL(sigignore)(sig);
	after(sig);
	return n;
}
