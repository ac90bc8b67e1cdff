/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fisher - Fisher's exact test (Fisher 1935), one-sided.
 *
 *               differs   does not
 *   reuse          a        n - a
 *   control        b        n - b
 *
 * If reuse made no difference, the a + b runs that differ would be a random choice among all 2n.
 * The result is the probability that at least a of them are runs with reuse.
 */
#ifndef PE_FUZZ_FISHER_H
#define PE_FUZZ_FISHER_H

/* @a, @b: 0..@n; @n: 1..1000, runs of each of the two. 0..1 */
double pe_fuzz_fisher(unsigned int a, unsigned int b, unsigned int n);

#endif
