/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image - one ELF file with its debug information, by libdw. Two files have this header: image.c,
 * and image_none.c where there is no libdw to build with.
 */
#ifndef PE_REPORT_IMAGE_H
#define PE_REPORT_IMAGE_H

#include "report/symbols.h"

struct pe_image;

/* Separate debug files are looked for below @folder, too, by their build ids. For all that is
 * opened from now on. */
void pe_image_look_below(const char *folder);

/* The file of @path, or the separate debug file of @build_id (hexadecimal), whichever has it. With
 * an empty @build_id the file of @path as it is. @code: offset in the file of what was mapped of it
 * to be executed. NULL: there is none. */
struct pe_image *pe_image_open(const char *path, const char *build_id, uint64_t code);
void pe_image_close(struct pe_image *image);

/* What is at @offset of the mapped file: frames with function, file, line and inlined filled in,
 * each freed by the caller. NULL: nothing is known. */
struct pe_symbols_frame *pe_image_frames(struct pe_image *image, uint64_t offset);

#endif
