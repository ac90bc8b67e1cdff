/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "core/frame/use.h"
#include "core/record/append.h"
#include "core/record/rate.h"
#include "core/record/sink.h"
#include "core/record/tally.h"
#include "core/sys.h"
#include "core/text.h"

#define COUNT(field) offsetof(struct pe_tally, field)

/* --- standard error --- */

/* sink.1: descriptor 2 may have become any file, a socket or a data file, which must not be
 * written to. An inode number may be reused as soon as the file is gone, but the new file has a
 * later birth time. */
static bool stderr_is_itself(const struct pe_settings *set)
{
	struct stat st;

	return pe_sys_fstat(2, &st) == 0 && st.st_dev == set->stderr_id[0] &&
	       st.st_ino == set->stderr_id[1] &&
	       (set->stderr_born == 0 || pe_sys_file_birth(2) == set->stderr_born);
}

void pe_sink_know_stderr(struct pe_settings *set)
{
	struct stat st;

	if (pe_sys_fstat(2, &st) != 0)
		return;
	set->stderr_id[0] = st.st_dev;
	set->stderr_id[1] = st.st_ino;
	set->stderr_born = pe_sys_file_birth(2);
}

static long to_stderr(const struct pe_settings *set, struct pe_text *line)
{
	pe_text_add(line, "\n");
	if (!stderr_is_itself(set))
		return -EBADF;
	return pe_append_write(2, line->start, pe_text_length(line));
}

/* --- lines of this file's own --- */

void pe_sink_begin(struct pe_text *line, const struct pe_settings *set)
{
	pe_text_add(line, "pidepoch: ");
	pe_text_foreign(line, set->name ? set->name : "?");
	pe_text_add(line, "[");
	pe_text_decimal(line, (uint64_t)(set->pid ? set->pid : pe_sys_getpid()));
	pe_text_add(line, "]: ");
}

static void add_reason(struct pe_text *line, int error)
{
	static const struct {
		int error;
		char text[28];
	} reasons[] = {
		{ EACCES, "Permission denied" },
		{ EAGAIN, "its receiver is not ready" },
		{ ECONNREFUSED, "no process listens there" },
		{ EDQUOT, "Disk quota exceeded" },
		{ EFBIG, "File too large" },
		{ EIO, "Input/output error" },
		{ EISDIR, "Is a directory" },
		{ ELOOP, "it is a symbolic link" },
		{ EMFILE, "Too many open files" },
		{ ENOENT, "No such file or directory" },
		{ ENOSPC, "No space left on device" },
		{ ENXIO, "no process reads it" },
		{ EPERM, "Operation not permitted" },
		{ EPIPE, "Broken pipe" },
		{ EROFS, "Read-only file system" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].error == -error) {
			pe_text_add(line, reasons[i].text);
			return;
		}
	pe_text_add(line, "error ");
	pe_text_decimal(line, (uint64_t)-error);
}

/* sink.2: the reason, once for each process */
static void complain(const struct pe_settings *set, const char *what, const char *file, int error,
		     const char *then)
{
	char buffer[512];
	struct pe_text line = pe_text_on(buffer, sizeof(buffer) - 1);

	pe_sink_begin(&line, set);
	pe_text_add(&line, "cannot write to the ");
	pe_text_add(&line, what);
	if (file[0] == '/') {
		pe_text_add(&line, " ");
		pe_text_foreign(&line, file);
	}
	pe_text_add(&line, ": ");
	add_reason(&line, error);
	pe_text_add(&line, then);
	line.limit++;
	to_stderr(set, &line);
}

static bool is_due(const _Atomic int *error, const _Atomic bool *said)
{
	return atomic_load_explicit(error, memory_order_relaxed) &&
	       !atomic_load_explicit(said, memory_order_relaxed);
}

bool pe_sink_has_failed(const struct pe_sink *s)
{
	return is_due(&s->log_error, &s->log_said) || is_due(&s->events_error, &s->events_said);
}

/* The error to be reported now, once; 0: none */
static int take_error(const _Atomic int *error, _Atomic bool *said)
{
	return is_due(error, said) && !atomic_exchange_explicit(said, true, memory_order_relaxed)
		       ? -atomic_load_explicit(error, memory_order_relaxed)
		       : 0;
}

void pe_sink_complain(const struct pe_settings *set)
{
	int error = take_error(&set->sink->log_error, &set->sink->log_said);

	if (error)
		complain(set,
			 pe_text_same(set->log, "journal")  ? "journal"
			 : pe_text_same(set->log, "syslog") ? "system log"
							    : "log",
			 set->log, error, "; its notices follow here");
	error = take_error(&set->sink->events_error, &set->sink->events_said);
	if (error)
		complain(set, "events", set->events, error, "; events are lost");
}

static void keep_error(const struct pe_settings *set, _Atomic int *where, int error)
{
	int none = 0;

	atomic_compare_exchange_strong_explicit(where, &none, -error, memory_order_relaxed,
						memory_order_relaxed);
	if (!set->sink->of_many)
		pe_sink_complain(set);
}

/* sink.2 */
static void fall_back(const struct pe_settings *set, struct pe_text *line, int error)
{
	if (set->sink)
		keep_error(set, &set->sink->log_error, error);
	to_stderr(set, line);
	pe_tally_fail(set, COUNT(lost_notices), COUNT(notice_error), -error);
}

void pe_sink_event_lost(const struct pe_settings *set, int error)
{
	if (set->sink)
		keep_error(set, &set->sink->events_error, error);
	pe_tally_fail(set, COUNT(lost_events), COUNT(event_error), -error);
}

/* --- files and datagrams --- */

static long to_file(const struct pe_settings *set, struct pe_text *line)
{
	const int fd = pe_append_open(set->log);
	long n;

	if (fd < 0)
		return fd;
	pe_text_add(line, "\n");
	n = pe_append_write(fd, line->start, pe_text_length(line));
	pe_sys_close(fd);
	if (n < 0)
		line->at--; /* fall_back() adds the newline again */
	return n;
}

/* sink.3 */
static long send_to(const char *path, const char *bytes, size_t size)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd =
		(int)pe_sys3(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	size_t length = pe_text_span(path);
	long n;

	if (fd < 0)
		return fd;
	for (size_t i = 0; i < length; i++)
		to.sun_path[i] = path[i];
	n = pe_sys6(SYS_sendto, fd, (long)bytes, (long)size, MSG_NOSIGNAL | MSG_DONTWAIT, (long)&to,
		    (long)(offsetof(struct sockaddr_un, sun_path) + length + 1));
	pe_sys_close(fd);
	return n;
}

static void add_field(struct pe_text *t, const char *name, const char *value)
{
	if (!value)
		return;
	pe_text_add(t, name);
	pe_text_add(t, "=");
	pe_text_foreign(t, value);
	pe_text_add(t, "\n");
}

static void add_number(struct pe_text *t, const char *name, uint64_t n)
{
	pe_text_add(t, name);
	pe_text_add(t, "=");
	pe_text_decimal(t, n);
	pe_text_add(t, "\n");
}

/* The journal's own protocol: a line NAME=VALUE for each field. 4 is LOG_WARNING. */
static long to_journal(const struct pe_settings *set, struct pe_text *line,
		       const struct pe_sink_fields *f)
{
	char buffer[2048];
	struct pe_text t = pe_text_on(buffer, sizeof(buffer));
	const size_t name = sizeof("pidepoch: ") - 1;

	pe_text_add(&t, "PRIORITY=4\nSYSLOG_IDENTIFIER=pidepoch\nMESSAGE=");
	pe_text_part(&t, line->start + name, pe_text_length(line) - name);
	pe_text_add(&t, "\n");
	add_field(&t, "PIDEPOCH_PROGRAM", set->name);
	add_number(&t, "PIDEPOCH_PID", (uint64_t)(set->pid ? set->pid : pe_sys_getpid()));
	if (f) {
		add_field(&t, "PIDEPOCH_CALL", f->call);
		add_number(&t, "PIDEPOCH_STALE_PID", f->pid);
		if (f->signal != PE_USE_NO_SIGNAL)
			add_number(&t, "PIDEPOCH_SIGNAL", (uint64_t)(unsigned int)f->signal);
		add_field(&t, "PIDEPOCH_EVIDENCE", f->evidence);
		add_field(&t, "PIDEPOCH_OUTCOME", f->outcome);
		add_field(&t, "PIDEPOCH_HOLDER", f->holder);
	}
	return send_to(PE_SINK_JOURNAL, t.start, pe_text_length(&t));
}

/* 12 is LOG_USER | LOG_WARNING. The receiver adds the time. */
static long to_syslog(const struct pe_settings *set, struct pe_text *line)
{
	char buffer[1200];
	struct pe_text t = pe_text_on(buffer, sizeof(buffer));
	const size_t name = sizeof("pidepoch: ") - 1;

	pe_text_add(&t, "<12>pidepoch[");
	pe_text_decimal(&t, (uint64_t)(set->pid ? set->pid : pe_sys_getpid()));
	pe_text_add(&t, "]: ");
	pe_text_part(&t, line->start + name, pe_text_length(line) - name);
	return send_to(PE_SINK_SYSLOG, t.start, pe_text_length(&t));
}

static long write_line(const struct pe_settings *set, struct pe_text *line,
		       const struct pe_sink_fields *f)
{
	long n;

	if (!set->log)
		n = to_stderr(set, line);
	else if (set->log[0] == '/')
		n = to_file(set, line);
	else if (pe_text_same(set->log, "journal"))
		n = to_journal(set, line, f);
	else
		n = to_syslog(set, line);
	if (n >= 0)
		pe_tally_add(set, COUNT(notices));
	else if (set->log)
		fall_back(set, line, (int)n);
	else
		pe_tally_fail(set, COUNT(lost_notices), COUNT(notice_error), (int)-n);
	return n < 0 ? n : 0;
}

void pe_sink_count(const struct pe_settings *set, uint64_t use, bool refused)
{
	uint32_t n;

	if (!set->sink)
		return;
	if (refused)
		atomic_fetch_add_explicit(&set->sink->refused, 1, memory_order_relaxed);
	n = atomic_fetch_add_explicit(&set->sink->uses, 1, memory_order_relaxed);
	atomic_store_explicit(&set->sink->recent[n % PE_SINK_RECENT], PE_SINK_NUMBERED(use, n),
			      memory_order_relaxed);
}

/* --- the rate --- */

bool pe_sink_has_room(const struct pe_settings *set, struct pe_rate *r, uint64_t owner,
		      uint32_t pid)
{
	struct timespec now = { 0 };

	pe_sys_clock_gettime(CLOCK_MONOTONIC, &now);
	if (pe_rate_allows(r, owner, pid, (uint32_t)now.tv_sec))
		return true;
	pe_tally_add(set, COUNT(left_out));
	return false;
}

void pe_sink_left_out(const struct pe_settings *set, uint32_t n)
{
	char buffer[256];
	struct pe_text line = pe_text_on(buffer, sizeof(buffer) - 1);

	if (n == 0)
		return;
	pe_sink_begin(&line, set);
	pe_text_decimal(&line, n);
	pe_text_add(&line, n == 1 ? " notice was left out: more than "
				  : " notices were left out: more than ");
	pe_text_decimal(&line, PE_RATE_MOST);
	pe_text_add(&line, " in a second");
	line.limit++;
	write_line(set, &line, NULL);
}

long pe_sink_write(const struct pe_settings *set, struct pe_text *line,
		   const struct pe_sink_fields *f)
{
	line->limit++;
	if (set->sink && !set->sink->of_many) {
		struct pe_rate *r = &set->sink->rate;

		if (!pe_sink_has_room(set, r, (uint64_t)pe_sys_getpid(), f ? f->pid : 0))
			return 0;
		pe_sink_left_out(set, pe_rate_take_left_out(r));
	}
	return write_line(set, line, f);
}
