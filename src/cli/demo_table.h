/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * demo_table - the table of the demonstration, and the comparison with what is claimed.
 *
 * demo_table.1  A cell shows what the unrelated process received, what the program printed and
 *               whether pidepoch logged a notice. The claim is compared with that, and never
 *               printed in its place.
 */
#ifndef PE_CLI_DEMO_TABLE_H
#define PE_CLI_DEMO_TABLE_H

#include "command/namespace.h"
#include "cli/scenario.h"

void pe_demo_table_head(enum pe_namespace_pids how);

/* Run a program in every mode and print its row. Returns the number of runs that were as claimed,
 * or -1 after an error line. */
int pe_demo_table_row(const struct pe_scenario *s, const char *title, const char *const *argv);

#endif
