# SPDX-License-Identifier: LGPL-2.1-or-later
# What the commands share: messages, exit statuses, numbers, private pid namespaces.
noinst_LTLIBRARIES += libcommand.la

libcommand_la_SOURCES = \
	src/command/colour.c src/command/colour.h \
	src/command/exit_status.h \
	src/command/kernel.h \
	src/command/message.c src/command/message.h \
	src/command/namespace.c src/command/namespace.h \
	src/command/number.c src/command/number.h \
	src/command/options.c src/command/options.h src/command/options_table.c
