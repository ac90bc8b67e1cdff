// SPDX-License-Identifier: LGPL-2.1-or-later
/* top_screen_none - in place of top_screen.c in a build without ncurses. */
#include "cli/top.h"

#include "command/exit_status.h"
#include "command/message.h"

int pe_top_screen(const struct pe_top_plan *plan)
{
	(void)plan;
	return pe_message_error(PE_EXIT_UNABLE, "top",
				"was built without ncurses; --once prints the list");
}
