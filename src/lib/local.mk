# SPDX-License-Identifier: LGPL-2.1-or-later
# libpidepoch.so: the API over the engine, and the one instance of the state.
lib_LTLIBRARIES += libpidepoch.la

libpidepoch_la_CFLAGS = $(LIBRARY_CFLAGS)
libpidepoch_la_SOURCES = src/lib/version.c src/lib/state.c src/lib/door.h \
	src/lib/settings.c src/lib/settings.h
libpidepoch_la_LIBADD = libcore.la
libpidepoch_la_LDFLAGS = $(LIBRARY_LDFLAGS) -version-info 0:0:0 \
	-Wl,--version-script=$(srcdir)/src/lib/libpidepoch.map
EXTRA_libpidepoch_la_DEPENDENCIES = src/lib/libpidepoch.map
EXTRA_DIST += src/lib/libpidepoch.map
