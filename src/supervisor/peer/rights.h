/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rights - user, signal masks and privileges of a watched process, read from /proc. */
#ifndef PE_SUPERVISOR_PEER_RIGHTS_H
#define PE_SUPERVISOR_PEER_RIGHTS_H

#include "supervisor/peer/peer.h"

bool pe_rights_ignores(const struct pe_peer *p, int signal); /* it ignores or blocks that signal */
uint32_t pe_rights_uid(const struct pe_peer *p);

/* Could it become another user, whose memory we may not read? */
bool pe_rights_may_hide(const struct pe_peer *p);

#endif
