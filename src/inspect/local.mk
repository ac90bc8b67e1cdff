# SPDX-License-Identifier: LGPL-2.1-or-later
# What reads another process's library state: pidepoch status.
noinst_LTLIBRARIES += libinspect.la

libinspect_la_SOURCES = \
	src/inspect/learned.c src/inspect/learned.h \
	src/inspect/ranges.c src/inspect/ranges.h \
	src/inspect/status.c src/inspect/status.h \
	src/inspect/summary.c src/inspect/summary.h \
	src/inspect/top.c src/inspect/top.h
libinspect_la_LIBADD = libsupervisor.la
