/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * evidence - a pid is no younger than its evidence (S14): it cannot mean a process that was born
 * after the moment at which the caller learned it.
 *
 *   file      the file that has the digits was last changed            files.h
 *   look      this process, or a descendant, read who holds the pid     table.h
 *   argument  as the process that executed this one knew it            arguments.c
 *   message   the kernel gave it to this process: credentials, siginfo ...
 *   told      another process may have sent it: a FIFO, a socket ...   input.c
 *
 *   evidence(pid) = the latest of these;  stale <=> it is known, and the holder was born more than
 *                                         the tolerance after it
 *
 * evidence.1  Evidence of every kind acquits if the holder was born before it. It accuses only if
 *             its kind shows that the number is a pid, if the clocks can be compared, and if no
 *             later evidence acquits.
 * evidence.2  An existence test proves nothing about identity: it is a probe, and no evidence.
 * evidence.3  What this process itself read about a pid is evidence for this process, because it
 *             could compare. If it found the pid by listing /proc, it is evidence for its
 *             ancestors, too. A process that lists /proc and had the pid from its arguments or a
 *             pidfile (pkill -F) only probes.
 * evidence.4  pid 1 is never stale by evidence.
 * evidence.5  A call without evidence passes, and costs a few loads.
 * evidence.6  No lock; no memory but the host's and the shared table; no lasting
 *             descriptor.
 * evidence.7  A look by a descendant informs this process only if the descendant reports the pid to
 *             it. So if this process has read digits from a pipe or socket since the look, but not
 *             this pid, what it knew of the pid stays as it was.
 * evidence.8  If a child had the pid, evidence acquits only if it is from after the release,
 *             without tolerance. A file that this process wrote itself does not acquit: it may have
 *             written the child's pid after the child's end.
 * evidence.9  A pid in data from a stream that this process did not make (streams.h), or in a
 *             message of a queue, may be told by any process, which may know more than this one. So
 *             it acquits, in any form (binary.h), as of the moment of the read, unless a descendant
 *             has it from a file or a look: the data may be the descendant's. It never accuses. A
 *             text in a stream that this process made is mostly its own or a descendant's. It is no
 *             evidence, but the descendant may have forked the process (judge.3).
 */
#ifndef PE_CORE_EVIDENCE_EVIDENCE_H
#define PE_CORE_EVIDENCE_EVIDENCE_H

#include "core/contract.h"
#include "core/time/identity.h"
#include "core/evidence/files.h"
#include "core/evidence/ancestry.h"
#include "core/evidence/streams.h"
#include "core/time/moment.h"
#include "core/evidence/table.h"

struct pe_frame;

enum pe_evidence_kind {
	PE_EVIDENCE_NOTHING,
	PE_EVIDENCE_FILE,
	PE_EVIDENCE_LOOK,
	PE_EVIDENCE_ARGUMENT,
	PE_EVIDENCE_MESSAGE,
	PE_EVIDENCE_TOLD,
	PE_EVIDENCE_PIPED, /* no evidence: read from a stream of its own (evidence.9) */
};

#define PE_EVIDENCE_OWN	      512u /* words of this process, indexed by the low bits of the pid */
#define PE_EVIDENCE_ARGUMENTS 16u

/* of one process; zeroed at first, copied by a fork */
struct pe_evidence {
	struct pe_table *_Atomic table; /* NULL: not mapped */
	_Atomic bool no_table;		/* mapping it failed */
	_Atomic int published;		/* the chain of this process is in the table: its pid */
	_Atomic int64_t listed;		/* when it last listed /proc, in ms since boot; 0: never */
	_Atomic int64_t input; /* when it last read digits from a pipe or socket; 0: never */
	uint64_t part_stream;  /* the last bytes read from the pipe of this inode were digits */
	int part;	       /* their value so far; 0: there were none */
	_Atomic uint32_t any;  /* there are own words */
	_Atomic uint32_t boot; /* 0: not checked; 1: the wall clock was right; 2: it was wrong */
	_Atomic uint32_t reported; /* the pid of the last look that was reported */
	_Atomic uint64_t own[PE_EVIDENCE_OWN];
	uint32_t argument[PE_EVIDENCE_ARGUMENTS]; /* pids among the arguments; 0: no more */
	struct pe_moment_pair run;		  /* the clocks when the run began */
	int64_t shift;				  /* for tests: added to the wall clock */
	struct pe_streams streams;
	struct pe_files files;
};

/* what evidence says about a pid that is used */
struct pe_evidence_finding {
	enum {
		PE_EVIDENCE_UNKNOWN,
		PE_EVIDENCE_FRESH,
		PE_EVIDENCE_STALE,
		PE_EVIDENCE_UNSURE
	} verdict;
	enum pe_evidence_kind kind;
	int64_t moment, now; /* ms since boot */
	uint32_t source;     /* LOOK, FILE: the process that looked or read; 0: this one */
	char path[PE_FILES_PATH];
	struct pe_identity_holder holder;
};

/* Is there evidence about @pid to examine? A few loads. The first call maps the table. */
bool pe_evidence_concerns(struct pe_evidence *e, uint32_t pid);

/* The same before a look at /proc/PID, where earlier looks do not count. Maps nothing. */
bool pe_evidence_concerns_look(struct pe_evidence *e, uint32_t pid);

/* Examine the evidence about @pid. @after: when a child with this pid was released, in ms since
 * boot; 0: no child was. If no process holds the pid: UNKNOWN. */
void pe_evidence_examine(struct pe_evidence *e, uint32_t me, uint32_t pid, int64_t after,
			 struct pe_evidence_finding *f);

/* The same for this process's own pid: was it written to a file before the process was born? */
void pe_evidence_examine_self(struct pe_evidence *e, uint32_t me, struct pe_evidence_finding *f);

/* This process is the first of a new pid namespace: the pids that its parent knew mean other
 * processes here. */
void pe_evidence_forget(struct pe_evidence *e);

/* Describe this process for ancestry.h. false: /proc cannot be read */
bool pe_evidence_self(uint32_t me, struct pe_ancestry_of *of);

/* --- what is seen (seen.c, input.c) --- */

void pe_evidence_learn(struct pe_evidence *e, uint32_t pid, enum pe_evidence_kind kind);
void pe_evidence_listed(struct pe_evidence *e);
/* this process has read the /proc data of @pid */
void pe_evidence_looked(struct pe_evidence *e, uint32_t pid);
/* a kernel file that lists pids names @pid now */
void pe_evidence_was_named(struct pe_evidence *e, uint32_t pid);
/* This process has read @bytes from @fd, or from a message queue if that is -1 (evidence.7,
 * evidence.9). Needed only while the table is mapped or pids of released children are known. @p:
 * the frame, which the caller has entered; NULL: nothing is known of children. */
void pe_evidence_input(struct pe_evidence *e, struct pe_frame *p, int fd, const char *data,
		       size_t bytes);
/* When this process last read @pid from a stream of its own, in ms since boot; 0: it did not, or
 * has better evidence. Noted only for pids of released children. */
int64_t pe_evidence_piped(const struct pe_evidence *e, uint32_t pid);
/* a file was opened for reading; @at_cwd: a relative path starts at the working directory */
void pe_evidence_opened(struct pe_evidence *e, const char *path, bool at_cwd, int fd);
/* This process has forked @child. @wanted: an ancestor knew the pid as another process. Otherwise
 * the birth is written only if the table is mapped. */
void pe_evidence_born(struct pe_evidence *e, uint32_t child, bool wanted);
/* the child is about to be marked released */
void pe_evidence_released(struct pe_evidence *e, uint32_t me, uint32_t child);

/* --- arguments (arguments.c) --- */

/* The moment at which @pid was last known to be right, for a program that gets it as an argument:
 * ms since boot, or 0. @may_read: unread files may be read */
int64_t pe_evidence_to_hand_on(struct pe_evidence *e, uint32_t me, uint32_t pid, bool may_read);
/* the pid in an argument, without its sign; 0: it is not a pid */
uint32_t pe_evidence_pid_of(const char *argument);
/* Parse one "PID:MS" of the setting; *@at is moved past its comma. */
bool pe_evidence_next_pair(const char **at, uint32_t *pid, int64_t *ms);
/* Take "PID:MS,PID:MS..." from the environment, for the pids that are in @argv. */
void pe_evidence_take_arguments(struct pe_evidence *e, char *const *argv, const char *setting);
bool pe_evidence_has_argument(const struct pe_evidence *e, uint32_t pid);

#endif
