/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slow_page - a file whose pages are delivered on request, or never: a FUSE file system that does
 * not answer reads at once. It needs the right to mount one: CAP_SYS_ADMIN, here or in a user
 * namespace.
 */
#ifndef TESTS_SUPERVISOR_SLOW_PAGE_H
#define TESTS_SUPERVISOR_SLOW_PAGE_H

#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
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
	int asked; /* a byte arrives for each page that a reader waits for */
};

/* the answer to a request; its length, or 0: none */
static inline size_t slow_page_answer(const struct fuse_in_header *in, struct fuse_out_header *out)
{
	struct fuse_attr attr = { .ino = in->nodeid,
				  .mode = in->nodeid == SLOW_PAGE_NODE ? S_IFREG | 0666
								       : S_IFDIR | 0777,
				  .nlink = 1,
				  .size = 1 << 20 };
	const struct fuse_init_out init = { .major = 7, .minor = 31, .max_write = 4096 };
	const struct fuse_attr_out got = { .attr = attr, .attr_valid = 1000 };
	const struct fuse_open_out opened = { 0 };
	struct fuse_entry_out entry = { .nodeid = SLOW_PAGE_NODE };
	const void *what = &opened;
	size_t size = 0;

	entry.attr = attr;
	entry.attr.ino = SLOW_PAGE_NODE;
	entry.attr.mode = S_IFREG | 0666;
	entry.entry_valid = entry.attr_valid = 1000;
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
	case FUSE_READ: /* zeros */
		size = 4096;
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
	memcpy(out + 1, what, in->opcode == FUSE_READ ? 0 : size);
	return sizeof(*out) + size;
}

/* false: the file system has been unmounted */
static inline bool slow_page_reply(int device, const struct fuse_in_header *request)
{
	static char out[8192];
	struct fuse_out_header *answer = (struct fuse_out_header *)out;

	memset(out, 0, sizeof(out));
	answer->unique = request->unique;
	answer->len = (uint32_t)slow_page_answer(request, answer);
	return !answer->len || write(device, out, answer->len) >= 0 || request->opcode == FUSE_READ;
}

/* Until the file system is unmounted. @deliver: it has a byte for each page; -1: none is
 * delivered */
static inline _Noreturn void slow_page_serve(int device, int asked, int deliver)
{
	struct pollfd any[] = { { .fd = device, .events = POLLIN },
				{ .fd = deliver, .events = POLLIN } };
	struct fuse_in_header waiting = { .opcode = 0 };
	static char in[1 << 16];
	struct fuse_in_header *request = (struct fuse_in_header *)in;
	bool right = true;
	char c;

	while (right && poll(any, 2, -1) > 0) {
		if (any[1].revents & POLLIN)
			right = read(deliver, &c, 1) == 1 && slow_page_reply(device, &waiting);
		if (!any[0].revents)
			continue;
		if (read(device, in, sizeof(in)) <= 0)
			break;
		if (request->opcode != FUSE_READ && request->opcode != FUSE_POLL) {
			right = slow_page_reply(device, request);
			continue;
		}
		waiting = *request;
		right = write(asked, "", 1) == 1;
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

/* false: none can be made here, by this user. @deliver: as of slow_page_serve() */
static inline bool slow_page_make(struct slow_page *p, int deliver)
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
		slow_page_serve(device, asked[1], deliver);
	}
	close(device);
	close(asked[1]);
	p->asked = asked[0];
	p->fd = open("/mnt/page", O_RDWR | O_CLOEXEC);
	return p->fd >= 0;
}

#endif
