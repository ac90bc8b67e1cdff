# SPDX-License-Identifier: LGPL-2.1-or-later
# bin/pidepoch: one file per verb.

pidepoch_CPPFLAGS = $(AM_CPPFLAGS) -DPE_LIBDIR='"$(libdir)"'
