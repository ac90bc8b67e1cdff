/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* environ_state - what preload/environ.c takes from the library's state, as a test sets it. */
#ifndef PE_TESTS_ENVIRON_STATE_H
#define PE_TESTS_ENVIRON_STATE_H

#include <check.h>
#include <stdint.h>
#include <string.h>

#include "../../preload/environ.h"
#include "lib/preload_api.h"

static const char *ours[] = { "LD_PRELOAD=/a/libpidepoch-preload.so", "PIDEPOCH_ON_STALE=report",
			      NULL };
static struct pe_environ made;

/* exec takes strings that it could write to, and does not */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* replaces the state's value: what was kept at the start */
const char *const *pe_preload_environment(void)
{
	return ours;
}

/* likewise: is this a vfork child? */
static uint32_t vfork_depth;

uint32_t pe_preload_vfork_depth(int by)
{
	return vfork_depth += (uint32_t)by;
}

/* what is known of the pids among the arguments */
static const char *handed;

const char *pe_preload_arguments(char *const *argv, char *text, size_t size)
{
	(void)argv;
	(void)text;
	(void)size;
	return handed;
}

static bool disabled;

void pe_preload_announce_arguments(const char *text)
{
	(void)text;
}

bool pe_preload_is_confined(void)
{
	return disabled;
}

bool pe_preload_seeks_bare(void)
{
	return false;
}

void pe_preload_bare(void)
{
}

/* The last entry, which is the one that the loader uses. */
static const char *value(const char *name)
{
	size_t length = strlen(name);
	const char *found = NULL;

	for (char *const *e = made.envp; *e; e++)
		if (strncmp(*e, name, length) == 0 && (*e)[length] == '=')
			found = *e + length + 1;
	return found;
}

#endif
