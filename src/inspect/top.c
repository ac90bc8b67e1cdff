// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inspect/top.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/call.h"
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

/* "PID (COMM) STATE PARENT ...": the name may contain anything. */
static bool read_stat(struct pe_top_process *p)
{
	char text[512], *open, *end, path[32];
	struct stat st;
	size_t n;

	if (!read_text(p->pid, "stat", text, sizeof(text), &n) || !(open = strchr(text, '(')) ||
	    !(end = strrchr(text, ')')) || sscanf(end, ") %*c %d", &p->parent) != 1)
		return false;
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

/* Is it a supervisor's process? Then it is no program. */
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

/* Does @p descend from @root, or is it @root? The look is of several moments: a circle ends. */
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

/* top.1 */
static void select_listed(struct pe_top *t, bool *listed, const pid_t *roots, size_t n)
{
	for (size_t i = 0; i < t->processes; i++) {
		struct pe_top_process *p = &t->process[i];
		int r;

		for (size_t s = 0; s < t->supervisors; s++)
			p->watched = p->watched || is_below(t, p, t->supervisor[s].run);
		if (!is_below_any(t, p, roots, n))
			continue;
		r = pe_status_read(p->pid, &p->status);
		p->library = r == 0 || r == -EAGAIN;
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

int pe_top_read(struct pe_top *t, const pid_t *roots, size_t n)
{
	int r = pe_identity_proc_is_ours() == 0 ? 0 : -ENODATA;

	memset(t, 0, sizeof(*t));
	if (r == 0)
		r = list_all(t);
	if (r == 0)
		r = arrange(t, roots, n);
	if (r != 0)
		pe_top_free(t);
	return r;
}

void pe_top_last_use(char *out, size_t size, const struct pe_top_process *p)
{
	static const char *const outcomes[] = { "let through", "refused", "aborted" };
	const uint64_t last = p->status.last;
	const unsigned int outcome = (unsigned int)(last & 255);

	snprintf(out, size, "%s[%d]: %s(%u): stale pid, %s", p->comm, p->pid,
		 pe_call_name((unsigned int)(last >> 8 & 255)), (unsigned int)(last >> 32),
		 outcomes[outcome < 3 ? outcome : 0]);
}

void pe_top_free(struct pe_top *t)
{
	free(t->process);
	free(t->supervisor);
	memset(t, 0, sizeof(*t));
}
