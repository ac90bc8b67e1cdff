/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/rseq.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/emit.h"
#include "core/text.h"

#define PRELOAD_NAME "libpidepoch-preload.so"
#define KEPT_BYTES   16384
#define KEPT_MOST    8

/* Copies, since the program owns its environment and may overwrite it (setproctitle does). In .data for the
 * same reason as the frame in state.c. */
#define IN_DATA __attribute__((section(".data.pidepoch")))
static char kept_text[KEPT_BYTES] IN_DATA;
static size_t kept_used;
static const char *kept[KEPT_MOST + 1];
static char program_path[PATH_MAX] IN_DATA;

/* --- what a re-executed program is given again --- */

static const char *keep(const char *name, const char *value, size_t length)
{
	size_t name_length = strlen(name), need = name_length + length + 2, count = 0;
	char *at = kept_text + kept_used;

	while (kept[count])
		count++;
	if (count == KEPT_MOST || need > sizeof(kept_text) - kept_used)
		return NULL;
	memcpy(at, name, name_length);
	at[name_length] = '=';
	memcpy(at + name_length + 1, value, length);
	kept_used += need;
	kept[count] = at;
	return at + name_length + 1;
}

/* The one entry of LD_PRELOAD that is this library. */
static void keep_preload(void)
{
	const char *list = getenv("LD_PRELOAD");

	while (list && *list) {
		size_t length = strcspn(list, ": "), name = strlen(PRELOAD_NAME);

		if (length >= name && memcmp(list + length - name, PRELOAD_NAME, name) == 0 &&
		    (length == name || list[length - name - 1] == '/')) {
			keep("LD_PRELOAD", list, length);
			return;
		}
		list += length;
		list += strspn(list, ": ");
	}
}

const char *const *pe_settings_environment(void)
{
	return kept;
}

/* --- the variables --- */

struct setting {
	const char *name;
	const char *wrong; /* what is said of a value that apply() does not take */
	bool (*apply)(struct pe_settings *set, const char *value);
};

static bool apply_policy(struct pe_settings *set, const char *value)
{
	static const char names[3][8] = { "report", "refuse", "abort" };
	static const enum pe_stale_policy policies[3] = { PE_STALE_REPORT, PE_STALE_REFUSE,
							  PE_STALE_ABORT };

	for (int i = 0; i < 3; i++)
		if (strcmp(value, names[i]) == 0) {
			set->policy = policies[i];
			return true;
		}
	return false;
}

static bool apply_errno(struct pe_settings *set, const char *value)
{
	bool epoch = strcmp(value, "EEPOCH") == 0;

	if (!epoch && strcmp(value, "ESRCH") != 0)
		return false;
	set->stale_errno = epoch ? PE_EEPOCH : ESRCH;
	return true;
}

/* A relative path would mean another file after each chdir. */
static bool apply_log(struct pe_settings *set, const char *value)
{
	if (value[0] != '/')
		return false;
	set->log = value;
	return true;
}

static bool apply_trust(struct pe_settings *set, const char *value)
{
	const char *base = strrchr(program_path, '/');

	while (*value) {
		size_t length = strcspn(value, ":");

		if (pe_text_glob(value, length, program_path) ||
		    (base && pe_text_glob(value, length, base + 1)))
			set->trusted = true;
		value += length + (value[length] == ':');
	}
	return true;
}

static bool apply_force_old(struct pe_settings *set, const char *value)
{
	static const char names[4][8] = { "rseq", "inode", "wipe", "pidfd" };
	static const enum pe_old bits[4] = { PE_OLD_RSEQ, PE_OLD_INODE, PE_OLD_WIPE, PE_OLD_PIDFD };

	while (*value) {
		size_t length = strcspn(value, ",");
		int i = 0;

		while (i < 4 && (strlen(names[i]) != length || memcmp(names[i], value, length)))
			i++;
		if (i == 4)
			return false;
		set->force_old |= bits[i];
		value += length + (value[length] == ',');
	}
	return true;
}

static const struct setting settings[] = {
	{ "PIDEPOCH_LOG", "is not an absolute path; notices go to standard error", apply_log },
	{ "PIDEPOCH_ON_STALE", "is not report, refuse or abort; it is refuse", apply_policy },
	{ "PIDEPOCH_ERRNO", "is not ESRCH or EEPOCH; it is ESRCH", apply_errno },
	{ "PIDEPOCH_TRUST", "", apply_trust },
	{ "PIDEPOCH_FORCE_OLD", "is not a list of rseq, inode, wipe, pidfd; the rest is ignored",
	  apply_force_old },
};

static void apply(struct pe_settings *set, const struct setting *s)
{
	const char *value = getenv(s->name);
	char what[64];
	struct pe_text text = pe_text_on(what, sizeof(what));

	if (!value || !*value)
		return;
	pe_text_add(&text, s->name);
	value = keep(s->name, value, strlen(value));
	if (value && s->apply(set, value))
		return;
	pe_text_add(&text, " ");
	pe_emit_sentence(set, pe_text_end(&text), value ? s->wrong : "is too long; it is ignored");
}

static void find_program(struct pe_settings *set)
{
	ssize_t n = readlink("/proc/self/exe", program_path, sizeof(program_path) - 1);

	program_path[n > 0 ? n : 0] = '\0';
	set->name = program_invocation_short_name;
}

static void find_stderr(struct pe_settings *set)
{
	struct stat st;

	if (fstat(2, &st) != 0)
		return;
	set->stderr_id[0] = st.st_dev;
	set->stderr_id[1] = st.st_ino;
}

void pe_settings_read(struct pe_settings *set)
{
	int before = errno;

	pe_settings_default(set);
	find_program(set);
	find_stderr(set);
	set->clock = clock_gettime;
	set->rseq = __rseq_size != 0;
	set->rseq_offset = __rseq_offset;
	keep_preload();
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		apply(set, &settings[i]);
	errno = before;
}
