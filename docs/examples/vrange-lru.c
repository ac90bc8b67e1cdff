// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A malloc'ed LRU cache and what it becomes with vrange. Each line that differs has the old line
 * beside it.
 *
 *   cc vrange-lru.c -o vrange-lru $(pkg-config --cflags --libs vrange)
 *   ./vrange-lru [PAGES]
 *
 * The old cache held at most `capacity` entries and freed the one that was not used for longest:
 * too many when memory is short, too few when it is not. The new one keeps all, and memory
 * pressure decides.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vrange.h>

#define ENTRIES 256
#define SIZE	(64 * 1024)

struct entry {
	int key;
	struct vrange_object *value; /* was: char *value; struct entry *newer, *older; */
};

static struct entry cache[ENTRIES];
static long computed;

static void compute(int key, char *value)
{
	memset(value, 'a' + key % 26, SIZE);
	computed++;
}

static char *get(int key)
{
	struct entry *e = &cache[key % ENTRIES];
	int lost;
	char *value;

	if (!e->value) {
		/* was: if (entries == capacity) evict(oldest); e->value = malloc(SIZE); */
		e->value = vrange_new(SIZE, 0);
		if (!e->value)
			return NULL;
	}
	/* was: value = e->value; move_to_front(e); */
	value = vrange_pin(e->value, &lost);
	/* was: if (!e->valid) */
	if (value && (lost || e->key != key)) {
		compute(key, value);
		e->key = key;
	}
	return value;
}

static void done(int key)
{
	/* was: nothing. The entry could be evicted only by the next get(). */
	vrange_unpin(cache[key % ENTRIES].value);
}

int main(int argc, char **argv)
{
	const int gets = argc > 1 ? atoi(argv[1]) : 5000;

	if (gets < 1) {
		fprintf(stderr, "usage: %s [PAGES]\n", argv[0]);
		return 2;
	}
	for (int i = 0; i < gets; i++) {
		const int key = rand() % ENTRIES;
		const char *value = get(key);

		if (!value || value[0] != 'a' + key % 26 || value[SIZE - 1] != 'a' + key % 26) {
			printf("entry %d is wrong\n", key);
			return 1;
		}
		done(key);
		if (i == gets / 2)
			vrange_trim(SIZE * ENTRIES / 4); /* as memory pressure would */
	}
	printf("%d gets, %ld computed\n", gets, computed);
	return 0;
}
