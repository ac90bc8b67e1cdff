/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include "core/evidence/evidence.h"
#include "core/evidence/words.h"
#include "core/reference/reference.h"
#include "core/reference/since.h"
#include "core/sys.h"

/* since.1. @born: ms since boot */
static int take(struct pe_frame *p, struct pe_thread *t, int pid, uint64_t *epoch, int64_t *born)
{
	struct pe_identity_holder who;
	struct pe_pin pin;
	int err = pe_reference_take(p, t, pid, epoch);

	if (err != 0)
		return err;
	err = pe_identity_describe((uint32_t)pid, &who);
	if (err != 0)
		return err == -ESRCH ? err : -EOPNOTSUPP;
	*born = (int64_t)who.start * PE_MOMENT_TICK;
	err = pe_reference_pin(p, t, pid, (uint32_t)*epoch, SYS_pidfd_open, PE_PIN_PIDFD, &pin);
	return err != 0 ? err : pe_reference_unpin(p, t, &pin);
}

int pe_since_moment(struct pe_frame *p, struct pe_thread *t, int pid, int64_t moment,
		    uint64_t *epoch)
{
	int64_t born = 0;
	int err = take(p, t, pid, epoch, &born);

	return err == 0 && born > moment + PE_MOMENT_TOLERANCE ? -PE_EEPOCH : err;
}

/* since.2 */
static int judge(struct pe_frame *p, int64_t born, int64_t stamp)
{
	struct pe_moment_pair now = pe_words_clocks(p->evidence);
	int64_t moment = pe_words_to_boot(now, stamp) + PE_MOMENT_TOLERANCE;

	if (born <= moment)
		return 0;
	switch (pe_moment_trust(p->set->run, now, born, pe_words_boot_is_good(p->evidence, now))) {
	case PE_MOMENT_EXACT:
		return -PE_EEPOCH;
	case PE_MOMENT_MARGIN:
		return born <= moment + PE_MOMENT_BOOT_MARGIN ? 0 : -PE_EEPOCH;
	default:
		return -EOPNOTSUPP;
	}
}

int pe_since_file(struct pe_frame *p, struct pe_thread *t, int pid, int fd, uint64_t *epoch)
{
	int64_t born = 0, stamp = 0;
	bool local = false;
	int err = pe_files_stamp(fd, &stamp, &local);

	if (err == 0)
		err = take(p, t, pid, epoch, &born);
	if (err == 0)
		err = judge(p, born, stamp);
	return err == -PE_EEPOCH && !local ? -EOPNOTSUPP : err;
}
