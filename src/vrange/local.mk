# SPDX-License-Identifier: LGPL-2.1-or-later
# libvrange.so: volatile ranges. It shares contract, sys, text, maps and arena of src/core, and has
# no pid code.
noinst_LTLIBRARIES += libvrangecore.la
lib_LTLIBRARIES += libvrange.la
include_HEADERS += include/vrange.h include/vrange_raw.h

# no arrays of run-time length: a handler's stack may be small
libvrangecore_la_CFLAGS = $(LIBRARY_CFLAGS) -Wvla
libvrangecore_la_SOURCES = src/core/text.c src/core/text.h src/core/maps.c src/core/maps.h
libvrangecore_la_SOURCES += src/vrange/kernel.c src/vrange/kernel.h src/vrange/boundary.h
libvrangecore_la_SOURCES += src/vrange/ledger.c src/vrange/ledger.h
libvrangecore_la_SOURCES += src/vrange/mapping.c src/vrange/mapping.h
libvrangecore_la_SOURCES += src/vrange/pages.c src/vrange/pages.h
libvrangecore_la_SOURCES += src/vrange/state.c src/vrange/state.h src/vrange/marker.h
libvrangecore_la_SOURCES += src/vrange/mark.c src/vrange/mark.h src/vrange/unmark.c src/vrange/zero.c
libvrangecore_la_SOURCES += src/vrange/mapped.c src/vrange/mapped.h
libvrangecore_la_SOURCES += src/vrange/stale.c src/vrange/stale.h
libvrangecore_la_SOURCES += src/vrange/walk.c src/vrange/walk.h
libvrangecore_la_SOURCES += src/core/memory/arena.c src/core/memory/arena.h
libvrangecore_la_SOURCES += src/vrange/objects.c src/vrange/objects.h src/vrange/object.c
libvrangecore_la_SOURCES += src/vrange/witness.c src/vrange/witness.h
libvrangecore_la_SOURCES += src/vrange/cgroup.c src/vrange/cgroup.h src/vrange/headroom.c src/vrange/headroom.h
libvrangecore_la_SOURCES += src/vrange/file.c src/vrange/file.h
libvrangecore_la_SOURCES += src/vrange/shared.c src/vrange/shared.h
libvrangecore_la_SOURCES += src/vrange/vrange.c src/vrange/move.c src/vrange/move.h

libvrangecore_la_SOURCES += src/vrange/number.c src/vrange/number.h
libvrangecore_la_CCASFLAGS = $(LIBRARY_CCASFLAGS)
# Assembly: the same file name for each processor. (A tarball gets both lists.)
if CPU_X86_64
libvrangecore_la_SOURCES += src/vrange/arch/x86_64/syscall.S
endif
if CPU_AARCH64
libvrangecore_la_SOURCES += src/vrange/arch/aarch64/syscall.S
endif

libvrange_la_CFLAGS = $(LIBRARY_CFLAGS)
# where the library meets the C library
libvrange_la_SOURCES = src/vrange/load.c src/vrange/ashmem.c src/vrange/descriptor.c
libvrange_la_SOURCES += src/vrange/robust.c src/vrange/robust.h src/vrange/libc/mutex.h
libvrange_la_LIBADD = libvrangecore.la
libvrange_la_LDFLAGS = $(LIBRARY_LDFLAGS) -version-info 0:0:0 \
	-Wl,--version-script=$(srcdir)/src/vrange/libvrange.map
EXTRA_libvrange_la_DEPENDENCIES = src/vrange/libvrange.map
EXTRA_DIST += src/vrange/libvrange.map vrange.pc.in
