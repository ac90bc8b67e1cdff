# SPDX-License-Identifier: LGPL-2.1-or-later
# What the command does outside the programs that it runs: whatever of the kernel it needs is tried and used here.
noinst_LTLIBRARIES += libsupervisor.la

libsupervisor_la_SOURCES = \
	src/supervisor/notify.c src/supervisor/notify.h \
	src/supervisor/probe.c src/supervisor/probe.h
