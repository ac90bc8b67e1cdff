// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/plain.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* The user's locale if it is UTF-8, else 0. In another one, a byte of a character may be a control
 * character of the terminal. */
static locale_t users_locale(void)
{
	static locale_t locale;
	static bool asked;

	if (asked)
		return locale;
	asked = true;
	locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	if (locale && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") != 0) {
		freelocale(locale);
		locale = (locale_t)0;
	}
	return locale;
}

/* direction marks, joiners, line separators, and other invisible characters */
static bool is_invisible(wint_t c)
{
	static const struct {
		wint_t from, to;
	} ranges[] = {
		{ 0x061c, 0x061c }, { 0x180e, 0x180e }, { 0x200b, 0x200f },   { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xe0000, 0xe007f },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

static size_t length_in(locale_t locale, const char *text)
{
	locale_t before = uselocale(locale);
	mbstate_t state = { 0 };
	wchar_t c;
	size_t n = mbrtowc(&c, text, strlen(text), &state);
	bool printable = n != (size_t)-1 && n != (size_t)-2 && iswprint((wint_t)c) &&
			 !is_invisible((wint_t)c);

	uselocale(before);
	return printable ? n : 0;
}

size_t pe_plain_length(const char *text)
{
	unsigned char c = (unsigned char)*text;

	if (c < 128)
		return c >= ' ' && c != 127;
	return users_locale() ? length_in(users_locale(), text) : 0;
}

void pe_plain_print(FILE *out, const char *text)
{
	while (*text) {
		size_t n = pe_plain_length(text);

		if (n)
			fwrite(text, 1, n, out);
		else
			putc('?', out);
		text += n ? n : 1;
	}
}
