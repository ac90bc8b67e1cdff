// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/kept.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "report/json_write.h"

static const struct pe_fuzz_page_releaser *releaser_in(const struct pe_fuzz_page_find *list,
						       uint32_t count, uint32_t most, uint32_t pid)
{
	for (uint32_t i = 0; i < count && i < most; i++)
		if (list[i].pid == pid && list[i].releaser.tid)
			return &list[i].releaser;
	return NULL;
}

static const struct pe_fuzz_page_releaser *releaser_of(const struct pe_fuzz_page *p, uint32_t pid)
{
	const struct pe_fuzz_page_releaser *r =
		releaser_in(p->find, atomic_load(&p->finds), PE_FUZZ_PAGE_FINDS, pid);

	return r ? r : releaser_in(p->belief, atomic_load(&p->beliefs), PE_FUZZ_PAGE_BELIEFS, pid);
}

/* ms since 1970 of the event, or 0 */
static uint64_t time_of(const char *line)
{
	const char *at = strstr(line, "\"time\":");

	return at ? (uint64_t)(strtod(at + strlen("\"time\":"), NULL) * 1000 + 0.5) : 0;
}

static void put_release(FILE *out, const char *line, const struct pe_fuzz_page *page,
			const struct pe_fuzz_page_releaser *r)
{
	struct pe_json_write w = { .out = out };
	const struct pe_fuzz_page_program *p = pe_fuzz_page_program(page, r->pid);
	uint64_t now = time_of(line);

	pe_json_write_open(&w, NULL, '{');
	pe_json_write_text(&w, "call", pe_call_name(r->call));
	pe_json_write_number(&w, "ago_ms", (int64_t)(now > r->ms ? now - r->ms : 0));
	pe_json_write_number(&w, "tid", r->tid);
	pe_json_write_number(&w, "process", r->pid);
	pe_json_write_text(&w, "command_line", p ? p->text : "");
	pe_json_write_open(&w, "stack", '[');
	for (uint32_t i = 0; i < r->depth && i < PE_FUZZ_PAGE_FRAMES; i++)
		fprintf(pe_json_write_raw(&w, NULL), "\"0x%" PRIx64 "\"", r->frame[i]);
	pe_json_write_close(&w, ']');
	fprintf(pe_json_write_raw(&w, "modules"), "\"%016" PRIx64 "\"", r->modules);
	pe_json_write_close(&w, '}');
}

/* kept.1. @line ends with a newline. */
static void put_line(FILE *out, const char *line, const struct pe_fuzz_page *page)
{
	const char *number = strstr(line, "\"number\":"), *end = strrchr(line, '}');
	const struct pe_fuzz_page_releaser *r = NULL;

	if (number && end && !strstr(line, "\"released\":{"))
		r = releaser_of(page, (uint32_t)strtoul(number + strlen("\"number\":"), NULL, 10));
	if (!r) {
		fputs(line, out);
		return;
	}
	fprintf(out, "%.*s,\"released\":", (int)(end - line), line);
	put_release(out, line, page, r);
	fputs("}\n", out);
}

static int copy(FILE *in, FILE *out, const struct pe_fuzz_page *page)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, in) >= 0)
		put_line(out, line, page);
	free(line);
	return ferror(in) || ferror(out) ? -EIO : 0;
}

int pe_fuzz_kept_complete(const char *path, const struct pe_fuzz_page *page)
{
	char new[PATH_MAX];
	FILE *in = fopen(path, "re"), *out;
	int r;

	if (!in)
		return errno == ENOENT ? 0 : -errno;
	snprintf(new, sizeof(new), "%s.new", path);
	out = fopen(new, "we");
	r = out ? copy(in, out, page) : -errno;
	fclose(in);
	if (out && fclose(out) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(new, path) != 0)
		r = -errno;
	if (r != 0)
		remove(new);
	return r;
}
