/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linked - what differs in libpidepoch.so: it has no interposers. So it does not see the forks and
 * waits of a program that is linked with it but not preloaded.
 */
#include "lib/preload_api.h"

const bool pe_preload_sees_calls = false;
