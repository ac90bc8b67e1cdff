/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* colour - colours on a terminal. */
#ifndef PE_COMMAND_COLOUR_H
#define PE_COMMAND_COLOUR_H

enum pe_colour { PE_COLOUR_NONE, PE_COLOUR_GOOD, PE_COLOUR_SO_SO, PE_COLOUR_BAD, PE_COLOUR_TITLE };

/* @when: auto (also without a call: if standard output is a terminal, TERM is not "dumb" and
 * NO_COLOR is not set), always or never */
void pe_colour_choose(const char *when);

/* What changes to the colour; PE_COLOUR_NONE changes back. "" where no colours are wanted. */
const char *pe_colour(enum pe_colour colour);

#endif
