# SPDX-License-Identifier: LGPL-2.1-or-later
# The report's page in a browser: apart from the other tests, because a browser is a large package.
EXTRA_DIST += tests/page/page.sh
CLEANFILES += tests/page/page.png

check-page: all tests/preload/event_victim
	@$(MKDIR_P) tests/page
	@export LC_ALL=C $(project_env); $(SHELL) '$(srcdir)/tests/page/page.sh' && echo 'PASS: tests/page/page.sh'

.PHONY: check-page
