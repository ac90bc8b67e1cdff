// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/image.h"

#include <stddef.h>

void pe_image_look_below(const char *folder)
{
	(void)folder;
}

struct pe_image *pe_image_open(const char *path, const char *build_id, uint64_t code)
{
	(void)code;
	(void)path;
	(void)build_id;
	return NULL;
}

void pe_image_close(struct pe_image *image)
{
	(void)image;
}

struct pe_symbols_frame *pe_image_frames(struct pe_image *image, uint64_t offset)
{
	(void)image;
	(void)offset;
	return NULL;
}
