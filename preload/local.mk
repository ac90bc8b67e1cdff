# SPDX-License-Identifier: LGPL-2.1-or-later
# libpidepoch-preload.so: thin interposers. A module: no version in its name, no archive.
lib_LTLIBRARIES += libpidepoch-preload.la

libpidepoch_preload_la_SOURCES = preload/real.c preload/real.h \
	preload/environ.c preload/environ.h preload/exec.c preload/fork.c preload/signal.c \
	preload/spawn.c preload/syscall.c preload/vfork.c preload/wait.c preload/wait.h

# Wrappers that must be assembly, and stateless leaves of the engine: everything with a state is in libpidepoch.so.
libpidepoch_preload_la_SOURCES += src/core/text.c \
	src/core/arch/syscall.c src/core/arch/syscall.h src/core/arch/vfork.h
if CPU_X86_64
libpidepoch_preload_la_SOURCES += src/core/arch/x86_64/syscall.S src/core/arch/x86_64/vfork.S
endif
if CPU_AARCH64
libpidepoch_preload_la_SOURCES += src/core/arch/aarch64/syscall.S src/core/arch/aarch64/vfork.S
endif
libpidepoch_preload_la_CFLAGS = $(LIBRARY_CFLAGS)
libpidepoch_preload_la_CCASFLAGS = $(LIBRARY_CCASFLAGS)
libpidepoch_preload_la_LIBADD =

# libpidepoch.so is given to the linker by name, not to libtool as an .la: libtool would link a second time at
# install, and then refuse `make install prefix=...`. $ORIGIN finds it beside us, built or installed.
libpidepoch_preload_la_DEPENDENCIES = libpidepoch.la
libpidepoch_preload_la_LDFLAGS = $(LIBRARY_LDFLAGS) -module -avoid-version -shared \
	'-Wl,-rpath,$$ORIGIN' -Wl,--enable-new-dtags -Wl,.libs/libpidepoch.so $(preload_map)

# glibc has two posix_spawn on this processor. The nodes are glibc's own: what is in none of them is unversioned
# and interposes every version; a node of our own name would make glibc pass over all that it holds.
if CPU_X86_64
preload_map = -Wl,--version-script=$(srcdir)/preload/spawn-x86_64.map
EXTRA_libpidepoch_preload_la_DEPENDENCIES = preload/spawn-x86_64.map
endif
EXTRA_DIST += preload/spawn-x86_64.map
