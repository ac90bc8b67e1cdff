# SPDX-License-Identifier: LGPL-2.1-or-later
# The engine: a convenience library that goes whole into libpidepoch.so.
noinst_LTLIBRARIES += libcore.la

# no arrays of run-time length: a handler's stack may be small
libcore_la_CFLAGS = $(LIBRARY_CFLAGS) -Wvla
libcore_la_CCASFLAGS = $(LIBRARY_CCASFLAGS)
libcore_la_SOURCES =
libcore_la_SOURCES += src/core/contract.h src/core/sys.h src/core/arch/raw.h
libcore_la_SOURCES += src/core/arch/gate.c src/core/arch/gate.h
libcore_la_SOURCES += src/core/text.c src/core/text.h src/core/call.c src/core/call.h
libcore_la_SOURCES += src/core/arena.c src/core/arena.h src/core/tree.c src/core/tree.h
libcore_la_SOURCES += src/core/slot.c src/core/slot.h src/core/hold.c src/core/hold.h
libcore_la_SOURCES += src/core/process.c src/core/process.h src/core/release.c src/core/release.h
libcore_la_SOURCES += src/core/reap.c src/core/reap.h src/core/postern.c src/core/postern.h src/core/token.h
libcore_la_SOURCES += src/core/guard.c src/core/guard.h src/core/emit.c src/core/emit.h
libcore_la_SOURCES += src/core/record/append.c src/core/record/append.h
libcore_la_SOURCES += src/core/event.c src/core/event.h src/core/modules.c src/core/modules.h
libcore_la_SOURCES += src/core/trace.c src/core/trace.h src/core/unwind.c src/core/unwind.h
libcore_la_SOURCES += src/core/cfi.c src/core/cfi.h src/core/arch/frame.h
libcore_la_SOURCES += src/core/clock.c src/core/clock.h
libcore_la_SOURCES += src/core/identity.c src/core/identity.h
libcore_la_SOURCES += src/core/stale.c src/core/stale.h
libcore_la_SOURCES += src/core/census.c src/core/census.h src/core/others.c src/core/others.h
libcore_la_SOURCES += src/core/evidence/group.c src/core/evidence/group.h
libcore_la_SOURCES += src/core/account.c src/core/account.h
libcore_la_SOURCES += src/core/fuzz.c src/core/fuzz.h
libcore_la_SOURCES += src/core/ring.c src/core/ring.h src/core/exits.c src/core/exits.h
libcore_la_SOURCES += src/core/look.c src/core/look.h src/core/vector.c src/core/vector.h
libcore_la_SOURCES += src/core/sync.c src/core/sync.h src/core/reference.c src/core/reference.h

# Assembly: the same file names for each processor. (A tarball gets both lists.)
# vfork.S, syscall.S and syscall.c are the preload library's sources: it has their hooks.
if CPU_X86_64
libcore_la_SOURCES += src/core/arch/x86_64/raw.h src/core/arch/x86_64/frame.h src/core/arch/x86_64/gate.S
endif
if CPU_AARCH64
libcore_la_SOURCES += src/core/arch/aarch64/raw.h src/core/arch/aarch64/frame.h src/core/arch/aarch64/gate.S
endif
