# SPDX-License-Identifier: LGPL-2.1-or-later
# libpidepoch.so: the API over the engine, and the one instance of the state.
noinst_LTLIBRARIES += libstate.la
lib_LTLIBRARIES += libpidepoch.la

# The API and the state, for the two libraries that a program can have them from.
libstate_la_CFLAGS = $(LIBRARY_CFLAGS)
libstate_la_SOURCES = src/lib/state.c src/lib/preload_api.h src/lib/settings.c src/lib/settings.h \
	src/lib/state.h src/lib/restored.c src/lib/version.c src/lib/version.h
# What the C library has to give: the same file names for each. (A tarball gets both lists.)
libstate_la_SOURCES += src/lib/libc/start.h
if LIBC_GLIBC
libstate_la_SOURCES += src/lib/libc/glibc/start.c
endif
if LIBC_MUSL
libstate_la_SOURCES += src/lib/libc/musl/start.c
endif
libstate_la_SOURCES += src/lib/reference.c src/lib/call.c src/lib/call.h
libstate_la_SOURCES += src/lib/epoch.c src/lib/wait.c src/lib/waitpidv.c src/lib/written.c
libstate_la_SOURCES += src/lib/since.c
libstate_la_SOURCES += src/lib/obituary.c src/lib/compare.c
libstate_la_SOURCES += src/lib/signal.c src/lib/attribute.c src/lib/error.c

# What differs between the two: preload/real.c is the other's.
libpidepoch_la_CFLAGS = $(LIBRARY_CFLAGS)
libpidepoch_la_SOURCES = src/lib/linked.c
libpidepoch_la_LIBADD = libcore.la libstate.la
libpidepoch_la_LDFLAGS = $(LIBRARY_LDFLAGS) -version-info 0:0:0 \
	-Wl,--version-script=$(srcdir)/src/lib/libpidepoch.map
EXTRA_libpidepoch_la_DEPENDENCIES = src/lib/libpidepoch.map
EXTRA_DIST += src/lib/libpidepoch.map
