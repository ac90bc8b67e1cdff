/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boundary - where results become what the API promises: errno is set on failure, and only then.
 */
#ifndef VR_BOUNDARY_H
#define VR_BOUNDARY_H

#include "core/contract.h"

/* @result if it is >= 0; else -1, and errno is -@result */
long vr_boundary(long result);

#endif
