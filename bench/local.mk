# SPDX-License-Identifier: LGPL-2.1-or-later
# Benchmarks: native and guarded in turn, ratios with spread. each script is an entry of its own.
bench_programs = bench/fork bench/kill bench/memory bench/notify bench/server bench/stack bench/waitpidv
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
EXTRA_DIST += bench/rows.sh bench/run bench/many bench/supervisor bench/build bench/fuzz bench/report

bench_fork_SOURCES = bench/fork.c
bench_kill_SOURCES = bench/kill.c
bench_memory_SOURCES = bench/memory.c
bench_notify_SOURCES = bench/notify.c
bench_notify_LDFLAGS = -all-static
bench_server_SOURCES = bench/server.c
bench_server_LDFLAGS = -all-static
bench_stack_SOURCES = bench/stack.c
bench_stack_LDADD = libcore.la
bench_waitpidv_SOURCES = bench/waitpidv.c
bench_waitpidv_LDADD = libpidepoch.la

bench: all $(bench_programs) tests/report/misuses
	@$(project_env) '$(srcdir)/bench/run'
	@$(project_env) '$(srcdir)/bench/many'
	@$(project_env) '$(srcdir)/bench/supervisor'
	@$(project_env) '$(srcdir)/bench/build'
	@$(project_env) '$(srcdir)/bench/fuzz'
	@$(project_env) '$(srcdir)/bench/report'

.PHONY: bench
