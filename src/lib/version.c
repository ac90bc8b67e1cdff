/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * version - the version of the library that was loaded, for a comparison with the header at run
 * time.
 */
#include "config.h"

#include "lib/version.h"

const char *pe_version(void)
{
	return PACKAGE_VERSION;
}

__attribute__((visibility("default"))) const char *pidepoch_version(void)
	__attribute__((alias("pe_version")));
