/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tree_model - the epoch tree against plain arrays, driven by bytes: one driver for Check and for
 * libFuzzer.
 *
 * Each two bytes are an operation. After each one the pid concerned is compared in every active
 * epoch; at the end all of them are, and the arenas must hold exactly the pages that the active
 * epochs reach.
 */
#ifndef PE_TESTS_TREE_MODEL_H
#define PE_TESTS_TREE_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* NULL, or what differed (a static text); the letter of core/memory/tree.h comes first */
const char *tree_model_run(const uint8_t *data, size_t size);

#endif
