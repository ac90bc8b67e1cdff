/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image - one ELF file with its debug information, read by libdw. image.c implements it;
 * image_none.c does if the command is built without libdw.
 */
#ifndef PE_REPORT_IMAGE_H
#define PE_REPORT_IMAGE_H

#include "report/symbols.h"

struct pe_image;

/* Search separate debug files below @folder, too, by their build ids. This concerns images that are
 * opened afterwards. */
void pe_image_look_below(const char *folder);

/* Open the file @path if it has @build_id (hexadecimal), else the separate debug file of that build
 * id. If @build_id is empty, the file @path is not checked. @code: offset in the file of the
 * executable mapping. NULL: no such file. */
struct pe_image *pe_image_open(const char *path, const char *build_id, uint64_t code);
void pe_image_close(struct pe_image *image);

/* The frames at @offset of the file, with function, file, line and inlined set. The caller frees
 * each one. NULL: nothing is known. */
struct pe_symbols_frame *pe_image_frames(struct pe_image *image, uint64_t offset);

#endif
