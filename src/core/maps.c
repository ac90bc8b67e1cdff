// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/contract.h"

#include <linux/types.h>
#include <sys/ioctl.h>

#include "core/maps.h"
#include "core/text.h"

#define QUERY _IOWR('f', 17, struct pe_maps_query)

/* --- one line --- */

/* What follows the next @until; the end of the line if there is none. */
static const char *skip(const char *s, char until)
{
	while (*s && *s != '\n' && *s != until)
		s++;
	return *s == until ? s + 1 : s;
}

static const char *parse_mode(const char *s, struct pe_maps_line *m)
{
	if (!s[0] || !s[1] || !s[2] || !s[3])
		return s;
	m->readable = s[0] == 'r';
	m->writable = s[1] == 'w';
	m->executable = s[2] == 'x';
	m->shared = s[3] == 's';
	return skip(s, ' ');
}

static const char *parse_device(const char *s, struct pe_maps_line *m)
{
	uint64_t n[2];

	s = skip(pe_text_digits(s, NULL, 16, &n[0]), ':');
	s = skip(pe_text_digits(s, NULL, 16, &n[1]), ' ');
	m->major = (uint32_t)n[0];
	m->minor = (uint32_t)n[1];
	return s;
}

bool pe_maps_parse(const char *s, struct pe_maps_line *m)
{
	*m = (struct pe_maps_line){ .path = "" };
	s = skip(pe_text_digits(s, NULL, 16, &m->start), '-');
	s = skip(pe_text_digits(s, NULL, 16, &m->end), ' ');
	s = parse_mode(s, m);
	s = skip(pe_text_digits(s, NULL, 16, &m->offset), ' ');
	s = parse_device(s, m);
	s = pe_text_digits(s, NULL, 10, &m->inode);
	while (*s == ' ')
		s++;
	m->path = s;
	return m->end > m->start;
}

/* --- all lines --- */

static char *find_newline(const struct pe_maps_reader *r)
{
	for (size_t i = r->at; i < r->have; i++)
		if (r->buffer[i] == '\n')
			return &r->buffer[i];
	return NULL;
}

/* Move the beginning of a line to the start of the buffer, and read on behind it. */
static bool read_more(struct pe_maps_reader *r)
{
	long n;

	memmove(r->buffer, r->buffer + r->at, r->have - r->at);
	r->have -= r->at;
	r->at = 0;
	n = pe_sys_read(r->fd, r->buffer + r->have, r->size - 1 - r->have);
	r->have += n > 0 ? (size_t)n : 0;
	r->error = n < 0 ? n : 0;
	return n > 0;
}

/* The next line, or as much of it as fits; NULL: there are no more. */
static const char *next_line(struct pe_maps_reader *r)
{
	const char *line;
	char *end;

	while (!(end = find_newline(r)) && r->have - r->at < r->size - 1)
		if (!read_more(r))
			return NULL;
	line = &r->buffer[r->at];
	r->cut = !end;
	r->at = end ? (size_t)(end - r->buffer) + 1 : r->have;
	*(end ? end : &r->buffer[r->have]) = '\0';
	return line;
}

bool pe_maps_next(struct pe_maps_reader *r, struct pe_maps_line *m)
{
	const char *line;
	bool rest;

	do {
		rest = r->cut;
		line = next_line(r);
	} while (line && rest);
	return line && pe_maps_parse(line, m);
}

/* --- the ioctl --- */

int pe_maps_query(int fd, uint64_t address, uint64_t flags, struct pe_maps_query *q)
{
	*q = (struct pe_maps_query){ .size = sizeof(*q), .flags = flags, .address = address };
	return (int)pe_sys3(SYS_ioctl, fd, QUERY, PE_SYS_LONG(q));
}
