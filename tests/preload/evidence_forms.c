// SPDX-License-Identifier: LGPL-2.1-or-later
#include "evidence_forms.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

size_t as_digits(char *to, pid_t q)
{
	return (size_t)sprintf(to, "%d\n", (int)q);
}

size_t as_sentence(char *to, pid_t q)
{
	return (size_t)sprintf(to, "{\"job\": 7, \"worker\": {\"pid\": %d}}\n", (int)q);
}

size_t as_path(char *to, pid_t q)
{
	return (size_t)sprintf(to, "/proc/%d/status\n", (int)q);
}

size_t as_hexadecimal(char *to, pid_t q)
{
	return (size_t)sprintf(to, "0x%X", (unsigned int)q);
}

size_t as_bare_hexadecimal(char *to, pid_t q)
{
	return (size_t)sprintf(to, "%x\n", (unsigned int)q);
}

size_t as_int(char *to, pid_t q)
{
	memcpy(to, &q, sizeof(q));
	return sizeof(q);
}

size_t as_long(char *to, pid_t q)
{
	const int64_t n = q;

	memcpy(to, &n, sizeof(n));
	return sizeof(n);
}

size_t as_short(char *to, pid_t q)
{
	const uint16_t n = (uint16_t)q;

	memcpy(to, &n, sizeof(n));
	return sizeof(n);
}

size_t as_network_int(char *to, pid_t q)
{
	const uint32_t n = htonl((uint32_t)q);

	memcpy(to, &n, sizeof(n));
	return sizeof(n);
}

/* a packed structure, with the pid at an odd place */
size_t as_structure(char *to, pid_t q)
{
	memcpy(to, "\001job\000\377\376", 7);
	memcpy(to + 7, &q, sizeof(q));
	return 24;
}

/* a long message, which may have any number by chance */
size_t as_traffic(char *to, pid_t q)
{
	memset(to, 0, FORM_MOST);
	memcpy(to + 500, &q, sizeof(q));
	return FORM_MOST;
}

size_t as_other(char *to, pid_t q)
{
	return (size_t)sprintf(to, "%d\n", (int)q + 100000);
}
