/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* open [paced] - nanoseconds of one open and close of a file (block.h). */
#include <fcntl.h>

#include "block.h"

#define BLOCKS 101
#define CALLS  2000

static void calls(int count, void *path)
{
	for (int i = 0; i < count; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0) {
			perror(path);
			exit(1);
		}
		close(fd);
	}
}

int main(int argc, char **argv)
{
	bool paced = block_is_paced(&argc, &argv);
	char path[] = "/etc/passwd";

	block_run(paced, calls, BLOCKS, CALLS, path, 1);
	return 0;
}
