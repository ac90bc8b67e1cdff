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
#include "inspect/uses.h"

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
	bool paused, helps, done, inverted;
	struct timespec last; /* look */
	char use[USES][LINE];
};

/* --- rows --- */

static enum order sort_order; /* of compare() */
static bool is_inverted;

static unsigned long long key_of(const struct pe_top_process *p)
{
	switch (sort_order) {
	case BY_CHILDREN:
		return p->children;
	case BY_REAPED:
		return p->released;
	case BY_USES:
		return p->uses;
	default:
		return 0;
	}
}

/* the largest first, then by pid */
static int compare(const void *a, const void *b)
{
	const struct pe_top_process *p = *(const struct pe_top_process *const *)a;
	const struct pe_top_process *q = *(const struct pe_top_process *const *)b;
	const int order = key_of(p) != key_of(q) ? (key_of(p) > key_of(q) ? -1 : 1)
						 : (p->pid > q->pid) - (p->pid < q->pid);

	return is_inverted ? -order : order;
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
	is_inverted = v->inverted;
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

/* a line of the list of stale uses */
static char *new_line(struct view *v)
{
	memmove(v->use[0], v->use[1], sizeof(v->use) - sizeof(v->use[0]));
	return v->use[USES - 1];
}

static void note_use(void *context, const struct pe_uses_use *u)
{
	struct view *v = context;
	char clock[16] = "before  ", call[128], *line = new_line(v);
	time_t now = time(NULL);
	struct tm tm;

	if (v->before.process)
		strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	if (u->missed) {
		snprintf(line, LINE, "%s %s: %u more", clock, u->comm, u->missed);
		return;
	}
	pe_uses_call(call, sizeof(call), u);
	snprintf(line, LINE, "%s %s[%d]: %s: stale pid, %s", clock, u->comm, u->pid, call,
		 pe_uses_outcome(u->outcome));
}

static void look(struct view *v)
{
	struct pe_top now;

	if (pe_top_read(&now, v->plan->roots, v->plan->n) < 0)
		return;
	pe_top_free(&v->before);
	v->before = v->now;
	v->now = now;
	pe_uses_between(&v->before, &v->now, note_use, v);
	choose_rows(v);
}

/* --- drawing --- */

/* Of the stale uses: fewer on a low screen. */
static int shown_uses(void)
{
	return LINES >= 20 ? USES : LINES >= 14 ? 3 : 1;
}

static bool is_narrow(void)
{
	return COLS < (int)sizeof(PE_TOP_HEAD);
}

static int list_height(void)
{
	const int height = LINES - 3 - shown_uses() - 2;

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
		const bool used = p->uses > 0;

		pe_top_line(line, sizeof(line), p, v->order == BY_TREE ? 2 * p->depth : 0,
			    is_narrow());
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
	static const char *const texts[][2] = {
		{ "F3 /    search, F3 the next", "arrows, page, home, end: select" },
		{ "F4 \\    filter by name or pid", "Z        pause" },
		{ "F5 t    the tree", "F6 > <   sort by another column" },
		{ "F10 q   quit", "I        the other way round" },
		{ "CHILD   children not reaped yet", "REAPED   children that were" },
		{ "EPOCH   lap of the namespace", "LAG      laps that references lag" },
		{ "USES    stale uses reported", "REFUSED  of these" },
		{ "EVID -  only the supervisor sees it", "calls    a supervisor has served" },
		{ "us each how long such a call waited", "" },
	};
	const bool narrow = COLS < 76;
	char line[LINE];
	int y = 3;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(line, sizeof(line), "%-38s%s", texts[i][0], narrow ? "" : texts[i][1]);
		draw_line(y++, A_NORMAL, line);
		if (narrow)
			draw_line(y++, A_NORMAL, texts[i][1]);
	}
}

static void draw_keys(const struct view *v)
{
	char line[LINE];

	if (v->editing)
		snprintf(line, sizeof(line), "%s: %s_",
			 v->editing == v->filter ? "Filter" : "Search", v->editing);
	else if (COLS < 60)
		snprintf(line, sizeof(line), "F1Help F3Find F6:%s F10Quit%s", orders[v->order],
			 v->paused ? " paused" : "");
	else
		snprintf(line, sizeof(line),
			 "F1Help F3Search F4Filter F5Tree F6Sort:%s F10Quit%s%s%s",
			 orders[v->order], *v->filter ? "  filter: " : "", v->filter,
			 v->paused ? "  paused" : "");
	draw_line(LINES - 1, (int)A_REVERSE, line);
}

static void draw_uses(const struct view *v)
{
	const int count = shown_uses();

	draw_line(LINES - count - 2, (int)A_BOLD, "Stale uses");
	for (int i = 0; i < count; i++)
		draw_line(LINES - count - 1 + i, A_NORMAL, v->use[USES - count + i]);
}

static void draw(struct view *v)
{
	char line[LINE];

	erase();
	pe_top_supervisors(line, sizeof(line), &v->now, v->before.process ? &v->before : NULL);
	draw_line(0, (int)A_BOLD, line);
	if ((int)strlen(line) > COLS)
		draw_line(1, (int)A_BOLD, line + COLS);
	draw_line(2, (int)A_REVERSE, is_narrow() ? PE_TOP_HEAD_NARROW : PE_TOP_HEAD);
	if (v->helps) {
		draw_help();
	} else {
		draw_rows(v);
		draw_uses(v);
	}
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

/* @from: so many rows below the selected one */
static void find_next(struct view *v, size_t from)
{
	for (size_t i = from; i < v->rows + from; i++)
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
		find_next(v, key == KEY_F(3));
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
	else if (key == '<')
		v->order = (v->order + ORDERS - 1) % ORDERS;
	else if (key == 'I')
		v->inverted = !v->inverted;
	else if (key == 'Z')
		v->paused = !v->paused;
	choose_rows(v);
}

/* ms until the next look; 0: now */
static int ms_left(const struct view *v)
{
	struct timespec now;
	double passed;

	clock_gettime(CLOCK_MONOTONIC, &now);
	passed = (double)(now.tv_sec - v->last.tv_sec) +
		 (double)(now.tv_nsec - v->last.tv_nsec) / 1e9;
	return passed >= v->plan->seconds ? 0 : (int)((v->plan->seconds - passed) * 1000) + 1;
}

static void look_if_due(struct view *v)
{
	if (ms_left(v) > 0)
		return;
	if (!v->paused)
		look(v);
	clock_gettime(CLOCK_MONOTONIC, &v->last);
}

static void begin_screen(void)
{
	setlocale(LC_CTYPE, "");
	noecho();
	cbreak();
	curs_set(0);
	keypad(stdscr, TRUE);
	set_escdelay(50);
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
	int key;

	if (!screen)
		return pe_message_error(PE_EXIT_UNABLE, "top",
					"unknown terminal type (TERM='%s'); --once prints "
					"the list",
					getenv("TERM") ? getenv("TERM") : "");
	v.plan = plan;
	begin_screen();
	while (!v.done) {
		look_if_due(&v);
		draw(&v);
		timeout(ms_left(&v));
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
