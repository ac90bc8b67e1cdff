/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * evidence - a pid is no younger than its evidence (S14): it cannot mean a process that was born
 * after the moment at which the caller learned it.
 *
 *   file      the file that has the digits was last changed            files.h
 *   look      this process, or a descendant, read who the pid is       table.h
 *   argument  as the process that executed this one knew it            arguments.h
 *   message   the kernel told this process: credentials, siginfo ...
 *
 *   evidence(pid) = the latest of these;  stale <=> it is known, and the holder was born more than
 *                                         the tolerance after it
 *
 * evidence.1  Evidence acquits, whatever its kind, if the holder was born before it. It accuses
 *             only if its kind says that the pid is a pid, if the clocks can be compared, and if
 *             there is no later evidence that acquits.
 * evidence.2  An existence test proves nothing about identity: it is a probe, and no evidence.
 * evidence.3  What this process read of a pid by itself is evidence for it: it could compare. If it
 *             found the pid by listing /proc, it is evidence for its ancestors, too. A process
 *             that lists /proc and had the pid from its arguments or a pidfile (pkill -F) only
 *             probes.
 * evidence.4  pid 1 is never stale by evidence.
 * evidence.5  Without evidence a call passes, at the price of a few loads.
 * evidence.6  No lock, no memory but the host's and the table's mapping, no lasting descriptor.
 * evidence.7  A look by a descendant tells this process nothing, unless the descendant does. So a
 *             pid that has an own word keeps it, if this process has read numbers from a pipe or
 *             socket since the look, and not this one.
 * evidence.8  Where a child had the pid, evidence acquits only if it is from after the release,
 *             without tolerance; and a file that this process wrote itself does not: it may have
 *             written the child's pid after its end.
 */
#ifndef PE_CORE_EVIDENCE_EVIDENCE_H
#define PE_CORE_EVIDENCE_EVIDENCE_H

#include "core/contract.h"
#include "core/time/identity.h"
#include "core/evidence/files.h"
#include "core/evidence/kin.h"
#include "core/time/moment.h"
#include "core/evidence/table.h"

enum pe_evidence_kind {
	PE_EVIDENCE_NOTHING,
	PE_EVIDENCE_FILE,
	PE_EVIDENCE_LOOK,
	PE_EVIDENCE_ARGUMENT,
	PE_EVIDENCE_MESSAGE,
};

#define PE_EVIDENCE_OWN	      512u /* words of this process; the pid's low bits say which */
#define PE_EVIDENCE_ARGUMENTS 16u

/* of one process; zeroed at first, copied by a fork */
struct pe_evidence {
	struct pe_table *_Atomic table; /* NULL: not mapped */
	_Atomic bool no_table;		/* it could not be */
	_Atomic int published;		/* the chain of this process is in the table: its pid */
	_Atomic int64_t listed;		/* when it listed /proc last, ms since boot; 0: never */
	_Atomic int64_t heard; /* when it read a number from a pipe or socket last; 0: never */
	int part_fd;	       /* from which the last bytes were digits, */
	uint32_t part;	       /* and what they were; 0: none were */
	_Atomic uint32_t any;  /* there are own words */
	_Atomic uint32_t boot; /* 0: not looked at; 1: the wall clock was right; 2: not */
	_Atomic uint32_t told; /* the last pid that a look was reported for */
	_Atomic uint64_t own[PE_EVIDENCE_OWN];
	uint32_t argument[PE_EVIDENCE_ARGUMENTS]; /* pids among the arguments; 0: no more */
	struct pe_moment_pair run;		  /* the clocks when the run began */
	int64_t shift;				  /* for tests: added to the wall clock */
	struct pe_files files;
};

/* what was found out about a pid that is used */
struct pe_evidence_finding {
	enum {
		PE_EVIDENCE_UNKNOWN,
		PE_EVIDENCE_FRESH,
		PE_EVIDENCE_STALE,
		PE_EVIDENCE_UNSURE
	} verdict;
	enum pe_evidence_kind kind;
	int64_t moment, now; /* ms since boot */
	uint32_t source;     /* LOOK, FILE: the process that looked, or read; 0: this one */
	char path[PE_FILES_PATH];
	struct pe_identity_holder holder;
};

/* Is there anything to be examined about @pid? A few loads. Maps the table the first time. */
bool pe_evidence_concerns(struct pe_evidence *e, uint32_t pid);

/* The same before a look at /proc/PID, which earlier looks say nothing against. Maps nothing. */
bool pe_evidence_concerns_look(struct pe_evidence *e, uint32_t pid);

/* @after: ms since boot, when a child with this pid was released; 0: none was. Needs the holder to
 * be there; else UNKNOWN. */
void pe_evidence_examine(struct pe_evidence *e, uint32_t me, uint32_t pid, int64_t after,
			 struct pe_evidence_finding *f);

/* A pid of this process itself: was it written to a file before the process was born? */
void pe_evidence_examine_self(struct pe_evidence *e, uint32_t me, struct pe_evidence_finding *f);

/* the process that asks, for kin.h; false: /proc does not say */
bool pe_evidence_self(uint32_t me, struct pe_kin_of *of);

/* --- what is seen --- */

void pe_evidence_learn(struct pe_evidence *e, uint32_t pid, enum pe_evidence_kind kind);
void pe_evidence_listed(struct pe_evidence *e);
/* it has read who @pid is */
void pe_evidence_looked(struct pe_evidence *e, uint32_t pid);
/* a kernel file that lists pids names @pid now */
void pe_evidence_was_named(struct pe_evidence *e, uint32_t pid);
/* @bytes have been read from @fd. Only while the table is mapped (evidence.7). */
void pe_evidence_heard(struct pe_evidence *e, int fd, const char *data, size_t bytes);
/* a file for reading; @at_cwd: a relative path is of the working directory */
void pe_evidence_opened(struct pe_evidence *e, const char *path, bool at_cwd, int fd);
/* This process has forked @child. @wanted: an ancestor knew the pid as another process; without
 * that the birth is written only if the table is mapped. */
void pe_evidence_born(struct pe_evidence *e, uint32_t child, bool wanted);
/* the child is about to be known as released */
void pe_evidence_released(struct pe_evidence *e, uint32_t me, uint32_t child);

/* --- arguments (arguments.c) --- */

/* What is known of @pid, to be handed on to a program that has it as an argument: ms since boot, or
 * 0. @may_read: files too */
int64_t pe_evidence_to_hand_on(struct pe_evidence *e, uint32_t me, uint32_t pid, bool may_read);
/* the pid that an argument is, its sign left out; 0: it is none */
uint32_t pe_evidence_pid_of(const char *argument);
/* "PID:MS,PID:MS..." of the environment, for those pids that are among @argv */
void pe_evidence_take_arguments(struct pe_evidence *e, char *const *argv, const char *setting);
bool pe_evidence_has_argument(const struct pe_evidence *e, uint32_t pid);

#endif
