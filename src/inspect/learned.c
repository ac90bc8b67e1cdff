/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inspect/learned.h"

#include <errno.h>
#include <stdlib.h>

#include "core/evidence/words.h"
#include "core/text.h"
#include "supervisor/peer/memory.h"

struct list {
	struct pe_learned *at;
	int count;
	struct pe_moment_pair now;
};

static struct pe_learned *next(struct list *l, uint32_t pid, enum pe_evidence_kind kind,
			       int64_t ago)
{
	struct pe_learned *one = &l->at[l->count];

	if (l->count == PE_LEARNED_MOST)
		return NULL;
	l->count++;
	*one = (struct pe_learned){ .pid = pid, .kind = kind, .ago = ago > 0 ? ago : 0 };
	return one;
}

/* The other process may be writing it, and may be hostile: nothing in @e can be trusted. */
static void add_file(struct list *l, struct pe_files_entry *file)
{
	file->path[sizeof(file->path) - 1] = '\0';
	for (uint32_t i = 0; i < file->count && i < PE_PARSE_MOST; i++) {
		struct pe_learned *one = file->pid[i] & PE_PARSE_ACCUSE
						 ? next(l, file->pid[i] & PE_PARSE_PID,
							PE_EVIDENCE_FILE, l->now.real - file->stamp)
						 : NULL;

		if (one) {
			struct pe_text path = pe_text_on(one->path, sizeof(one->path));

			pe_text_foreign(&path, file->path);
			pe_text_end(&path);
		}
	}
}

static void add_all(struct list *l, struct pe_evidence *e)
{
	struct pe_word w;

	for (uint32_t i = 0; i < PE_FILES_ALL; i++)
		add_file(l, &e->files.entry[i]);
	for (uint32_t i = 0; i < PE_EVIDENCE_OWN; i++) {
		uint32_t pid = (uint32_t)atomic_load(&e->own[i]) & ((1u << 22) - 1);

		if (pid % PE_EVIDENCE_OWN == i && pe_words_own(e, pid, &w))
			next(l, pid, w.kind, l->now.boot - w.moment);
	}
}

int pe_learned_read(pid_t pid, const struct pe_status *status,
		    struct pe_learned list[PE_LEARNED_MOST])
{
	struct list l = { .at = list, .now = pe_moment_read() };
	struct pe_evidence *copy = malloc(sizeof(*copy));
	struct pe_memory m;
	int err = copy ? pe_memory_open(&m, "/proc/", pid) : -ENOMEM;

	if (err == 0) {
		err = pe_memory_read(&m, status->learned, copy, sizeof(*copy));
		if (err == 0)
			add_all(&l, copy);
		pe_memory_close(&m);
	}
	free(copy);
	return err == 0 ? l.count : err;
}
