# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs of musl: mixed.sh is in make check; make check-musl runs other tests built with musl.
MUSL_TESTS = tests/musl/mixed.sh
dist_check_SCRIPTS += $(MUSL_TESTS)
TESTS += $(MUSL_TESTS)
SLOW_TESTS += $(MUSL_TESTS)
EXTRA_DIST += build-aux/check-musl tests/musl/error.h tests/musl/headers.sh tests/musl/program.c \
	tests/musl/programs.list

check-musl: all dist
	@cd '$(abs_top_builddir)' && $(project_env) bash '$(abs_top_srcdir)/build-aux/check-musl' $(distdir).tar.xz
PHONY += check-musl
