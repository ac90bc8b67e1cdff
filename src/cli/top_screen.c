// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * top_screen - the live view of "pidepoch top".
 *
 *   supervisors, counts
 *   head of the table
 *   processes ...                 the selected one is inverted
 *   stale uses as they happen     the last five
 *   keys
 *
 * Keys are those of htop, as far as there is something for them to do.
 */
#include "cli/top.h"

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "command/exit_status.h"
#include "command/message.h"

#define USES 5
#define LINE 512

enum order { BY_TREE, BY_PID, BY_CHILDREN, BY_REAPED, BY_USES, ORDERS };

static const char *const orders[] = { "tree", "PID", "CHILD", "REAPED", "USES" };

struct view {
	const struct pe_top_plan *plan;
	struct pe_top now, before;
	const struct pe_top_process **row; /* what is shown, in its order */
	size_t rows, selected, first;
	pid_t selected_pid;
	enum order order;
	char filter[64], search[64];
	char *editing; /* filter or search while it is typed, or NULL */
	bool paused, helps, done;
	char use[USES][LINE];
};

/* --- rows --- */

static enum order sort_order; /* of compare() */

static unsigned long long key_of(const struct pe_top_process *p)
{
	switch (sort_order) {
	case BY_CHILDREN:
		return p->library ? p->status.stats.children : 0;
	case BY_REAPED:
		return p->library ? p->status.stats.released : 0;
	case BY_USES:
		return p->library ? p->status.uses : 0;
	default:
		return 0;
	}
}

/* the largest first, then by pid */
static int compare(const void *a, const void *b)
{
	const struct pe_top_process *p = *(const struct pe_top_process *const *)a;
	const struct pe_top_process *q = *(const struct pe_top_process *const *)b;

	if (key_of(p) != key_of(q))
		return key_of(p) > key_of(q) ? -1 : 1;
	return p->pid < q->pid ? -1 : p->pid > q->pid;
}

static bool fits(const struct pe_top_process *p, const char *text)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", p->pid);
	return !*text || strcasestr(p->comm, text) || strcmp(pid, text) == 0;
}

static void choose_rows(struct view *v)
{
	free(v->row);
	v->row = calloc(v->now.processes + 1, sizeof(*v->row));
	v->rows = 0;
	for (size_t i = 0; v->row && i < v->now.processes; i++)
		if (fits(&v->now.process[i], v->filter))
			v->row[v->rows++] = &v->now.process[i];
	sort_order = v->order;
	if (v->order != BY_TREE)
		qsort(v->row, v->rows, sizeof(*v->row), compare);
	/* the same process stays selected */
	for (size_t i = 0; i < v->rows; i++)
		if (v->row[i]->pid == v->selected_pid)
			v->selected = i;
	if (v->selected >= v->rows)
		v->selected = v->rows ? v->rows - 1 : 0;
}

/* --- a look --- */

static void note_use(struct view *v, const struct pe_top_process *p, unsigned int more)
{
	char text[LINE - 40], clock[16];
	time_t now = time(NULL);
	struct tm tm;

	memmove(v->use[0], v->use[1], sizeof(v->use) - sizeof(v->use[0]));
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	pe_top_last_use(text, sizeof(text), p);
	if (more > 1)
		snprintf(v->use[USES - 1], LINE, "%s %s (and %u more)", clock, text, more - 1);
	else
		snprintf(v->use[USES - 1], LINE, "%s %s", clock, text);
}

static void note_uses(struct view *v)
{
	for (size_t i = 0; i < v->now.processes; i++) {
		const struct pe_top_process *p = &v->now.process[i];
		const struct pe_top_process *b = pe_top_find(&v->before, p->pid);
		const unsigned int uses =
			b && b->library && b->status.uses <= p->status.uses ? b->status.uses : 0;

		if (p->library && p->status.uses > uses)
			note_use(v, p, p->status.uses - uses);
	}
}

static void look(struct view *v)
{
	struct pe_top now;

	if (pe_top_read(&now, v->plan->roots, v->plan->n) < 0)
		return;
	pe_top_free(&v->before);
	v->before = v->now;
	v->now = now;
	note_uses(v);
	choose_rows(v);
}

/* --- drawing --- */

static int list_height(void)
{
	const int height = LINES - 3 - USES - 2;

	return height > 1 ? height : 1;
}

static void draw_line(int y, int attributes, const char *text)
{
	if (y >= LINES)
		return;
	attrset(attributes);
	mvaddnstr(y, 0, text, COLS);
	if ((attributes & (int)A_REVERSE) && (int)strlen(text) < COLS)
		hline(' ' | (chtype)attributes, COLS - (int)strlen(text));
	attrset(A_NORMAL);
}

static void draw_rows(struct view *v)
{
	const size_t height = (size_t)list_height();
	char line[LINE];

	if (v->selected < v->first)
		v->first = v->selected;
	if (v->selected >= v->first + height)
		v->first = v->selected - height + 1;
	for (size_t i = 0; i < height && v->first + i < v->rows; i++) {
		const struct pe_top_process *p = v->row[v->first + i];
		const bool used = p->library && p->status.uses > 0;

		pe_top_line(line, sizeof(line), p, v->order == BY_TREE ? 2 * p->depth : 0);
		draw_line(3 + (int)i,
			  (v->first + i == v->selected ? (int)A_REVERSE : 0) |
				  (used ? (int)A_BOLD | COLOR_PAIR(1) : 0),
			  line);
	}
	if (v->rows == 0)
		draw_line(3, A_NORMAL, "  no program runs under pidepoch that you may see");
}

static void draw_help(void)
{
	static const char *const lines[] = {
		"arrows, page up and down, home, end   select a process",
		"F3 /   search a name or pid           F4 \\   show only what has a name or pid",
		"F5 t   the tree                       F6 >   the next column to sort by",
		"Z      pause                          F10 q  quit",
		"",
		"CHILD   children that were not reaped yet   REAPED   children that were",
		"EPOCH   the lap of the pid namespace        LAG      laps that references lag behind",
		"USES    stale uses that were reported       REFUSED  those of them that were refused",
		"watch   without the library: known to a supervisor only",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		draw_line(3 + (int)i, A_NORMAL, lines[i]);
}

static void draw_keys(const struct view *v)
{
	char line[LINE];

	if (v->editing)
		snprintf(line, sizeof(line), "%s: %s_",
			 v->editing == v->filter ? "Filter" : "Search", v->editing);
	else
		snprintf(line, sizeof(line),
			 "F1Help F3Search F4Filter F5Tree F6Sort:%s F10Quit%s%s%s",
			 orders[v->order], *v->filter ? "  filter: " : "", v->filter,
			 v->paused ? "  paused" : "");
	draw_line(LINES - 1, (int)A_REVERSE, line);
}

static void draw(struct view *v)
{
	char line[LINE];

	erase();
	pe_top_supervisors(line, sizeof(line), &v->now, v->before.process ? &v->before : NULL);
	draw_line(0, (int)A_BOLD, line);
	draw_line(2, (int)A_REVERSE, PE_TOP_HEAD);
	if (v->helps)
		draw_help();
	else
		draw_rows(v);
	draw_line(LINES - USES - 2, (int)A_BOLD, "Stale uses");
	for (int i = 0; i < USES; i++)
		draw_line(LINES - USES - 1 + i, A_NORMAL, v->use[i]);
	draw_keys(v);
	refresh();
}

/* --- keys --- */

static void select_row(struct view *v, long row)
{
	const long last = (long)v->rows - 1;

	v->selected = (size_t)(row < 0 ? 0 : row > last ? (last < 0 ? 0 : last) : row);
	v->selected_pid = v->rows ? v->row[v->selected]->pid : 0;
}

static void find_next(struct view *v)
{
	for (size_t i = 0; i < v->rows; i++)
		if (fits(v->row[(v->selected + i) % v->rows], v->search)) {
			select_row(v, (long)((v->selected + i) % v->rows));
			return;
		}
}

/* a key while the filter or the search is typed */
static void edit(struct view *v, int key)
{
	const size_t n = strlen(v->editing);

	if (key == '\n' || key == KEY_ENTER) {
		v->editing = NULL;
	} else if (key == 27) {
		*v->editing = '\0';
		v->editing = NULL;
	} else if ((key == KEY_BACKSPACE || key == 127 || key == 8) && n > 0) {
		v->editing[n - 1] = '\0';
	} else if (key >= ' ' && key < 127 && n + 1 < sizeof(v->filter)) {
		v->editing[n] = (char)key;
		v->editing[n + 1] = '\0';
	}
	choose_rows(v);
	if (v->editing == v->search)
		find_next(v);
}

static bool move_selection(struct view *v, int key)
{
	const long at = (long)v->selected, page = list_height();
	const struct {
		int key;
		long row;
	} moves[] = {
		{ KEY_UP, at - 1 },	  { KEY_DOWN, at + 1 }, { KEY_PPAGE, at - page },
		{ KEY_NPAGE, at + page }, { KEY_HOME, 0 },	{ KEY_END, (long)v->rows - 1 },
	};

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (moves[i].key == key) {
			select_row(v, moves[i].row);
			return true;
		}
	return false;
}

static void take_key(struct view *v, int key)
{
	const bool helped = v->helps;

	if (v->editing) {
		edit(v, key);
		return;
	}
	v->helps = false;
	if (move_selection(v, key))
		return;
	if (key == 'q' || key == KEY_F(10))
		v->done = true;
	else if (key == 'h' || key == '?' || key == KEY_F(1))
		v->helps = !helped;
	else if (key == '/' || key == KEY_F(3))
		*(v->editing = v->search) = '\0';
	else if (key == '\\' || key == KEY_F(4))
		v->editing = v->filter;
	else if (key == 't' || key == KEY_F(5))
		v->order = v->order == BY_TREE ? BY_PID : BY_TREE;
	else if (key == '>' || key == KEY_F(6))
		v->order = (v->order + 1) % ORDERS;
	else if (key == 'Z')
		v->paused = !v->paused;
	choose_rows(v);
}

static void begin_screen(const struct view *v)
{
	setlocale(LC_CTYPE, "");
	noecho();
	cbreak();
	curs_set(0);
	keypad(stdscr, TRUE);
	set_escdelay(50);
	timeout((int)(v->plan->seconds * 1000));
	if (!getenv("NO_COLOR") && has_colors()) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_RED, -1);
	}
}

int pe_top_screen(const struct pe_top_plan *plan)
{
	static struct view v;
	SCREEN *screen = newterm(NULL, stdout, stdin);
	int key = ERR;

	if (!screen)
		return pe_message_error(PE_EXIT_UNABLE, "top",
					"this terminal is not known (TERM='%s'); --once prints "
					"the list",
					getenv("TERM") ? getenv("TERM") : "");
	v.plan = plan;
	begin_screen(&v);
	while (!v.done) {
		if (key == ERR && !v.paused)
			look(&v);
		draw(&v);
		key = getch();
		if (key != ERR && key != KEY_RESIZE)
			take_key(&v, key);
	}
	endwin();
	delscreen(screen);
	pe_top_free(&v.now);
	pe_top_free(&v.before);
	free(v.row);
	return PE_EXIT_OK;
}
