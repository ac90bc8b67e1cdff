/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linked - what is particular to libpidepoch.so: it has no interposers, so that a program that is
 * linked with it and not preloaded forks and waits without being seen.
 */
#include "lib/preload_api.h"

const bool pe_preload_sees_calls = false;
