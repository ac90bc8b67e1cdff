/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * written - references as text: PID:INODE, followed by @BOOT-ID if the file may outlive the boot.
 */
#include <pidepoch.h>

#include "core/time/identity.h"
#include "core/reference/reference.h"
#include "core/text.h"
#include "lib/state.h"

#define BOOT_ID	       "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_LENGTH 36

/* 0 or -errno. Without /proc two boots cannot be distinguished. */
static int read_boot(char boot[BOOT_ID_LENGTH + 1])
{
	long n = pe_sys_slurp(BOOT_ID, boot, BOOT_ID_LENGTH);

	if (n < 0)
		return (int)n;
	boot[n] = '\0';
	return n == BOOT_ID_LENGTH ? 0 : -ENODATA;
}

static int inode_of(const struct pe_state *s, const struct pidepoch_ref *ref, uint64_t *inode)
{
	struct pe_identity who;
	struct pe_pin pin;
	int err = pe_reference_pin(s->frame, s->thread, ref->pid, ref->epoch, SYS_pidfd_open,
				   PE_PIN_PIDFD, &pin);

	if (err != 0)
		return err;
	err = pe_identity_of_pidfd(pin.fd, s->frame->set->force_old & PE_OLD_INODE, &who);
	pe_reference_unpin(s->frame, s->thread, &pin);
	if (err == 0)
		*inode = who.id;
	return err == -ENODATA ? -EOPNOTSUPP : err;
}

PE_EXPORT int pidepoch_inode(const struct pidepoch_ref *ref, uint64_t *inode)
{
	struct pe_state s;

	return (int)pe_result(pe_state_enter(&s) ? inode_of(&s, ref, inode) : -EAGAIN);
}

static int format(const struct pe_state *s, const struct pidepoch_ref *ref, char *text, size_t size,
		  bool with_boot)
{
	char boot[BOOT_ID_LENGTH + 1] = "", whole[PIDEPOCH_TEXT_MAX];
	struct pe_text t = pe_text_on(whole, sizeof(whole));
	uint64_t inode = 0;
	int err = inode_of(s, ref, &inode);

	if (err == 0 && with_boot)
		err = read_boot(boot);
	if (err != 0)
		return err;
	pe_text_decimal(&t, (uint64_t)ref->pid);
	pe_text_add(&t, ":");
	pe_text_decimal(&t, inode);
	pe_text_add(&t, with_boot ? "@" : "");
	pe_text_add(&t, boot);
	if (pe_text_length(&t) >= size)
		return -ERANGE;
	memcpy(text, pe_text_end(&t), pe_text_length(&t) + 1);
	return (int)pe_text_length(&t);
}

PE_EXPORT int pidepoch_format(const struct pidepoch_ref *ref, char *text, size_t size,
			      unsigned int flags)
{
	struct pe_state s;

	if (flags & ~PIDEPOCH_TEXT_BOOT)
		return (int)pe_result(-EINVAL);
	if (!pe_state_enter(&s))
		return (int)pe_result(-EAGAIN);
	return (int)pe_result(format(&s, ref, text, size, flags & PIDEPOCH_TEXT_BOOT));
}

/* --- reading --- */

struct words {
	char pid[12], inode[24], boot[BOOT_ID_LENGTH + 1];
};

/* Copy the word up to @end, or to the end of the text. NULL: it is empty or too long. */
static const char *word(const char *from, char end, char *to, size_t size)
{
	size_t n = 0;

	while (from[n] && from[n] != '\n' && from[n] != end) {
		if (n + 1 == size)
			return NULL;
		to[n] = from[n];
		n++;
	}
	to[n] = '\0';
	return n ? from + n : NULL;
}

static bool split(const char *text, struct words *w)
{
	const char *at = word(text, ':', w->pid, sizeof(w->pid));

	w->boot[0] = '\0';
	if (!at || *at != ':')
		return false;
	at = word(at + 1, '@', w->inode, sizeof(w->inode));
	if (at && *at == '@')
		at = word(at + 1, '@', w->boot, sizeof(w->boot));
	if (at && *at == '\n')
		at++;
	return at && *at == '\0';
}

static int same_boot(const struct words *w)
{
	char boot[BOOT_ID_LENGTH + 1];
	int err = w->boot[0] ? read_boot(boot) : 0;

	if (err != 0 || !w->boot[0])
		return err;
	return pe_text_same(boot, w->boot) ? 0 : -PE_EEPOCH;
}

/* Take the reference first, then compare the inode. In the other order, the pid could change hands
 * in between. */
static int parse(const struct pe_state *s, const char *text, struct pidepoch_ref *ref)
{
	struct words w;
	uint64_t pid, inode, now = 0, epoch = 0;
	int err;

	if (!split(text, &w) || !pe_text_parse(w.pid, &pid) || !pe_text_parse(w.inode, &inode) ||
	    pid == 0 || pid > INT32_MAX)
		return -EINVAL;
	err = same_boot(&w);
	if (err == 0)
		err = pe_reference_take(s->frame, s->thread, (int)pid, &epoch);
	*ref = (struct pidepoch_ref){ .pid = (pid_t)pid, .epoch = (pidepoch_t)epoch };
	if (err == 0)
		err = inode_of(s, ref, &now);
	return err ? err : now == inode ? 0 : -PE_EEPOCH;
}

PE_EXPORT int pidepoch_parse(const char *text, struct pidepoch_ref *ref)
{
	struct pidepoch_ref found;
	struct pe_state s;
	int err = -EAGAIN;

	if (pe_state_enter(&s))
		err = parse(&s, text, &found);
	if (err == 0) {
		*ref = found;
		pe_frame_learn(s.frame, s.thread, found.pid);
	}
	return (int)pe_result(err);
}
