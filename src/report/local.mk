# SPDX-License-Identifier: LGPL-2.1-or-later
# What reads files of events. It knows their format (docs/events.md) and nothing of the engine.
noinst_LTLIBRARIES += libreport.la

libreport_la_CFLAGS = $(AM_CFLAGS) $(LIBDW_CFLAGS)
libreport_la_CCASFLAGS = -Wa,-I$(top_srcdir)
libreport_la_SOURCES = \
	src/report/events.c src/report/events.h \
	src/report/findings.c src/report/findings.h \
	src/report/json.c src/report/json.h \
	src/report/json_write.c src/report/json_write.h \
	src/report/page.S src/report/page.h \
	src/report/print.c src/report/print.h src/report/print_html.c src/report/print_json.c \
	src/report/print_sarif.c src/report/print_text.c src/report/plain.c src/report/plain.h \
	src/report/suppress.c src/report/suppress.h \
	src/report/symbols.c src/report/symbols.h src/report/image.h
if HAVE_LIBDW
libreport_la_SOURCES += src/report/image.c src/report/elfutils.c src/report/elfutils.h
else
libreport_la_SOURCES += src/report/image_none.c
endif

# The page: linked in as it is. (By a variable, because automake writes no rule for a target that it
# sees one for.)
EXTRA_DIST += src/report/page_head.html src/report/page_tail.html
page_object = src/report/libreport_la-page.lo
$(page_object): src/report/page_head.html src/report/page_tail.html
