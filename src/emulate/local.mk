# SPDX-License-Identifier: LGPL-2.1-or-later
# The calls that no kernel has, by number: the worker of the supervisor serves them.
libsupervisor_la_SOURCES += \
	src/emulate/emulated.c src/emulate/emulated.h \
	src/emulate/entries.c src/emulate/entries.h \
	src/emulate/epochs.c src/emulate/epochs.h \
	src/emulate/points.c src/emulate/points.h \
	src/emulate/ranges.c src/emulate/ranges.h \
	src/emulate/waitfd.c src/emulate/waitfd.h
