# SPDX-License-Identifier: LGPL-2.1-or-later
# bin/pidepoch: a file per command.
bin_PROGRAMS += pidepoch

# The PE_BUILT_* are told from the folder that the binary is built in; see src/cli/paths.c.
pidepoch_CPPFLAGS = $(AM_CPPFLAGS) -DPE_BINDIR='"$(bindir)"' -DPE_LIBDIR='"$(preloaddir)"' \
	-DPE_LIBEXECDIR='"$(libexecdir)"' \
	-DPE_BUILT_LIBDIR='".libs"' -DPE_BUILT_LIBEXECDIR='"tests/programs"'
pidepoch_SOURCES = \
	src/cli/main.c src/cli/commands.h src/cli/completion.c \
	src/cli/run.c src/cli/init.c src/cli/init.h src/cli/outcome.c src/cli/outcome.h \
	src/cli/report.c \
	src/cli/program.c src/cli/program.h \
	src/cli/demo.c \
	src/cli/doctor.c \
	src/cli/libraries.c src/cli/libraries.h \
	src/cli/loads.c src/cli/loads.h \
	src/cli/fuzz.c \
	src/cli/scenario.c src/cli/scenario.h \
	src/cli/status.c \
	src/cli/top.c src/cli/top.h \
	src/cli/watch.c src/cli/watch_print.c src/cli/watch_print.h \
	src/cli/follow.c src/cli/follow.h \
	src/cli/supervise.c src/cli/supervise.h \
	src/cli/demo_table.c src/cli/demo_table.h \
	src/cli/vrange.c src/cli/vrange.h src/vrange/cgroup.c src/vrange/cgroup.h \
	src/cli/needed.c src/cli/needed.h src/cli/paths.c src/cli/paths.h
pidepoch_LDADD = libfuzz.la libinspect.la libsupervisor.la libreport.la libcommand.la
# The live view needs ncurses; without it, top prints the list once.
if HAVE_NCURSES
pidepoch_SOURCES += src/cli/top_screen.c
pidepoch_CPPFLAGS += $(NCURSES_CFLAGS)
pidepoch_LDADD += $(NCURSES_LIBS)
else
pidepoch_SOURCES += src/cli/top_screen_none.c
endif
# once, and not again in the monitor and in each worker
pidepoch_LDFLAGS = -Wl,-z,now

# the completions, from the table of options
if NATIVE
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_bashcompletion_DATA = completions/pidepoch
nodist_zshcompletion_DATA = completions/_pidepoch
nodist_fishcompletion_DATA = completions/pidepoch.fish
COMPLETIONS = completions/pidepoch completions/_pidepoch completions/pidepoch.fish
CLEANFILES += $(COMPLETIONS)

$(COMPLETIONS): pidepoch$(EXEEXT)
	@$(MKDIR_P) completions
	$(AM_V_GEN)case $@ in */_*) shell=zsh ;; *.fish) shell=fish ;; *) shell=bash ;; esac; \
	./pidepoch$(EXEEXT) completion $$shell >$@.new && mv $@.new $@
endif
