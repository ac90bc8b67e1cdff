# SPDX-License-Identifier: LGPL-2.1-or-later
# The engine: a convenience library that goes whole into libpidepoch.so.
noinst_LTLIBRARIES += libcore.la

libcore_la_CFLAGS = $(LIBRARY_CFLAGS)
libcore_la_CCASFLAGS = $(LIBRARY_CCASFLAGS)
libcore_la_SOURCES =
libcore_la_SOURCES += src/core/clock.c src/core/clock.h
libcore_la_SOURCES += src/core/identity.c src/core/identity.h
libcore_la_SOURCES += src/core/stale.c src/core/stale.h

# Assembly: the same file names for each processor. (A tarball gets both lists.)
if CPU_X86_64
libcore_la_SOURCES +=
endif
if CPU_AARCH64
libcore_la_SOURCES +=
endif
