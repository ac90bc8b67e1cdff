# SPDX-License-Identifier: LGPL-2.1-or-later
# The programs that tests and the demo run: unmodified, not linked with anything of ours.
