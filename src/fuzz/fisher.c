// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/fisher.h"

/* the ways to choose @k of @n; 0 where there is none */
static double choose(unsigned int n, unsigned int k)
{
	double ways = 1;

	if (k > n)
		return 0;
	for (unsigned int i = 1; i <= k; i++)
		ways *= (double)(n - k + i) / i;
	return ways;
}

double pe_fuzz_fisher(unsigned int a, unsigned int b, unsigned int n)
{
	unsigned int differ = a + b;
	double all = choose(2 * n, differ), tail = 0;

	for (unsigned int i = a; i <= n && i <= differ; i++)
		tail += choose(n, i) * choose(n, differ - i);
	return tail < all ? tail / all : 1;
}
