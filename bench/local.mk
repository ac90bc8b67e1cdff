# SPDX-License-Identifier: LGPL-2.1-or-later
# Benchmarks: native and guarded in turn, ratios with spread. bench/run is the one entry.

bench: all
	@$(house_env) '$(srcdir)/bench/run'

.PHONY: bench
