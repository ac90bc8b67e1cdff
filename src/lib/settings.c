/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/frame/policy.h"
#include "core/frame/stats.h"
#include "core/program_name.h"
#include "core/record/notice.h"
#include "core/record/sink.h"
#include "core/record/tally.h"
#include "core/engine/fuzz_page.h"
#include "core/text.h"
#include "core/token.h"
#include "lib/libc/start.h"

#define PRELOAD_NAME "libpidepoch-preload.so"

/* --- what a re-executed program is given again --- */

static const char *keep(struct pe_kept *k, const char *name, const char *value, size_t length)
{
	size_t name_length = pe_text_span(name), need = name_length + length + 2, count = 0;
	char *at;

	while (k->setting[count])
		count++;
	if (count == PE_KEPT_MOST || need > sizeof(k->text) - k->used)
		return NULL;
	k->used += need;
	at = k->text + sizeof(k->text) - k->used;
	memcpy(at, name, name_length);
	at[name_length] = '=';
	memcpy(at + name_length + 1, value, length);
	k->setting[count] = at;
	return at + name_length + 1;
}

/* If LD_PRELOAD is set twice, getenv() returns the first, but the loader used the last. */
static const char *preload_list(void)
{
	static const char name[] = "LD_PRELOAD=";
	const char *list = NULL;

	for (char **setting = environ; setting && *setting; setting++)
		if (pe_text_begins(*setting, name))
			list = *setting + sizeof(name) - 1;
	return list;
}

static bool is_in(char c, const char *set)
{
	while (*set && *set != c)
		set++;
	return *set != 0;
}

/* bytes at the start of @s that are in @set, or that are not */
static size_t run_of(const char *s, const char *set, bool in)
{
	size_t n = 0;

	while (s[n] && is_in(s[n], set) == in)
		n++;
	return n;
}

/* Find the entry of LD_PRELOAD that is this library. */
static void keep_preload(struct pe_kept *k)
{
	const char *list = preload_list();

	while (list && *list) {
		size_t length = run_of(list, ": ", false), name = sizeof(PRELOAD_NAME) - 1;

		if (length >= name && pe_text_begins(list + length - name, PRELOAD_NAME) &&
		    (length == name || list[length - name - 1] == '/')) {
			keep(k, "LD_PRELOAD", list, length);
			return;
		}
		list += length;
		list += run_of(list, ": ", true);
	}
}

/* Copy the name: a program may overwrite its arguments (setproctitle), and libc's pointer points
 * into them. */
static void keep_name(struct pe_settings *set, struct pe_kept *k, char *const *argv)
{
	struct pe_text name = pe_text_on(k->name, sizeof(k->name));

	pe_program_name(&name, program_invocation_short_name, argv);
	set->name = pe_text_end(&name);
}

/* --- the variables --- */

struct setting {
	const char *name;
	const char *wrong; /* the message for a value that apply() rejects */
	bool (*apply)(struct pe_settings *set, const char *value);
};

static bool apply_policy(struct pe_settings *set, const char *value)
{
	const struct pe_policy_level *level = pe_policy_level(value);

	if (!level)
		return false;
	set->policy = level->policy;
	set->once = level->once;
	set->trusted = level->off;
	set->stacks = level->policy == PE_POLICY_REPORT && !level->off;
	return true;
}

static bool apply_evidence(struct pe_settings *set, const char *value)
{
	return pe_policy_evidence(value, &set->evidence);
}

static bool apply_waits(struct pe_settings *set, const char *value)
{
	set->share_waits = strcmp(value, "share") == 0;
	return set->share_waits || strcmp(value, "kernel") == 0;
}

/* "REAL:BOOT", in ms */
static bool apply_clock(struct pe_settings *set, const char *value)
{
	uint64_t real, boot;
	const char *end = pe_text_digits(value, NULL, 10, &real);

	if (end == value || *end != ':' || !pe_text_parse(end + 1, &boot) || boot == 0 ||
	    real > INT64_MAX || boot > INT64_MAX)
		return false;
	set->run = (struct pe_moment_pair){ (int64_t)real, (int64_t)boot };
	return true;
}

static bool apply_errno(struct pe_settings *set, const char *value)
{
	bool epoch = pe_text_same(value, "EEPOCH");

	if (!epoch && !pe_text_same(value, "ESRCH"))
		return false;
	set->stale_errno = epoch ? PE_EEPOCH : ESRCH;
	return true;
}

/* A relative path would mean a different file after each chdir. */
static bool apply_log(struct pe_settings *set, const char *value)
{
	if (value[0] != '/' && strcmp(value, "journal") != 0 && strcmp(value, "syslog") != 0)
		return false;
	set->log = value;
	return true;
}

static bool apply_events(struct pe_settings *set, const char *value)
{
	if (value[0] != '/')
		return false;
	set->events = value;
	return true;
}

static bool apply_stacks(struct pe_settings *set, const char *value)
{
	set->stacks = pe_text_same(value, "on");
	return set->stacks || pe_text_same(value, "off");
}

/* the part of @path behind its last slash */
static const char *last_part(const char *path)
{
	const char *part = path;

	for (; *path; path++)
		if (*path == '/')
			part = path + 1;
	return part;
}

static bool apply_trust(struct pe_settings *set, const char *value)
{
	char program[PATH_MAX] = "";
	const char *base;

	/* a name that is too long to be read is not exempt */
	if (pe_sys_readlinkat(AT_FDCWD, "/proc/self/exe", program, sizeof(program) - 1) < 0)
		return true;
	base = last_part(program);
	while (*value) {
		size_t length = run_of(value, ":", false);

		if (pe_text_glob(value, length, program) || pe_text_glob(value, length, base))
			set->trusted = true;
		value += length + (value[length] == ':');
	}
	return true;
}

static bool apply_force_old(struct pe_settings *set, const char *value)
{
	return pe_mechanisms_parse(value, &set->force_old);
}

static bool apply_handles(struct pe_settings *set, const char *value)
{
	set->handles = pe_text_same(value, "work");
	return set->handles;
}

/* If the page cannot be mapped, the program runs without fuzzing. */
static bool apply_fuzz(struct pe_settings *set, const char *value)
{
	int fd = pe_sys_open(value, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct pe_fuzz_page *page = MAP_FAILED;
	struct stat st;

	if (fd < 0)
		return false;
	/* a shorter file would raise SIGBUS */
	if (pe_sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= (off_t)sizeof(*page))
		page = pe_sys_mmap_shared(sizeof(*page), fd);
	pe_sys_close(fd);
	if (page == MAP_FAILED)
		return false;
	if (page->version == PE_FUZZ_PAGE_VERSION) {
		set->fuzz = page;
		pe_fuzz_page_started(page);
	}
	return set->fuzz != NULL;
}

static bool apply_summary(struct pe_settings *set, const char *value)
{
	set->summary = value;
	pe_tally_open(set);
	return true;
}

static const struct setting settings[] = {
	{ "PIDEPOCH_LOG",
	  "is not an absolute path, journal or syslog; notices go to standard error", apply_log },
	{ "PIDEPOCH_ON_STALE", "is not off, warn-once, warn, report, refuse or abort; it is refuse",
	  apply_policy },
	{ "PIDEPOCH_WAITS", "is not kernel or share; it is kernel", apply_waits },
	{ "PIDEPOCH_EVIDENCE", "is not off, tell, act or all; it is act", apply_evidence },
	{ "PIDEPOCH_CLOCK", "is not what 'pidepoch run' writes there; it is ignored", apply_clock },
	{ "PIDEPOCH_EVENTS", "is not an absolute path; no events are written", apply_events },
	{ "PIDEPOCH_SUMMARY", "", apply_summary },
	{ "PIDEPOCH_STACKS", "is not on or off; it is off", apply_stacks },
	{ "PIDEPOCH_ERRNO", "is not ESRCH or EEPOCH; it is ESRCH", apply_errno },
	{ "PIDEPOCH_TRUST", "", apply_trust },
	{ "PIDEPOCH_FUZZ", "is not a page of 'pidepoch fuzz' of this version; it is ignored",
	  apply_fuzz },
	{ "PIDEPOCH_HANDLES", "is not what 'pidepoch run' sets; it is ignored", apply_handles },
	{ "PIDEPOCH_FORCE_OLD",
	  "has a word that 'pidepoch doctor --json' does not; that word is ignored",
	  apply_force_old },
};

static void apply(struct pe_settings *set, struct pe_kept *k, const struct setting *s,
		  const char *value)
{
	char what[64];
	struct pe_text text = pe_text_on(what, sizeof(what));

	if (!value || !*value)
		return;
	pe_text_add(&text, s->name);
	value = keep(k, s->name, value, strlen(value));
	if (value && s->apply(set, value))
		return;
	pe_text_add(&text, " ");
	pe_notice_sentence(set, pe_text_end(&text),
			   value ? s->wrong : "is too long; it is ignored");
}

/* the linker's symbols for the two ends of this library */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

static void find_self(struct pe_settings *set)
{
	set->unwind.find = pe_libc_unwind_table;
	set->unwind.own_start = (uintptr_t)__ehdr_start;
	set->unwind.own_end = (uintptr_t)_end;
	set->parent = pe_sys_getppid();
}

/* Not handed on to the programs that are executed: without it, their waits are notified. */
static bool is_legible(const char *value)
{
	uint64_t layout;

	return value && value[0] == PE_TOKEN_READ && value[1] == ':' &&
	       pe_text_parse(value + 2, &layout) && layout == pe_stats_layout();
}

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

/* the value in "NAME=VALUE", or NULL */
static const char *value_of(const char *variable, const char *name)
{
	size_t length = pe_text_span(name);

	return pe_text_begins(variable, name) && variable[length] == '=' ? variable + length + 1
									 : NULL;
}

const char *pe_settings_value(const char *name)
{
	const char *value = NULL;

	for (char **v = environ; v && *v && !value; v++)
		value = value_of(*v, name);
	return getauxval(AT_SECURE) ? NULL : value;
}

/* As getenv() for each of the names: the first one in the environment counts. */
static void find_values(const char **value)
{
	for (char **v = environ; v && *v; v++)
		for (size_t i = 0; pe_text_begins(*v, "PIDEPOCH_") && i <= SETTINGS; i++)
			if (!value[i])
				value[i] = value_of(*v, i < SETTINGS ? settings[i].name
								     : PE_TOKEN_VARIABLE);
}

static void read_variables(struct pe_settings *set, struct pe_kept *k)
{
	const char *value[SETTINGS + 1] = { NULL };

	find_values(value);
	set->readable = is_legible(value[SETTINGS]);
	keep_preload(k);
	for (size_t i = 0; i < SETTINGS; i++)
		apply(set, k, &settings[i], value[i]);
}

void pe_settings_read(struct pe_settings *set, struct pe_kept *k, char *const *argv)
{
	int before = errno;

	pe_settings_default(set);
	pe_sink_know_stderr(set);
	keep_name(set, k, argv);
	set->clock = clock_gettime;
	set->rseq = pe_libc_has_rseq(&set->rseq_offset);
	find_self(set);
	/* A program with more rights than its caller takes no settings from it. */
	if (!getauxval(AT_SECURE))
		read_variables(set, k);
	if (set->stacks)
		pe_libc_note_modules();
	if (!set->run.boot)
		set->run = pe_moment_read();
	errno = before;
}
