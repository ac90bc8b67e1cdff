/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error - the message of EEPOCH. */
#include <pidepoch.h>
#include <string.h>

#include "lib/state.h"

PE_EXPORT const char *pidepoch_strerror(int error)
{
	return error == EEPOCH ? "Process number may belong to a later process" : strerror(error);
}
