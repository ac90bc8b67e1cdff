/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * porter - who may signal its children without being shown: the postern (core/engine/postern.h) is
 * opened, and barred.
 *
 *   UNKNOWN ── a wait: has it a postern? ── no ──> NONE ── it asks, and may (porter.2, porter.3) ──> OPEN
 *                                      └── yes ──────────────────────────────────────────> OPEN
 *   OPEN ── a wait of the library ──> OPEN
 *        ── any other wait ─────────> BARRED, in its memory, before that wait is answered
 *
 * porter.1  Where a wait past the library may reap, every signal is shown, as if there were no
 *           postern: children that are born after that wait's beginning are still met when they are
 *           signalled (kill.c), the others are written down at the wait.
 * porter.2  One thread: no earlier wait can be under way when it is opened.
 * porter.3  Who could become another user, whose memory we may not write to, is not let in: he
 *           could not be barred any more.
 * porter.4  What is kept is a hint that a worker's death, a sweep or an exec may take: it is then
 *           found out again from the page.
 */
#ifndef PE_SUPERVISOR_PORTER_H
#define PE_SUPERVISOR_PORTER_H

#include "supervisor/serve.h"

enum { PE_PORTER_UNKNOWN, PE_PORTER_NONE, PE_PORTER_OPEN, PE_PORTER_BARRED };

/* Is the call made in the postern, where it is not a wait but the question whether it may be
 * opened? */
bool pe_porter_is_asked(const struct pe_serve_call *c);
/* 0: it is open; -ECHILD: it is not; or -EINPROGRESS (helper.h) */
long pe_porter_open(struct pe_serve_call *c, struct pe_child_table_process *p);

/* a wait that may reap is about to be let through. 0, or -EINPROGRESS (helper.h) */
long pe_porter_watch(struct pe_serve_call *c, struct pe_child_table_process *p);

#endif
