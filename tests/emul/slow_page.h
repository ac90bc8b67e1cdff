/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slow_page - a file whose pages are never delivered: a FUSE file system that does not answer reads.
 *
 * It needs the right to mount one: CAP_SYS_ADMIN, here or in a user namespace.
 */
#ifndef TESTS_EMUL_SLOW_PAGE_H
#define TESTS_EMUL_SLOW_PAGE_H

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOW_PAGE_NODE 2

struct slow_page {
	int fd;	   /* of the file, which can be mapped */
	int asked; /* a byte comes for each read, and each GETATTR if these are not answered either */
};

/* the answer to a request; its length, or 0: none */
static inline size_t slow_page_answer(const struct fuse_in_header *in, struct fuse_out_header *out,
				      bool deaf)
{
	struct fuse_attr attr = { .ino = in->nodeid,
				  .mode = in->nodeid == SLOW_PAGE_NODE ? S_IFREG | 0666
								       : S_IFDIR | 0777,
				  .nlink = 1,
				  .size = 1 << 20 };
	struct fuse_init_out init = { .major = 7, .minor = 31, .max_write = 4096 };
	struct fuse_entry_out entry = { .nodeid = SLOW_PAGE_NODE };
	struct fuse_attr_out got = { .attr = attr, .attr_valid = deaf ? 0 : 1000 };
	struct fuse_open_out opened = { 0 };
	const void *what = &opened;
	size_t size = 0;

	entry.attr = attr;
	entry.attr.ino = SLOW_PAGE_NODE;
	entry.attr.mode = S_IFREG | 0666;
	entry.entry_valid = 1000;
	entry.attr_valid = deaf ? 0 : 1000;
	switch (in->opcode) {
	case FUSE_INIT:
		what = &init;
		size = sizeof(init);
		break;
	case FUSE_LOOKUP:
		what = &entry;
		size = sizeof(entry);
		break;
	case FUSE_GETATTR:
		what = &got;
		size = sizeof(got);
		break;
	case FUSE_OPEN:
		size = sizeof(opened);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return 0;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		break;
	default:
		out->error = -38; /* ENOSYS */
	}
	memcpy(out + 1, what, size);
	return sizeof(*out) + size;
}

/* until its file system is unmounted. @armed: from then on GETATTR is not answered either */
static inline _Noreturn void slow_page_serve(int device, int asked, int armed)
{
	static char in[1 << 16], out[4096];
	struct fuse_in_header *request = (struct fuse_in_header *)in;
	struct fuse_out_header *answer = (struct fuse_out_header *)out;
	bool deaf = false;
	char c;

	while (read(device, in, sizeof(in)) > 0) {
		deaf |= armed >= 0 && read(armed, &c, 1) == 1;
		if (request->opcode == FUSE_READ || (deaf && request->opcode == FUSE_GETATTR)) {
			if (write(asked, "", 1) != 1)
				break;
			continue;
		}
		*answer = (struct fuse_out_header){ .unique = request->unique };
		answer->len = (uint32_t)slow_page_answer(request, answer, armed >= 0);
		if (answer->len && write(device, out, answer->len) < 0)
			break;
	}
	_exit(0);
}

static inline int slow_page_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -1;
	r = write(fd, text, strlen(text)) < 0 ? -1 : 0;
	close(fd);
	return r;
}

/* a place to mount at */
static inline int slow_page_enter(void)
{
	char map[32];
	unsigned int user = getuid();

	if (unshare(CLONE_NEWNS | (user ? CLONE_NEWUSER : 0)) < 0)
		return -1;
	snprintf(map, sizeof(map), "0 %u 1", user);
	if (user && slow_page_put("/proc/self/uid_map", map) < 0)
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* false: there is none to be had here, for this user. @armed: -1, or a pipe (slow_page_serve) */
static inline bool slow_page_make(struct slow_page *p, int armed)
{
	int asked[2], device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[96];

	if (device < 0 || slow_page_enter() < 0 || pipe2(asked, O_CLOEXEC) < 0)
		return false;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40777,user_id=0,group_id=0,allow_other",
		 device);
	if (mount("slow", "/mnt", "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		return false;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		slow_page_serve(device, asked[1], armed);
	}
	close(device);
	close(asked[1]);
	p->asked = asked[0];
	p->fd = open("/mnt/page", O_RDWR | O_CLOEXEC);
	return p->fd >= 0;
}

#endif
