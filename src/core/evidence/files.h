/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * files - small files that the program opened, and the pids that they name.
 *
 *   open ──> remembered: path ─────────────────────────┐
 *        └─> path has `pid` or `lock`: read at once ────┤
 *                                                      v
 *   a pid is used ──> new entries are read ──> filter
 *                 ──> the entries with this pid, examined again ──> stamp
 *
 * files.1  The moment of a file is max(mtime, ctime): copies and renames keep the mtime and update
 *          the ctime.
 * files.2  Opening a file only records its path. Files are read when a pid without better evidence
 *          is used. A file whose path contains `pid` or `lock` is read when it is opened, so that
 *          its pid stays known if it is removed meanwhile. These files have a ring of their own.
 * files.3  Only regular files of at most 4096 bytes count. They are read with pread, without
 *          blocking (O_NONBLOCK).
 * files.4  Before a file accuses, it is examined again: if it has changed, its moment is later.
 * files.5  Files on file systems whose time stamps may come from another machine never accuse.
 * files.6  One thread reads at a time, and no thread waits: another thread has no file evidence for
 *          its call. If the parent was reading at the fork, the forked child takes over; an entry
 *          that was being written at that moment is lost to the child.
 * files.7  A relative path is made absolute before the program changes its directory.
 */
#ifndef PE_CORE_EVIDENCE_FILES_H
#define PE_CORE_EVIDENCE_FILES_H

#include "core/contract.h"
#include "core/evidence/parse.h"

#define PE_FILES_COMMON 12u
#define PE_FILES_PID	8u
#define PE_FILES_ALL	(PE_FILES_COMMON + PE_FILES_PID)
#define PE_FILES_PATH	168u
#define PE_FILES_SMALL	4096u
#define PE_FILES_FILTER 16u /* words */

struct pe_files_entry {
	_Atomic uint32_t state; /* of enum state in files.c */
	uint32_t count;
	bool foreign, no_nsec; /* files.5; the stamp has whole seconds only */
	bool relative;
	int writer; /* the pid of the process that opened it for writing, or 0 */
	uint64_t device, inode;
	int64_t stamp; /* ms of the wall clock */
	uint32_t pid[PE_PARSE_MOST];
	char path[PE_FILES_PATH];
};

struct pe_files {
	_Atomic uint32_t opened, opened_pid; /* how many were recorded */
	_Atomic uint32_t unread;	     /* some have not been read yet */
	_Atomic int busy;		     /* files.6: pid of the process that reads, or 0 */
	_Atomic uint64_t filter[PE_FILES_FILTER];
	struct pe_files_entry entry[PE_FILES_ALL]; /* those with `pid` or `lock` last */
};

/* what a file states about a pid */
struct pe_files_word {
	int64_t stamp; /* ms of the wall clock */
	bool accuses, no_nsec;
	int writer;
	char path[PE_FILES_PATH];
};

/* The program has just opened @path for reading as @fd. Returns the entry if the file was read at
 * once and contains pids, to be published; else NULL. Signal-safe, any thread, keeps the file's
 * offset. */
const struct pe_files_entry *pe_files_opened(struct pe_files *f, const char *path, bool at_cwd,
					     int fd);

/* This process is about to write a file with `pid` or `lock` in its path. */
void pe_files_written(struct pe_files *f, const char *path);

/* May one of the files contain @pid? Reads the files that were not read yet. */
bool pe_files_may_name(struct pe_files *f, uint32_t pid);

/* The latest statement on @pid, and the latest that accuses, if that is a different one. false:
 * there is none. */
bool pe_files_say(struct pe_files *f, uint32_t pid, struct pe_files_word *latest,
		  struct pe_files_word *accuser);

/* Does a file with `pid` or `lock` in its path contain @pid? Used for looks. */
bool pe_files_has_pid(struct pe_files *f, uint32_t pid);

void pe_files_moving(struct pe_files *f); /* files.7 */

/* When the regular file @fd was last changed (files.1), in ms of the wall clock; with 2 s more if
 * its stamps are whole seconds. *@local: by this machine's clock (files.5). 0, -EINVAL: it is no
 * regular file; or another -errno */
int pe_files_stamp(int fd, int64_t *stamp, bool *local);

#endif
