# SPDX-License-Identifier: LGPL-2.1-or-later
# Benchmarks: each program prints one figure, and bench.py makes rows of them: ratios with their
# spread.
bench_programs = bench/fork bench/hostile bench/kill bench/memory bench/notify bench/open bench/server bench/stack bench/vrange bench/vrange_cache bench/waitpidv
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
EXTRA_DIST += bench/alone.c bench/bench.py bench/groups.py bench/groups_more.py bench/hostile_users bench/notes.py bench/plot.py bench/sample.py bench/speed.py

bench_fork_SOURCES = bench/fork.c bench/block.h
bench_hostile_SOURCES = bench/hostile.c tests/supervisor/slow_page.h
bench_hostile_LDFLAGS = -all-static
bench_kill_SOURCES = bench/kill.c bench/block.h
bench_memory_SOURCES = bench/memory.c
bench_notify_SOURCES = bench/notify.c
bench_notify_LDFLAGS = -all-static
bench_open_SOURCES = bench/open.c bench/block.h
bench_server_SOURCES = bench/server.c
bench_server_LDFLAGS = -all-static
bench_stack_SOURCES = bench/stack.c
bench_stack_LDADD = libcore.la
bench_vrange_SOURCES = bench/vrange.c
bench_vrange_LDADD = libvrange.la
bench_vrange_cache_SOURCES = bench/vrange_cache.c tests/vrange/pressure.c tests/vrange/pressure.h
bench_vrange_cache_LDADD = libvrange.la
bench_waitpidv_SOURCES = bench/waitpidv.c
bench_waitpidv_LDADD = libpidepoch.la

# BENCH='--rounds=5 library fuzz' measures less. A build from a compiler's cache would be too short.
bench: all $(bench_programs) tests/report/misuses
	@$(project_env) CCACHE_DISABLE=1 PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 '$(srcdir)/bench/bench.py' --out='$(builddir)/bench/results' $(BENCH)

# docs/speed.md and its plots, of the last `make bench`
speed-page:
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 '$(srcdir)/bench/speed.py' '$(builddir)/bench/results' '$(srcdir)/docs'

PHONY += bench speed-page
