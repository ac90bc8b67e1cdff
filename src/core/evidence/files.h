/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * files - small files that the program opened, and the pids that they name.
 *
 *   open ──> remembered: path ─────────────────────────┐
 *        └─> path has `pid` or `lock`: read at once ────┤
 *                                                      v
 *   a pid is used ──> new entries are read ──> filter ──> the entries with this pid, looked at again ──> stamp
 *
 * files.1  The moment of a file is max(mtime, ctime): copies and renames keep mtime, and move
 *          ctime.
 * files.2  Opening remembers a path, and no more. Files are read when a pid without better evidence
 *          is used; those whose path has `pid` or `lock` when they are opened, so that one that is
 *          removed meanwhile is still known. These have a ring of their own.
 * files.3  Only regular files of at most 4096 bytes count. They are read without waiting
 *          (O_NONBLOCK), by pread.
 * files.4  Before a file accuses it is looked at again: if it has changed, it is younger than was
 *          thought.
 * files.5  Files of file systems whose stamps may be another machine's never accuse.
 * files.6  One thread reads at a time, and nothing waits: another one has no file evidence for its
 *          call. A forked child whose parent was reading takes over; an entry that was being
 *          written then is lost to it.
 * files.7  A relative path is completed when the program changes its directory.
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
	bool foreign, no_nsec; /* files.5; the stamp is of whole seconds */
	bool relative;
	int writer; /* the pid of the process that opened it for writing, or 0 */
	uint64_t device, inode;
	int64_t stamp; /* ms of the wall clock */
	uint32_t pid[PE_PARSE_MOST];
	char path[PE_FILES_PATH];
};

struct pe_files {
	_Atomic uint32_t opened, opened_pid; /* how many have been remembered */
	_Atomic uint32_t unread;	     /* some have not been read yet */
	_Atomic int busy;		     /* files.6: the pid of the process that reads, or 0 */
	_Atomic uint64_t filter[PE_FILES_FILTER];
	struct pe_files_entry entry[PE_FILES_ALL]; /* those with pid or lock last */
};

/* what a file says of a pid */
struct pe_files_word {
	int64_t stamp; /* ms of the wall clock */
	bool accuses, no_nsec;
	int writer;
	char path[PE_FILES_PATH];
};

/* @fd has just been opened for reading by @path. Returns the entry if the file was read at once and
 * names pids, for publishing; else NULL. Signal-safe, any thread, keeps the file's offset. */
const struct pe_files_entry *pe_files_opened(struct pe_files *f, const char *path, bool at_cwd,
					     int fd);

/* A file with `pid` or `lock` in its path is about to be written by this process. */
void pe_files_written(struct pe_files *f, const char *path);

/* May any of them name @pid? Reads what has not been read. */
bool pe_files_may_name(struct pe_files *f, uint32_t pid);

/* The latest word on @pid; and the latest that accuses, if that is another. false: there is
 * none. */
bool pe_files_say(struct pe_files *f, uint32_t pid, struct pe_files_word *latest,
		  struct pe_files_word *accuser);

/* Does a file with `pid` or `lock` in its path name it? For looks. */
bool pe_files_has_pid(struct pe_files *f, uint32_t pid);

void pe_files_moving(struct pe_files *f); /* files.7 */

#endif
