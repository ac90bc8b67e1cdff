/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loaders - the dynamic loaders of this processor, by the last part of their paths.
 *
 * Each C library has a build of this library, since each lacks symbols of the other:
 *
 *   DIR/libpidepoch-preload.so   DIR/musl/libpidepoch-preload.so
 */
#ifndef PE_PRELOAD_LIBC_LOADERS_H
#define PE_PRELOAD_LIBC_LOADERS_H

#include <features.h>

#ifdef __x86_64__
#define PE_LOADER_GLIBC "ld-linux-x86-64.so.2"
#define PE_LOADER_MUSL	"ld-musl-x86_64.so.1"
#else
#define PE_LOADER_GLIBC "ld-linux-aarch64.so.1"
#define PE_LOADER_MUSL	"ld-musl-aarch64.so.1"
#endif

#define PE_LOADERS_MUSL_FOLDER "musl/"

#ifdef __GLIBC__
#define PE_LOADERS_ARE_MUSL false
#else
#define PE_LOADERS_ARE_MUSL true
#endif

#endif
