// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inspect/top.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/time/identity.h"

/* --- reading /proc --- */

static bool read_text(pid_t pid, const char *file, char *to, size_t size, size_t *length)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	*length = fread(to, 1, size - 1, f);
	to[*length] = '\0';
	fclose(f);
	return *length > 0;
}

/* The 22nd field; @text begins with the end of the second. */
static uint64_t start_in(const char *text)
{
	for (int i = 0; text && i < 20; i++)
		text = strchr(text + 1, ' ');
	return text ? strtoull(text, NULL, 10) : 0;
}

/* "PID (COMM) STATE PARENT ...": the name may contain anything. */
static bool read_stat(struct pe_top_process *p)
{
	char text[512], *open, *end, path[32];
	struct stat st;
	size_t n;

	if (!read_text(p->pid, "stat", text, sizeof(text), &n) || !(open = strchr(text, '(')) ||
	    !(end = strrchr(text, ')')) || sscanf(end, ") %*c %d", &p->parent) != 1)
		return false;
	p->start = start_in(end);
	*end = '\0';
	snprintf(p->comm, sizeof(p->comm), "%s", open + 1);
	for (char *c = p->comm; *c; c++)
		if (*c < ' ' || *c == 127)
			*c = '?';
	snprintf(path, sizeof(path), "/proc/%d", p->pid);
	p->user = stat(path, &st) == 0 ? st.st_uid : 0;
	return true;
}

/* @array with room for one more element behind @n, or NULL */
static void *grown(void *array, size_t n, size_t size)
{
	if (n > 0 && (n < 16 || (n & (n - 1))))
		return array;
	return realloc(array, (n ? 2 * n : 16) * size);
}

/* --- supervisors --- */

/* their command lines: supervisor/title.h */
static bool read_title(pid_t pid, const char *role, pid_t *run)
{
	char text[64], before[32];
	size_t n;

	snprintf(before, sizeof(before), "pidepoch: %s of ", role);
	return read_text(pid, "cmdline", text, sizeof(text), &n) &&
	       strncmp(text, before, strlen(before)) == 0 &&
	       sscanf(text + strlen(before), "%d", run) == 1;
}

const struct pe_top_supervisor *pe_top_supervisor_of(const struct pe_top *t, pid_t run)
{
	for (size_t i = 0; t && i < t->supervisors; i++)
		if (t->supervisor[i].run == run)
			return &t->supervisor[i];
	return NULL;
}

static struct pe_top_supervisor *of_run(struct pe_top *t, pid_t run)
{
	struct pe_top_supervisor *s;

	for (size_t i = 0; i < t->supervisors; i++)
		if (t->supervisor[i].run == run)
			return &t->supervisor[i];
	s = grown(t->supervisor, t->supervisors, sizeof(*s));
	if (!s)
		return NULL;
	t->supervisor = s;
	s = &t->supervisor[t->supervisors++];
	*s = (struct pe_top_supervisor){ .run = run };
	return s;
}

static void read_delays(struct pe_top_supervisor *s)
{
	char text[96];
	size_t n;

	if (read_text(s->worker, "schedstat", text, sizeof(text), &n))
		sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &s->ran, &s->waited, &s->times);
}

/* Is it a supervisor's process? Then it is not listed as a program. */
static bool take_supervisor(struct pe_top *t, const struct pe_top_process *p)
{
	struct pe_top_supervisor *s;
	pid_t run;

	if (strncmp(p->comm, "pidepoch-", 9) != 0)
		return false;
	if (read_title(p->pid, "monitor", &run) && (s = of_run(t, run)))
		s->monitor = p->pid;
	else if (read_title(p->pid, "worker", &run) && (s = of_run(t, run)))
		s->worker = p->pid;
	else
		return false;
	if (s->worker)
		read_delays(s);
	return true;
}

/* --- processes --- */

static int add(struct pe_top *t, pid_t pid)
{
	struct pe_top_process p = { .pid = pid }, *all;

	if (!read_stat(&p) || take_supervisor(t, &p))
		return 0;
	all = grown(t->process, t->processes, sizeof(p));
	if (!all)
		return -ENOMEM;
	t->process = all;
	t->process[t->processes++] = p;
	return 0;
}

static int list_all(struct pe_top *t)
{
	DIR *proc = opendir("/proc");
	const struct dirent *d;
	int r = proc ? 0 : -ENODATA;

	while (r == 0 && (d = readdir(proc)))
		if (*d->d_name >= '0' && *d->d_name <= '9')
			r = add(t, (pid_t)strtol(d->d_name, NULL, 10));
	if (proc)
		closedir(proc);
	return r;
}

static int by_pid(const void *a, const void *b)
{
	const struct pe_top_process *p = a, *q = b;

	return p->pid < q->pid ? -1 : p->pid > q->pid;
}

/* in a list that is sorted by pid */
static struct pe_top_process *find(const struct pe_top *t, pid_t pid)
{
	const struct pe_top_process key = { .pid = pid };

	return t->processes ? bsearch(&key, t->process, t->processes, sizeof(key), by_pid) : NULL;
}

const struct pe_top_process *pe_top_find(const struct pe_top *t, pid_t pid)
{
	for (size_t i = 0; i < t->processes; i++)
		if (t->process[i].pid == pid)
			return &t->process[i];
	return NULL;
}

/* Does @p descend from @root, or is it @root? /proc was not read at one moment, so the parents may
 * form a circle. */
static bool is_below(const struct pe_top *t, const struct pe_top_process *p, pid_t root)
{
	for (unsigned int steps = 0; p && steps < 1000; steps++) {
		if (p->pid == root)
			return true;
		p = p->parent ? find(t, p->parent) : NULL;
	}
	return false;
}

static bool is_below_any(const struct pe_top *t, const struct pe_top_process *p, const pid_t *roots,
			 size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_below(t, p, roots[i]))
			return true;
	return n == 0;
}

/* --- figures --- */

static uint64_t children_of(const struct pe_top *t, pid_t pid)
{
	uint64_t n = 0;

	for (size_t i = 0; i < t->processes; i++)
		n += t->process[i].parent == pid;
	return n;
}

static void take_entry(const struct pe_top *t, struct pe_top_process *p,
		       const struct pe_top_supervisor *s,
		       const struct pe_child_table_process *entry)
{
	p->watched = p->known = true;
	p->policy = s->figures.policy;
	p->children = children_of(t, p->pid);
	p->released = entry->children > p->children ? entry->children - p->children : 0;
	p->uses = entry->uses;
	p->refused = entry->refused;
}

/* top.4. An orphan of a run is below pid 1: its supervisor's table has it. */
static void take_watched(const struct pe_top *t, struct pe_top_process *p)
{
	struct pe_child_table_process entry = { .children = 0 };

	for (size_t i = 0; i < t->supervisors; i++) {
		const struct pe_top_supervisor *s = &t->supervisor[i];
		const bool below = is_below(t, p, s->run);

		if (!p->library && s->known && !p->known &&
		    (pe_watched_find(&s->watched, p->pid, &entry) || below))
			take_entry(t, p, s, &entry);
		p->watched = p->watched || below;
	}
}

static void take_library(struct pe_top_process *p)
{
	int r = pe_status_read(p->pid, &p->status);

	p->library = p->known = r == 0 || r == -EAGAIN;
	p->policy = p->status.policy;
	p->children = p->status.stats.children;
	p->released = p->status.stats.released;
	p->uses = p->status.uses;
	p->refused = p->status.refused;
}

/* top.1 */
static void select_listed(struct pe_top *t, bool *listed, const pid_t *roots, size_t n)
{
	for (size_t i = 0; i < t->processes; i++) {
		struct pe_top_process *p = &t->process[i];

		if (!is_below_any(t, p, roots, n))
			continue;
		take_library(p);
		take_watched(t, p);
		listed[i] = p->library || p->watched;
	}
}

/* Append what is listed below @parent (0: what has no listed parent) to @out, in depth first. */
static size_t put_below(const struct pe_top *t, bool *listed, pid_t parent, unsigned int depth,
			struct pe_top_process *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->processes; i++) {
		const struct pe_top_process *above = find(t, t->process[i].parent);
		const bool is_root = !above || !listed[above - t->process];

		if (!listed[i] || (parent ? t->process[i].parent != parent : !is_root))
			continue;
		out[n] = t->process[i];
		out[n++].depth = depth;
		if (depth < 64)
			n += put_below(t, listed, t->process[i].pid, depth + 1, out + n);
	}
	return n;
}

static int arrange(struct pe_top *t, const pid_t *roots, size_t n)
{
	struct pe_top_process *out = calloc(t->processes + 1, sizeof(*out));
	bool *listed = calloc(t->processes + 1, sizeof(*listed));
	int r = out && listed ? 0 : -ENOMEM;

	if (r == 0) {
		qsort(t->process, t->processes, sizeof(*t->process), by_pid);
		select_listed(t, listed, roots, n);
		t->processes = put_below(t, listed, 0, 0, out);
		free(t->process);
		t->process = out;
	} else {
		free(out);
	}
	free(listed);
	return r;
}

static void open_supervisors(struct pe_top *t)
{
	for (size_t i = 0; i < t->supervisors; i++) {
		struct pe_top_supervisor *s = &t->supervisor[i];

		s->known = s->worker && pe_watched_open(&s->watched, s->worker) == 0;
		if (s->known && pe_watched_figures(&s->watched, &s->figures) < 0) {
			pe_watched_close(&s->watched);
			s->known = false;
		}
	}
}

static void close_supervisors(struct pe_top *t)
{
	for (size_t i = 0; i < t->supervisors; i++)
		if (t->supervisor[i].known)
			pe_watched_close(&t->supervisor[i].watched);
}

int pe_top_read(struct pe_top *t, const pid_t *roots, size_t n)
{
	int r = pe_identity_proc_is_ours() == 0 ? 0 : -ENODATA;

	memset(t, 0, sizeof(*t));
	if (r == 0)
		r = list_all(t);
	if (r == 0) {
		open_supervisors(t);
		r = arrange(t, roots, n);
		close_supervisors(t);
	}
	if (r != 0)
		pe_top_free(t);
	return r;
}

double pe_top_latency(const struct pe_top_supervisor *s, const struct pe_top_supervisor *before)
{
	/* the time before a worker's first call belongs to no call */
	const struct pe_top_supervisor began = {
		.ran = s->figures.began_ran,
		.figures.served = s->figures.began_served,
	};
	const struct pe_top_supervisor *b = before && before->worker == s->worker ? before : &began;
	const uint64_t times = s->times - b->times, ran = s->ran > b->ran ? s->ran - b->ran : 0;
	const uint64_t served = s->figures.served - b->figures.served;

	if (!s->known || (before && !before->known) || times == 0 || served == 0)
		return -1;
	return ((double)(s->waited - b->waited) / (double)times + (double)ran / (double)served) /
	       1000;
}

void pe_top_free(struct pe_top *t)
{
	free(t->process);
	free(t->supervisor);
	memset(t, 0, sizeof(*t));
}
