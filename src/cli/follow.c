// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pe_follow_file {
	dev_t device;
	ino_t inode;
	int fd;
	char *line; /* the part of a line that was read, PE_EVENTS_LINE bytes */
	size_t length;
};

static bool is_followed(const struct pe_follow *f, const struct stat *st)
{
	for (size_t i = 0; i < f->files; i++)
		if (f->file[i].device == st->st_dev && f->file[i].inode == st->st_ino)
			return true;
	return false;
}

static int append(struct pe_follow *f, int fd, const struct stat *st)
{
	struct pe_follow_file *all = realloc(f->file, (f->files + 1) * sizeof(*all));
	char *line = malloc(PE_EVENTS_LINE);

	if (all)
		f->file = all;
	if (!all || !line) {
		free(line);
		return -ENOMEM;
	}
	all[f->files++] = (struct pe_follow_file){
		.device = st->st_dev, .inode = st->st_ino, .fd = fd, .line = line
	};
	return 0;
}

int pe_follow_add(struct pe_follow *f, const char *path, bool from_end)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r = 0;
	struct stat st;
	bool known = false;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if (!(known = is_followed(f, &st)))
		r = append(f, fd, &st);
	if (r < 0 || known)
		close(fd);
	else if (from_end)
		lseek(fd, 0, SEEK_END);
	return r;
}

/* follow.2 */
static int give(const struct pe_follow *f, char *line, size_t length, pe_follow_each each,
		void *context)
{
	struct pe_events events = { .events = 0 };
	char *copy = strndup(line, length); /* the reader changes its line */
	int r = copy ? pe_events_line(&events, line, length) : -ENOMEM;

	if (r == 0 && events.events == 1 && events.event[0].time_ms >= f->since)
		each(context, &events.event[0], copy);
	pe_events_free(&events);
	free(copy);
	return r;
}

/* A line that is too long is cut, and then is no event. */
static int take(const struct pe_follow *f, struct pe_follow_file *file, const char *bytes, size_t n,
		pe_follow_each each, void *context)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (bytes[i] != '\n') {
			if (file->length < PE_EVENTS_LINE)
				file->line[file->length++] = bytes[i];
			continue;
		}
		if (file->length < PE_EVENTS_LINE)
			r = give(f, file->line, file->length, each, context);
		file->length = 0;
	}
	return r;
}

/* cppcheck-suppress funcArgOrderDifferent; it takes the type of a parameter for its name */
int pe_follow_read(struct pe_follow *f, pe_follow_each each, void *context)
{
	char bytes[32768];
	ssize_t n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < f->files; i++)
		while (r == 0 && (n = read(f->file[i].fd, bytes, sizeof(bytes))) > 0)
			r = take(f, &f->file[i], bytes, (size_t)n, each, context);
	return r;
}

void pe_follow_free(struct pe_follow *f)
{
	for (size_t i = 0; i < f->files; i++) {
		close(f->file[i].fd);
		free(f->file[i].line);
	}
	free(f->file);
	memset(f, 0, sizeof(*f));
}
