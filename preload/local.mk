# SPDX-License-Identifier: LGPL-2.1-or-later
# libpidepoch-preload.so: thin interposers. A module: no version in its name, no archive.
preload_LTLIBRARIES = libpidepoch-preload.la

libpidepoch_preload_la_SOURCES = preload/real.c preload/real.h preload/next.c preload/next.h \
	preload/environ.c preload/environ.h preload/exec.c preload/filter.c preload/filter.h preload/fork.c preload/message.c preload/prctl.c preload/prctl.h preload/signal.c \
	preload/spawn.c preload/spawns.h preload/syscall.c preload/vfork.c preload/wait.c preload/wait.h

# What puts the library into the environment of the programs that are executed.
libpidepoch_preload_la_SOURCES += preload/loadable.c preload/loadable.h preload/shell.c preload/system.c preload/system.h

# What tells a program a number, and what else takes one.
libpidepoch_preload_la_SOURCES += preload/attributes.c preload/learn.c preload/learn.h \
	preload/learn_descriptor.c preload/learn_path.c preload/learn_signal.c \
	preload/learn_stream.c preload/sigaction.c

# Wrappers that must be assembly.
libpidepoch_preload_la_SOURCES += preload/arch/syscall.c preload/arch/syscall.h preload/arch/vfork.h
if CPU_X86_64
libpidepoch_preload_la_SOURCES += preload/arch/x86_64/syscall.S preload/arch/x86_64/vfork.S
endif
if CPU_AARCH64
libpidepoch_preload_la_SOURCES += preload/arch/aarch64/syscall.S preload/arch/aarch64/vfork.S
endif

# What differs between C libraries: the same file names for each. (A tarball gets both lists.)
libpidepoch_preload_la_SOURCES += preload/libc/loaders.h preload/libc/names.h
if LIBC_GLIBC
libpidepoch_preload_la_SOURCES += preload/libc/glibc/names.c preload/libc/glibc/spawn.c
endif
if LIBC_MUSL
libpidepoch_preload_la_SOURCES += preload/libc/musl/names.c
endif
libpidepoch_preload_la_CFLAGS = $(LIBRARY_CFLAGS)
libpidepoch_preload_la_CCASFLAGS = $(LIBRARY_CCASFLAGS)


# It has the API and the state in it, under the names and versions of libpidepoch.so: a preloaded
# program that is linked with that library finds them here first, so there is one state whatever the
# program links (src/lib/state.c). And one library is mapped instead of two: each mapping costs
# every fork of every preloaded program.
libpidepoch_preload_la_LIBADD = libcore.la libstate.la
# Without the compiler's start files, which would write another page at each start and look up five
# names.
libpidepoch_preload_la_LDFLAGS = $(LIBRARY_LDFLAGS) -module -avoid-version -shared -Wc,-nostartfiles \
	-Wl,-Bsymbolic-functions -Wl,--dynamic-list=$(srcdir)/src/lib/dynamic.list \
	-Wl,--version-script=$(srcdir)/src/lib/libpidepoch.map $(spawn_map)
EXTRA_libpidepoch_preload_la_DEPENDENCIES = src/lib/libpidepoch.map src/lib/dynamic.list preload/spawn-x86_64.map

# glibc has two posix_spawn on this processor. The nodes are glibc's own: what is in none of them is
# unversioned and interposes every version; a node of our own name would make glibc pass over all
# that it holds.
if LIBC_GLIBC
if CPU_X86_64
spawn_map = -Wl,--version-script=$(srcdir)/preload/spawn-x86_64.map
endif
endif
EXTRA_DIST += preload/spawn-x86_64.map src/lib/dynamic.list
