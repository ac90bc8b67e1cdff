// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An image-tile cache of vrange objects: it may be as large as the machine's memory and is never
 * in the way.
 *
 *   cc vrange-tiles.c -o vrange-tiles $(pkg-config --cflags --libs vrange)
 *   ./vrange-tiles [TILES] [GETS]
 *
 * A tile is rendered when it is not there. Under memory pressure the kernel takes tiles that were
 * not used for long, and the next use renders them again. The cache needs no size.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <vrange.h>

#define TILE (256 * 1024) /* bytes: 256 x 256 pixels */

static long rendered;

/* Stands for a decoder. Each pixel follows from the number of its tile. */
static int render(void *to, size_t size, void *arg)
{
	const uint32_t number = *(const uint32_t *)arg;
	uint32_t *pixel = to;

	for (size_t i = 0; i < size / sizeof(*pixel); i++)
		pixel[i] = number * 2654435761u + (uint32_t)i;
	rendered++;
	return 0;
}

static int is_right(const uint32_t *pixel, uint32_t number)
{
	const size_t last = TILE / sizeof(*pixel) - 1;

	return pixel[0] == number * 2654435761u &&
	       pixel[last] == number * 2654435761u + (uint32_t)last;
}

/* Of @n tiles, those with small numbers are used more often. */
static uint32_t choose(uint32_t n)
{
	const double u = rand() / (RAND_MAX + 1.0);

	return (uint32_t)(u * u * u * n);
}

int main(int argc, char **argv)
{
	const uint32_t tiles = argc > 1 ? (uint32_t)atoi(argv[1]) : 400;
	const long gets = argc > 2 ? atol(argv[2]) : 4000;
	struct vrange_object **tile = calloc(tiles, sizeof(*tile));
	struct vrange_stat stat = { .size = sizeof(stat) };

	if (tiles == 0 || !tile) {
		fprintf(stderr, "usage: %s [TILES] [GETS]\n", argv[0]);
		return 2;
	}
	for (long i = 0; i < gets; i++) {
		uint32_t number = choose(tiles);
		uint32_t *pixel;

		if (!tile[number])
			tile[number] = vrange_new(TILE, 0);
		pixel = tile[number] ? vrange_fill(tile[number], render, &number) : NULL;
		if (!pixel) {
			perror("vrange");
			return 1;
		}
		if (!is_right(pixel, number)) {
			printf("tile %u is wrong\n", number);
			return 1;
		}
		vrange_unpin(tile[number]);
	}
	vrange_stat(&stat);
	printf("%ld gets, %ld rendered, level %u, %llu KiB may be taken\n", gets, rendered,
	       stat.level, (unsigned long long)((stat.volatile_bytes + stat.armed_bytes) / 1024));
	return 0;
}
