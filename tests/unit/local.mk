# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/unit/test_<file>.c tests src/<folder>/<file>.c, with Check. One line for the list and two
# for each:
#
#   UNIT_TESTS += tests/unit/test_tree
#   tests_unit_test_tree_CFLAGS = $(UNIT_CFLAGS)
#   tests_unit_test_tree_LDADD = $(UNIT_LIBS)

UNIT_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
UNIT_LIBS = libcore.la $(CHECK_LIBS)
UNIT_TESTS =
EXTRA_DIST += tests/unit/needs-check.sh

UNIT_TESTS += tests/unit/test_clock
tests_unit_test_clock_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_clock_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_clock_laps
tests_unit_test_clock_laps_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_clock_laps_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_obituary
tests_unit_test_obituary_CFLAGS = $(UNIT_CFLAGS) -pthread
tests_unit_test_obituary_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_identity
tests_unit_test_identity_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_identity_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_identity_describe
tests_unit_test_identity_describe_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_identity_describe_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_verdict
tests_unit_test_verdict_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_verdict_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_moment
tests_unit_test_moment_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_moment_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_binary
tests_unit_test_binary_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_binary_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_parse
tests_unit_test_parse_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_parse_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_files
tests_unit_test_files_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_files_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_table
tests_unit_test_table_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_table_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_segment
tests_unit_test_segment_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_segment_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_evidence
tests_unit_test_evidence_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_evidence_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_rate
tests_unit_test_rate_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_rate_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_append
tests_unit_test_append_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_append_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_arena
tests_unit_test_arena_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_arena_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_fork_events
tests_unit_test_fork_events_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_fork_events_LDADD = libsupervisor.la $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_child_table
tests_unit_test_child_table_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_child_table_LDADD = libsupervisor.la $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_epochs
tests_unit_test_epochs_SOURCES = tests/unit/test_epochs.c tests/support/host.h tests/support/reuse.h
tests_unit_test_epochs_CFLAGS = $(UNIT_CFLAGS) -pthread
tests_unit_test_epochs_LDADD = libsupervisor.la $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_proc
tests_unit_test_proc_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_proc_LDADD = libsupervisor.la $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_end
tests_unit_test_end_CFLAGS = $(UNIT_CFLAGS) -pthread
tests_unit_test_end_LDADD = libsupervisor.la $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_stack_cache
tests_unit_test_stack_cache_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_stack_cache_LDADD = libsupervisor.la $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_notify_filter
tests_unit_test_notify_filter_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_notify_filter_LDADD = libsupervisor.la $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_call
tests_unit_test_call_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_call_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_notice
tests_unit_test_notice_SOURCES = tests/unit/test_notice.c tests/support/host.h
tests_unit_test_notice_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_notice_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_environ
tests_unit_test_environ_SOURCES = tests/unit/test_environ.c tests/support/environ_state.h \
	preload/environ.c preload/environ.h preload/loadable.c preload/loadable.h src/lib/restored.c
tests_unit_test_environ_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_environ_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_environ_musl
tests_unit_test_environ_musl_SOURCES = tests/unit/test_environ_musl.c tests/support/environ_state.h \
	preload/environ.c preload/environ.h preload/loadable.c preload/loadable.h src/lib/restored.c
tests_unit_test_environ_musl_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_environ_musl_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_loadable
tests_unit_test_loadable_SOURCES = tests/unit/test_loadable.c preload/loadable.c preload/loadable.h
tests_unit_test_loadable_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_loadable_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_next
tests_unit_test_next_SOURCES = tests/unit/test_next.c preload/next.c preload/next.h
tests_unit_test_next_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_next_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_fisher
tests_unit_test_fisher_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_fisher_LDADD = libfuzz.la $(CHECK_LIBS)

UNIT_TESTS += tests/unit/test_fuzz_page
tests_unit_test_fuzz_page_SOURCES = tests/unit/test_fuzz_page.c tests/support/host.h
tests_unit_test_fuzz_page_CFLAGS = $(UNIT_CFLAGS) -pthread
tests_unit_test_fuzz_page_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_group
tests_unit_test_group_SOURCES = tests/unit/test_group.c tests/support/group.h tests/support/host.h \
	tests/support/reuse.h
tests_unit_test_group_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_group_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_guard
tests_unit_test_guard_SOURCES = tests/unit/test_guard.c tests/support/births.h tests/support/host.h
tests_unit_test_guard_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_guard_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_guard_pidfd
tests_unit_test_guard_pidfd_SOURCES = tests/unit/test_guard_pidfd.c tests/support/births.h tests/support/host.h
tests_unit_test_guard_pidfd_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_guard_pidfd_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_guard_stale
tests_unit_test_guard_stale_SOURCES = tests/unit/test_guard_stale.c tests/support/births.h tests/support/host.h
tests_unit_test_guard_stale_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_guard_stale_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_hold
tests_unit_test_hold_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_hold_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_frame
tests_unit_test_frame_SOURCES = tests/unit/test_frame.c tests/support/births.h tests/support/host.h
tests_unit_test_frame_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_frame_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_frame_births
tests_unit_test_frame_births_SOURCES = tests/unit/test_frame_births.c tests/support/births.h tests/support/host.h
tests_unit_test_frame_births_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_frame_births_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_frame_memory
tests_unit_test_frame_memory_SOURCES = tests/unit/test_frame_memory.c tests/support/births.h tests/support/host.h
tests_unit_test_frame_memory_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_frame_memory_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_vanish
tests_unit_test_vanish_SOURCES = tests/unit/test_vanish.c tests/support/host.h
tests_unit_test_vanish_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_vanish_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_reap
tests_unit_test_reap_SOURCES = tests/unit/test_reap.c tests/support/host.h
tests_unit_test_reap_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_reap_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_reap_peek
tests_unit_test_reap_peek_SOURCES = tests/unit/test_reap_peek.c tests/support/host.h
tests_unit_test_reap_peek_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_reap_peek_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_reap_threads
tests_unit_test_reap_threads_SOURCES = tests/unit/test_reap_threads.c tests/support/host.h
tests_unit_test_reap_threads_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_reap_threads_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_release
tests_unit_test_release_SOURCES = tests/unit/test_release.c tests/support/host.h tests/support/unwinding.h
tests_unit_test_release_CFLAGS = $(UNIT_CFLAGS) -pthread
tests_unit_test_release_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_settings
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c src/lib/settings.c src/lib/settings.h \
	src/lib/libc/glibc/start.c src/lib/libc/start.h
tests_unit_test_settings_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_settings_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_slot
tests_unit_test_slot_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_slot_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_text
tests_unit_test_text_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_text_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_tree
tests_unit_test_tree_SOURCES = tests/unit/test_tree.c tests/libfuzzer/tree_model.c tests/libfuzzer/tree_model.h
tests_unit_test_tree_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_tree_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_wrap_proof
tests_unit_test_wrap_proof_SOURCES = tests/unit/test_wrap_proof.c tests/support/host.h
tests_unit_test_wrap_proof_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_wrap_proof_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_foreign
tests_unit_test_foreign_SOURCES = tests/unit/test_foreign.c tests/support/host.h
tests_unit_test_foreign_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_foreign_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_sync_point
tests_unit_test_sync_point_SOURCES = tests/unit/test_sync_point.c tests/support/host.h
tests_unit_test_sync_point_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_sync_point_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_reference
tests_unit_test_reference_SOURCES = tests/unit/test_reference.c tests/support/host.h tests/support/references.h
tests_unit_test_reference_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_reference_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_reference_pins
tests_unit_test_reference_pins_SOURCES = tests/unit/test_reference_pins.c tests/support/host.h tests/support/references.h
tests_unit_test_reference_pins_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_reference_pins_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ring
tests_unit_test_ring_SOURCES = tests/unit/test_ring.c tests/support/host.h
tests_unit_test_ring_CFLAGS = $(UNIT_CFLAGS) -pthread
tests_unit_test_ring_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_exit_watch
tests_unit_test_exit_watch_SOURCES = tests/unit/test_exit_watch.c tests/support/host.h
tests_unit_test_exit_watch_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_exit_watch_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_waitpidv
tests_unit_test_waitpidv_SOURCES = tests/unit/test_waitpidv.c tests/support/host.h tests/support/reuse.h
tests_unit_test_waitpidv_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_waitpidv_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_unwind
tests_unit_test_unwind_SOURCES = tests/unit/test_unwind.c tests/support/host.h tests/support/unwinding.h
tests_unit_test_unwind_CFLAGS = $(UNIT_CFLAGS) -fno-omit-frame-pointer -pthread
tests_unit_test_unwind_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_trace
tests_unit_test_trace_SOURCES = tests/unit/test_trace.c tests/support/host.h tests/support/unwinding.h
tests_unit_test_trace_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_trace_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_modules
tests_unit_test_modules_SOURCES = tests/unit/test_modules.c tests/support/host.h
tests_unit_test_modules_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_modules_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_maps
tests_unit_test_maps_SOURCES = tests/unit/test_maps.c tests/support/host.h
tests_unit_test_maps_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_maps_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_mechanisms
tests_unit_test_mechanisms_SOURCES = tests/unit/test_mechanisms.c tests/support/host.h
tests_unit_test_mechanisms_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_mechanisms_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_event
tests_unit_test_event_SOURCES = tests/unit/test_event.c tests/support/host.h tests/support/unwinding.h
tests_unit_test_event_CFLAGS = $(UNIT_CFLAGS) -fno-omit-frame-pointer -pthread
tests_unit_test_event_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_json
tests_unit_test_json_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_json_LDADD = libreport.la $(CHECK_LIBS)

UNIT_TESTS += tests/unit/test_json_write
tests_unit_test_json_write_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_json_write_LDADD = libreport.la $(CHECK_LIBS)

UNIT_TESTS += tests/unit/test_findings
tests_unit_test_findings_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_findings_LDADD = libreport.la $(CHECK_LIBS)

# The assembly. vfork and syscall are the preload library's: their tests bring hooks of their own.
UNIT_TESTS += tests/unit/test_gate
tests_unit_test_gate_SOURCES = tests/unit/test_gate.c tests/support/tracer.h
tests_unit_test_gate_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_gate_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_vfork
tests_unit_test_vfork_SOURCES = tests/unit/test_vfork.c tests/support/tracer.h
tests_unit_test_vfork_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_vfork_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_syscall
tests_unit_test_syscall_SOURCES = tests/unit/test_syscall.c preload/arch/syscall.c
tests_unit_test_syscall_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_syscall_LDADD = $(UNIT_LIBS)

if CPU_X86_64
tests_unit_test_vfork_SOURCES += preload/arch/x86_64/vfork.S
tests_unit_test_syscall_SOURCES += preload/arch/x86_64/vfork.S preload/arch/x86_64/syscall.S
endif
if CPU_AARCH64
tests_unit_test_vfork_SOURCES += preload/arch/aarch64/vfork.S
tests_unit_test_syscall_SOURCES += preload/arch/aarch64/vfork.S preload/arch/aarch64/syscall.S
endif

if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
else
TESTS += tests/unit/needs-check.sh
endif
EXTRA_DIST += tests/support/births.h tests/support/environ_state.h tests/support/group.h \
	tests/support/host.h tests/support/references.h tests/support/reuse.h tests/support/unwinding.h
