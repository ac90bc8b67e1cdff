# SPDX-License-Identifier: LGPL-2.1-or-later
# The engine: a convenience library that goes whole into libpidepoch.so.
noinst_LTLIBRARIES += libcore.la

# no arrays of run-time length: a handler's stack may be small
libcore_la_CFLAGS = $(LIBRARY_CFLAGS) -Wvla
libcore_la_CCASFLAGS = $(LIBRARY_CCASFLAGS)
libcore_la_SOURCES =
libcore_la_SOURCES += src/core/contract.h src/core/sys.h src/core/arch/raw.h
libcore_la_SOURCES += src/core/arch/gate.c src/core/arch/gate.h src/core/libc/types.h
libcore_la_SOURCES += src/core/call.c src/core/call.h
libcore_la_SOURCES += src/core/maps.c src/core/maps.h src/core/mechanisms.c src/core/mechanisms.h
libcore_la_SOURCES += src/core/memory/arena.c src/core/memory/arena.h src/core/memory/tree.c src/core/memory/tree.h
libcore_la_SOURCES += src/core/memory/slot.c src/core/memory/slot.h src/core/memory/hold.c src/core/memory/hold.h
libcore_la_SOURCES += src/core/memory/obituary.c src/core/memory/obituary.h
libcore_la_SOURCES += src/core/frame/frame.c src/core/frame/frame.h src/core/frame/settings.h src/core/frame/use.h
libcore_la_SOURCES += src/core/engine/birth.c src/core/engine/birth.h src/core/engine/release.c src/core/engine/release.h
libcore_la_SOURCES += src/core/engine/share.c src/core/engine/share.h
libcore_la_SOURCES += src/core/engine/fuzz_use.c src/core/engine/fuzz_use.h
libcore_la_SOURCES += src/core/engine/hidden.c src/core/engine/hidden.h
libcore_la_SOURCES += src/core/engine/vanish.c src/core/engine/vanish.h
libcore_la_SOURCES += src/core/engine/reap.c src/core/engine/reap.h src/core/engine/act.c src/core/engine/act.h src/core/token.h
libcore_la_SOURCES += src/core/engine/guard.c src/core/engine/guard.h src/core/record/notice.c src/core/record/notice.h
libcore_la_SOURCES += src/core/record/fields.c src/core/record/fields.h
libcore_la_SOURCES += src/core/record/append.c src/core/record/append.h
libcore_la_SOURCES += src/core/record/rate.c src/core/record/rate.h src/core/record/tally.c src/core/record/tally.h
libcore_la_SOURCES += src/core/record/describe.c src/core/record/describe.h
libcore_la_SOURCES += src/core/record/event.c src/core/record/event.h src/core/record/modules.c src/core/record/modules.h
libcore_la_SOURCES += src/core/stack/trace.c src/core/stack/trace.h src/core/stack/unwind.c src/core/stack/unwind.h
libcore_la_SOURCES += src/core/stack/cfi.c src/core/stack/cfi.h src/core/arch/registers.h
libcore_la_SOURCES += src/core/time/clock.c src/core/time/clock.h
libcore_la_SOURCES += src/core/time/identity.c src/core/time/identity.h
libcore_la_SOURCES += src/core/frame/verdict.c src/core/frame/verdict.h
libcore_la_SOURCES += src/core/evidence/table.c src/core/evidence/table.h
libcore_la_SOURCES += src/core/evidence/segment.c src/core/evidence/segment.h
libcore_la_SOURCES += src/core/evidence/ancestry.c src/core/evidence/ancestry.h
libcore_la_SOURCES += src/core/evidence/parse.c src/core/evidence/parse.h
libcore_la_SOURCES += src/core/evidence/files.c src/core/evidence/files.h
libcore_la_SOURCES += src/core/evidence/evidence.c src/core/evidence/evidence.h
libcore_la_SOURCES += src/core/evidence/words.c src/core/evidence/words.h src/core/evidence/seen.c
libcore_la_SOURCES += src/core/evidence/input.c
libcore_la_SOURCES += src/core/evidence/streams.c src/core/evidence/streams.h
libcore_la_SOURCES += src/core/evidence/binary.c src/core/evidence/binary.h
libcore_la_SOURCES += src/core/engine/judge.c src/core/engine/judge.h
libcore_la_SOURCES += src/core/time/wrap_proof.c src/core/time/wrap_proof.h src/core/time/foreign.c src/core/time/foreign.h
libcore_la_SOURCES += src/core/reference/killpg.c src/core/reference/killpg.h
libcore_la_SOURCES += src/core/reference/since.c src/core/reference/since.h
libcore_la_SOURCES += src/core/evidence/group.c src/core/evidence/group.h
libcore_la_SOURCES += src/core/evidence/handle.c src/core/evidence/handle.h
libcore_la_SOURCES += src/core/frame/stats.c src/core/frame/stats.h
libcore_la_SOURCES += src/core/engine/fuzz_page.c src/core/engine/fuzz_page.h
libcore_la_SOURCES += src/core/reference/ring.c src/core/reference/ring.h src/core/reference/exit_watch.c src/core/reference/exit_watch.h
libcore_la_SOURCES += src/core/reference/thread_watch.c src/core/reference/thread_watch.h
libcore_la_SOURCES += src/core/reference/wait_entry.c src/core/reference/wait_entry.h src/core/reference/waitpidv.c src/core/reference/waitpidv.h src/core/reference/waitpidv_sleep.c
libcore_la_SOURCES += src/core/frame/sync_point.c src/core/frame/sync_point.h src/core/reference/reference.c src/core/reference/reference.h

# What runs at the start of each program comes last, and the libraries put it beside
# src/lib/state.c: a start maps the pages around each page that it touches (tests/lint/segments.sh).
libcore_la_SOURCES += src/core/text.c src/core/text.h src/core/program_name.c src/core/program_name.h
libcore_la_SOURCES += src/core/frame/policy.c src/core/frame/policy.h
libcore_la_SOURCES += src/core/time/moment.c src/core/time/moment.h src/core/evidence/arguments.c
libcore_la_SOURCES += src/core/record/sink.c src/core/record/sink.h

# Assembly: the same file names for each processor. (A tarball gets both lists.)
# vfork.S, syscall.S and syscall.c are the preload library's sources: it has their hooks.
if CPU_X86_64
libcore_la_SOURCES += src/core/arch/x86_64/raw.h src/core/arch/x86_64/registers.h src/core/arch/x86_64/gate.S
endif
if CPU_AARCH64
libcore_la_SOURCES += src/core/arch/aarch64/raw.h src/core/arch/aarch64/registers.h src/core/arch/aarch64/gate.S
endif
libcore_la_SOURCES += src/core/reference/released.c src/core/reference/released.h
