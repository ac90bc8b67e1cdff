/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* events - libFuzzer's entry into the reader of events, and from there into all that prints
 * them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct pe_events events = { .events = 0 };
	struct pe_suppress none = { .lines = 0 };
	struct pe_findings findings;
	struct pe_symbols *symbols;
	FILE *f = fmemopen((void *)data, size ? size : 1, "r");

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!f || !nowhere || pe_events_read(&events, f) < 0)
		abort();
	fclose(f);
	symbols = pe_symbols_open(&events);
	if (!symbols || pe_findings_make(&findings, &events, symbols, &none) < 0)
		abort();
	pe_print_text(nowhere, &findings);
	pe_print_json(nowhere, &findings);
	pe_print_sarif(nowhere, &findings);
	pe_print_suppressions(nowhere, &findings);
	pe_findings_free(&findings);
	pe_symbols_close(symbols);
	pe_events_free(&events);
	return 0;
}
