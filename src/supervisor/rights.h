/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rights - whom a watched process may signal, and what a signal does to it: read from /proc, as the kernel would rule. */
#ifndef PE_SUPERVISOR_RIGHTS_H
#define PE_SUPERVISOR_RIGHTS_H

#include "peer.h"

bool pe_rights_blunts(const struct pe_peer *p, int signal); /* it ignores or blocks that signal */
uint32_t pe_rights_uid(const struct pe_peer *p);

/* May it signal @pid? No guess: false where only the kernel could say. */
bool pe_rights_may_signal(const struct pe_peer *p, int pid);
/* May it end @pid: by its user, or by CAP_KILL over the other's user namespace? */
bool pe_rights_may_end(const struct pe_peer *p, int pid);

/* Could it become another user, and one whose memory is out of our reach then? */
bool pe_rights_may_hide(const struct pe_peer *p);

#endif
