/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kept - the events of a find, with what the page knows of the release.
 *
 * kept.1  An event of a process that did not see the release has no "released". If a canary of the
 *         find has the pid, the event gets the process, call, stack and modules of the release
 *         (docs/events.md).
 */
#ifndef PE_FUZZ_KEPT_H
#define PE_FUZZ_KEPT_H

#include "core/engine/fuzz_page.h"

/* Add to the events in file @path. 0 or -errno; a file that does not exist is no error. */
int pe_fuzz_kept_complete(const char *path, const struct pe_fuzz_page *page);

#endif
