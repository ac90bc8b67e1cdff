/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/contract.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#include "core/sys.h"
#include "core/evidence/segment.h"

#define MODE	0600
#define HIGHEST 4096 /* more segments than that are not examined */

/* FNV-1a */
static uint64_t hash_of(const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return hash;
}

int32_t pe_segment_key(const char *name)
{
	uint64_t hash = hash_of(name);

	return (int32_t)(PE_SEGMENT_PREFIX << 24 |
			 ((uint32_t)(hash ^ hash >> 24 ^ hash >> 48) & 0xffffff));
}

static long control(long id, int command, void *to)
{
	return pe_sys3(SYS_shmctl, id, command, PE_SYS_LONG(to));
}

/* segment.2, without the first word */
static bool is_own(const struct shmid_ds *s, size_t bytes)
{
	uid_t user = (uid_t)pe_sys0(SYS_geteuid);

	return s->shm_perm.uid == user && s->shm_perm.cuid == user && s->shm_segsz == bytes &&
	       (s->shm_perm.mode & 0777) == MODE;
}

/* --- attach --- */

static bool is_named(void *at, uint64_t hash)
{
	_Atomic uint64_t *word = at;
	uint64_t was = 0;

	return atomic_compare_exchange_strong(word, &was, hash) || was == hash;
}

static void *attach(long id, const char *name, size_t bytes)
{
	struct shmid_ds s;
	long at;

	if (control(id, IPC_STAT, &s) < 0 || !is_own(&s, bytes))
		return NULL;
	at = pe_sys3(SYS_shmat, id, 0, 0);
	if (at < 0 && at >= -4095)
		return NULL;
	if (is_named((void *)at, hash_of(name)))
		return (void *)at;
	pe_segment_detach((void *)at);
	return NULL;
}

static int64_t seconds(void)
{
	struct timespec now = { 0 };

	pe_sys_clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

void *pe_segment_attach(const char *name, size_t bytes, bool may_make)
{
	int32_t key = pe_segment_key(name);
	long id = pe_sys3(SYS_shmget, key, 0, 0);

	if (id == -ENOENT && may_make) {
		pe_segment_sweep(bytes, seconds());
		id = pe_sys3(SYS_shmget, key, (long)bytes, IPC_CREAT | IPC_EXCL | MODE);
		if (id == -EEXIST) /* another process was faster */
			id = pe_sys3(SYS_shmget, key, 0, 0);
	}
	return id < 0 ? NULL : attach(id, name, bytes);
}

void pe_segment_detach(void *at)
{
	pe_sys1(SYS_shmdt, PE_SYS_LONG(at));
}

/* --- segment.3 --- */

static int64_t last_used(const struct shmid_ds *s)
{
	return s->shm_dtime > s->shm_ctime ? s->shm_dtime : s->shm_ctime;
}

static bool is_unattached(const struct shmid_ds *s, size_t bytes)
{
	return (uint32_t)s->shm_perm.__key >> 24 == PE_SEGMENT_PREFIX && is_own(s, bytes) &&
	       s->shm_nattch == 0;
}

/* @kept: how many that were found before are kept */
static bool is_superfluous(const struct shmid_ds *s, int kept, int64_t now)
{
	int64_t idle = now - last_used(s);

	return idle >= PE_SEGMENT_QUIET || (kept >= PE_SEGMENT_KEPT && idle >= PE_SEGMENT_RECENT) ||
	       kept >= PE_SEGMENT_MOST;
}

void pe_segment_sweep(size_t bytes, int64_t now)
{
	struct shm_info info;
	struct shmid_ds s;
	long last = control(0, SHM_INFO, &info), id;
	int kept = 0;

	for (long i = 0; i <= last && i < HIGHEST; i++) {
		id = control(i, SHM_STAT, &s);
		if (id < 0 || !is_unattached(&s, bytes))
			continue;
		if (is_superfluous(&s, kept, now))
			control(id, IPC_RMID, NULL);
		else
			kept++;
	}
}
