/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tree - libFuzzer's entry into tree_model. */
#include <stdio.h>
#include <stdlib.h>

#include "tree_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *wrong = tree_model_run(data, size);

	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		abort();
	}
	return 0;
}
