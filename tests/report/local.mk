# SPDX-License-Identifier: LGPL-2.1-or-later
# The report's page in a browser: apart from the other tests, because a browser is a large package.
EXTRA_DIST += tests/report/page.sh
CLEANFILES += tests/report/page.png

check-page: all tests/report/misuses
	@$(MKDIR_P) tests/report
	@export LC_ALL=C $(project_env); $(SHELL) '$(srcdir)/tests/report/page.sh' && echo 'PASS: tests/report/page.sh'

PHONY += check-page
