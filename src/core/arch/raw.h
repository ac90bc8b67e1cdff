/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * raw - the bare system call of this CPU, as pe_raw6(). No other file tests for the CPU.
 */
#ifndef PE_CORE_ARCH_RAW_H
#define PE_CORE_ARCH_RAW_H

#if defined(__x86_64__) && defined(__LP64__)
#include "core/arch/x86_64/raw.h"
#elif defined(__aarch64__) && defined(__LP64__)
#include "core/arch/aarch64/raw.h"
#else
#error "pidepoch knows x86-64 and aarch64"
#endif

#endif
