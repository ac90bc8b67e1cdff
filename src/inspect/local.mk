# SPDX-License-Identifier: LGPL-2.1-or-later
# What reads another process's state: pidepoch status, top and watch.
noinst_LTLIBRARIES += libinspect.la

libinspect_la_SOURCES = \
	src/inspect/learned.c src/inspect/learned.h \
	src/inspect/leftover.c src/inspect/leftover.h \
	src/inspect/ranges.c src/inspect/ranges.h \
	src/inspect/status.c src/inspect/status.h \
	src/inspect/summary.c src/inspect/summary.h \
	src/inspect/top.c src/inspect/top.h \
	src/inspect/trusted.c src/inspect/trusted.h \
	src/inspect/uses.c src/inspect/uses.h \
	src/inspect/watched.c src/inspect/watched.h
libinspect_la_LIBADD = libsupervisor.la
