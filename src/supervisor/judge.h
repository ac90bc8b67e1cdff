/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * judge - what is done about a stale use, by the same judgement and in the same words as inside a
 * program.
 *
 * judge.1  A call that the library makes has been judged: it has seen what made the pid fresh.
 *          Other calls of the same program (its own instructions, a Go runtime's) have not. A
 *          program that is trusted is not judged.
 * judge.2  A notice goes to the log; else to the caller's own descriptor 2, while that is the file
 *          that it was when the run began. It is borrowed for the one line, and left out if the
 *          line could not be taken at once.
 * judge.3  An event is written as the library writes it (docs/events.md), before its thread goes
 *          on.
 * judge.4  With stacks asked for it has the stack of the call (stack.h), and of the wait that
 *          released the pid where that was notified (stack_waits.h). Forks are not notified: from
 *          outside there is no stack of the birth.
 */
#ifndef PE_SUPERVISOR_JUDGE_H
#define PE_SUPERVISOR_JUDGE_H

#include "core/frame/frame.h"
#include "core/frame/use.h"
#include "supervisor/serve.h"

/* @pid: who has the pid now, or 0: nobody. A result, or LET. */
long pe_judge_serve(struct pe_serve_call *c, const struct pe_use *use, int pid);

#endif
