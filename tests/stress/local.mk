# SPDX-License-Identifier: LGPL-2.1-or-later
# Promises under load. With PIDEPOCH_QUICK set (distcheck runs everything a second time) fewer rounds do.
