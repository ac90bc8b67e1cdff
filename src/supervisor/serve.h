/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serve - the worker: receives one notified call after the other, judges it, and answers it.
 *
 *   monitor ── fork ──> worker: receive into the child table ─> judge ─> answer ─> ...
 *     ^                   │ killed, at any instruction
 *     '── fork again ─────'          the next worker finds the call there, and answers it
 *
 * serve.1  Nothing here waits for a watched program. A call is answered at once, or parked while a
 *          helper does what may take long (helper.h). One that would block is continued, and the
 *          kernel does the waiting.
 * serve.2  In case of doubt, a call is continued.
 * serve.3  A call is continued, or is answered with a result. Everything that is done for it is
 *          done before the answer, and the next worker may do it again.
 * serve.4  The end of the monitor sends a signal, whose handler leaves the blocking receive by
 *          siglongjmp(). A call that was received just then is found in the child table, as after
 *          the death of a worker.
 * serve.5  While several calls wait, users take turns (turns.h). Long work is done in parts, one
 *          for each turn.
 */
#ifndef PE_SUPERVISOR_SERVE_H
#define PE_SUPERVISOR_SERVE_H

#include "supervisor/worker/worker.h"

enum pe_serve_end { PE_SERVE_ENDED, PE_SERVE_ORPHANED, PE_SERVE_BROKEN };

/* Serve calls until the last watched process or the monitor has ended. All signals must be
 * blocked. */
enum pe_serve_end pe_serve_run(struct pe_worker *s);

#endif
