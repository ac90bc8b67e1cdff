/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * demo_table - what the demonstration shows, and whether it is what is claimed.
 *
 * demo_table.1  A cell is made of what the innocent got, what the program saw and what pidepoch
 *               told.
 *          What is claimed is compared with that, and never printed in its place.
 */
#ifndef PE_CLI_DEMO_TABLE_H
#define PE_CLI_DEMO_TABLE_H

#include "command/namespace.h"
#include "cli/scenario.h"

void pe_demo_table_head(enum pe_namespace_pids how);

/* Play a program in every mode and print its row. The number of plays as claimed, or -1 after an
 * error line. */
int pe_demo_table_row(const struct pe_scenario *s, const char *title, const char *const *argv);

#endif
