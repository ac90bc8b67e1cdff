# SPDX-License-Identifier: LGPL-2.1-or-later
# The Python module, by the interpreter of the system.
PYTHON_TESTS = \
	tests/python/manual.py \
	tests/python/missing.py \
	tests/python/references.py \
	tests/python/reuse.py \
	tests/python/types.sh \
	tests/python/vranges.py \
	tests/python/waits.py
dist_check_SCRIPTS += $(PYTHON_TESTS)
dist_check_DATA += tests/python/twice.py
TESTS += $(PYTHON_TESTS)

EXTRA_DIST += docs/python.md python/pyproject.toml python/pidepoch/__init__.py \
	python/pidepoch/_epochs.py python/pidepoch/_library.py python/pidepoch/_reference.py \
	python/pidepoch/_start.py python/pidepoch/_wait.py python/pidepoch/py.typed \
	python/pidepoch/vrange.py
