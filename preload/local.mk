# SPDX-License-Identifier: LGPL-2.1-or-later
# libpidepoch-preload.so: thin interposers.

libpidepoch_preload_la_CFLAGS = $(LIBRARY_CFLAGS)
libpidepoch_preload_la_CCASFLAGS = $(LIBRARY_CCASFLAGS)
