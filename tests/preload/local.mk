# SPDX-License-Identifier: LGPL-2.1-or-later
# Behaviour of programs under the preload library: one promise per file, C or sh; 77 skips and says why.
