/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ashmem - /dev/ashmem for programs that know no other volatile memory: a memfd and fvrange().
 *
 *   open("/dev/ashmem")     a memfd, where there is no such device
 *   SET_SIZE, GET_SIZE      its size
 *   UNPIN, PIN              fvrange(VRANGE_VOLATILE), fvrange(VRANGE_NONVOLATILE): 1 if purged
 *   GET_PIN_STATUS          1 pinned, 0: a part of the range is not
 *   SET_PROT_MASK           without PROT_WRITE: new mappings are read-only from then on
 *   PURGE_ALL_CACHES        vrange_trim(): pages that were purged
 *   SET_NAME, GET_NAME      accepted; the name is that of the device
 *
 * Each function is that of the C library for everything else.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vrange.h>

#include "core/sys.h"
#include "core/text.h"
#include "vrange/state.h"

#define DEVICE	    "/dev/ashmem"
#define NAME_BYTES  256
#define PAGE	    4096u
#define SEAL_WRITES 0x0010 /* F_SEAL_FUTURE_WRITE */

struct range {
	uint32_t offset, length; /* length 0: to the end */
};

#define TYPE		 0x77
#define SET_NAME	 _IOW(TYPE, 1, char[NAME_BYTES])
#define GET_NAME	 _IOR(TYPE, 2, char[NAME_BYTES])
#define SET_SIZE	 _IOW(TYPE, 3, size_t)
#define GET_SIZE	 _IO(TYPE, 4)
#define SET_PROT_MASK	 _IOW(TYPE, 5, unsigned long)
#define GET_PROT_MASK	 _IO(TYPE, 6)
#define PIN		 _IOW(TYPE, 7, struct range)
#define UNPIN		 _IOW(TYPE, 8, struct range)
#define GET_PIN_STATUS	 _IO(TYPE, 9)
#define PURGE_ALL_CACHES _IO(TYPE, 10)

static int (*next_open)(const char *path, int flags, ...);
static int (*next_ioctl)(int fd, unsigned long request, ...);

__attribute__((constructor)) static void find_next(void)
{
	*(void **)&next_open = dlsym(RTLD_NEXT, "open");
	*(void **)&next_ioctl = dlsym(RTLD_NEXT, "ioctl");
}

static bool is_ours(int fd)
{
	static const char begins[] = "/memfd:ashmem";
	char link[32], target[sizeof(begins)] = "";
	struct pe_text t = pe_text_on(link, sizeof(link));

	pe_text_add(&t, "/proc/self/fd/");
	pe_text_decimal(&t, (uint64_t)fd);
	return fd >= 0 &&
	       readlink(pe_text_end(&t), target, sizeof(target) - 1) == sizeof(target) - 1 &&
	       strcmp(target, begins) == 0;
}

static int64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (int64_t)st.st_size : -1;
}

static int get_mask(int fd)
{
	const int seals = fcntl(fd, F_GET_SEALS);

	return PROT_READ | PROT_EXEC | (seals & SEAL_WRITES ? 0 : PROT_WRITE);
}

static int fails(int error)
{
	errno = error;
	return -1;
}

/* What was taken away does not come back. */
static int set_mask(int fd, unsigned long mask)
{
	if (mask & ~(unsigned long)get_mask(fd))
		return fails(EINVAL);
	return mask & PROT_WRITE ? 0 : fcntl(fd, F_ADD_SEALS, SEAL_WRITES);
}

/* The range that the program names, as bytes of the file. 0, or an error number */
static int read_range(int fd, const void *from, uint64_t *offset, uint64_t *length)
{
	const int64_t size = size_of(fd);
	struct range r;

	if (pe_sys_copy(&r, (uintptr_t)from, sizeof(r)) != 0)
		return EFAULT;
	*offset = r.offset;
	*length = r.length ? r.length : (uint64_t)size - r.offset;
	return size <= 0 || r.offset % PAGE || *length % PAGE || r.offset > size ||
			       *length > (uint64_t)size - r.offset
		       ? EINVAL
		       : 0;
}

static int change(int fd, const void *range, int mode)
{
	uint64_t offset, length;
	const int error = read_range(fd, range, &offset, &length);

	return error ? fails(error) : fvrange(fd, (off_t)offset, length, mode, VRANGE_PARTIAL);
}

static int is_pinned(int fd, const void *range)
{
	struct vr_file_part part;
	struct vr_state *st;
	uint64_t mask, offset, length;
	int marked = read_range(fd, range, &offset, &length);

	if (marked)
		return fails(marked);
	if (vr_file_part(fd, offset, offset + length, &part) != 0 || !(st = vr_state_enter(&mask)))
		return 1;
	marked = vr_file_is_marked(st, &part);
	vr_state_leave(st, mask);
	return marked != 1;
}

static int serve(int fd, unsigned long request, void *arg)
{
	switch (request) {
	case SET_NAME:
		return 0;
	case GET_NAME:
		strcpy(arg, "dev/ashmem");
		return 0;
	case SET_SIZE:
		return ftruncate(fd, (off_t)(uintptr_t)arg);
	case GET_SIZE:
		return (int)size_of(fd);
	case SET_PROT_MASK:
		return set_mask(fd, (unsigned long)(uintptr_t)arg);
	case GET_PROT_MASK:
		return get_mask(fd);
	case PIN:
		return change(fd, arg, VRANGE_NONVOLATILE);
	case UNPIN:
		return change(fd, arg, VRANGE_VOLATILE);
	case GET_PIN_STATUS:
		return is_pinned(fd, arg);
	case PURGE_ALL_CACHES:
		return (int)(vrange_trim(SIZE_MAX) / PAGE);
	}
	errno = ENOTTY;
	return -1;
}

/* Its request is an int in other C libraries. The kernel reads 32 bits of it. */
PE_EXPORT int vr_ioctl(int fd, unsigned long request, ...) __asm__("ioctl");

PE_EXPORT int vr_ioctl(int fd, unsigned long request, ...)
{
	va_list more;
	void *arg;

	va_start(more, request);
	arg = va_arg(more, void *);
	va_end(more);
	if (((request >> 8) & 0xff) == TYPE && is_ours(fd))
		return serve(fd, (unsigned int)request, arg);
	if (!next_ioctl)
		find_next();
	return next_ioctl(fd, request, arg);
}

static int open_device(int flags)
{
	return memfd_create("ashmem", MFD_ALLOW_SEALING | (flags & O_CLOEXEC ? MFD_CLOEXEC : 0));
}

PE_EXPORT int open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list more;
	int fd;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	if (!next_open)
		find_next();
	fd = next_open(path, flags, mode);
	if (fd < 0 && errno == ENOENT && strcmp(path, DEVICE) == 0)
		fd = open_device(flags);
	return fd;
}

/* the same function on 64-bit processors; musl's headers make it a macro */
PE_EXPORT int vr_open64(const char *path, int flags, ...) __asm__("open64")
	__attribute__((alias("open"), nonnull(1)));
