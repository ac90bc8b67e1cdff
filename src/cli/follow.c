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
	int fd;	    /* -1: closed (follow.3) */
	off_t end;  /* of what was read before it was closed */
	char *line; /* the part of a line that was read, PE_EVENTS_LINE bytes */
	size_t length;
};

/* The file's number, or -1. */
static int find(const struct pe_follow *f, const struct stat *st)
{
	for (size_t i = 0; i < f->files; i++)
		if (f->file[i].device == st->st_dev && f->file[i].inode == st->st_ino)
			return (int)i;
	return -1;
}

static int append(struct pe_follow *f, const struct stat *st, off_t end)
{
	struct pe_follow_file *all = realloc(f->file, (f->files + 1) * sizeof(*all));

	if (!all)
		return -ENOMEM;
	f->file = all;
	all[f->files] = (struct pe_follow_file){
		.device = st->st_dev, .inode = st->st_ino, .fd = -1, .end = end
	};
	return (int)f->files++;
}

/* A file that is shorter than what was read of it is another one, or was emptied. */
static int begin(struct pe_follow_file *file, int fd, const struct stat *st)
{
	file->line = malloc(PE_EVENTS_LINE);
	if (!file->line)
		return -ENOMEM;
	file->length = 0;
	if (file->end <= st->st_size)
		lseek(fd, file->end, SEEK_SET);
	file->fd = fd;
	return 0;
}

static int add(struct pe_follow *f, int fd, bool from_end)
{
	struct stat st;
	int number, r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	number = find(f, &st);
	if (number < 0)
		number = append(f, &st, from_end ? st.st_size : 0);
	if (number < 0 || f->file[number].fd >= 0)
		return number;
	r = begin(&f->file[number], fd, &st);
	return r < 0 ? r : number;
}

int pe_follow_add(struct pe_follow *f, const char *path, bool from_end)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int number = fd < 0 ? -errno : add(f, fd, from_end);

	if (fd >= 0 && (number < 0 || f->file[number].fd != fd))
		close(fd);
	return number;
}

static void end(struct pe_follow_file *file)
{
	if (file->fd < 0)
		return;
	file->end = lseek(file->fd, 0, SEEK_CUR) - (off_t)file->length;
	close(file->fd);
	free(file->line);
	file->fd = -1;
	file->line = NULL;
}

void pe_follow_close(struct pe_follow *f, bool (*is_written)(const void *context, int file),
		     const void *context)
{
	for (size_t i = 0; i < f->files; i++)
		if (!is_written(context, (int)i))
			end(&f->file[i]);
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
		while (r == 0 && f->file[i].fd >= 0 &&
		       (n = read(f->file[i].fd, bytes, sizeof(bytes))) > 0)
			r = take(f, &f->file[i], bytes, (size_t)n, each, context);
	return r;
}

void pe_follow_free(struct pe_follow *f)
{
	for (size_t i = 0; i < f->files; i++)
		end(&f->file[i]);
	free(f->file);
	memset(f, 0, sizeof(*f));
}
