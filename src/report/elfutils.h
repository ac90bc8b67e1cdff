/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elfutils - libdw, loaded by dlopen() when the first file is read. If the command were linked with
 * libdw, every `pidepoch run` would load it and the four libraries that it needs, and copy their
 * pages at each fork, without using them.
 */
#ifndef PE_REPORT_ELFUTILS_H
#define PE_REPORT_ELFUTILS_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>

#define PE_ELFUTILS(X)                                                                             \
	X(dwarf_attr)                                                                              \
	X(dwarf_attr_integrate)                                                                    \
	X(dwarf_filesrc)                                                                           \
	X(dwarf_formstring)                                                                        \
	X(dwarf_formudata)                                                                         \
	X(dwarf_getscopes)                                                                         \
	X(dwarf_getscopes_die)                                                                     \
	X(dwarf_getsrc_die)                                                                        \
	X(dwarf_getsrcfiles)                                                                       \
	X(dwarf_haspc)                                                                             \
	X(dwarf_lineno)                                                                            \
	X(dwarf_linesrc)                                                                           \
	X(dwarf_tag)                                                                               \
	X(dwfl_begin)                                                                              \
	X(dwfl_build_id_find_elf)                                                                  \
	X(dwfl_end)                                                                                \
	X(dwfl_module_addrdie)                                                                     \
	X(dwfl_module_addrname)                                                                    \
	X(dwfl_module_build_id)                                                                    \
	X(dwfl_module_getelf)                                                                      \
	X(dwfl_module_nextcu)                                                                      \
	X(dwfl_offline_section_address)                                                            \
	X(dwfl_report_begin)                                                                       \
	X(dwfl_report_end)                                                                         \
	X(dwfl_report_offline)                                                                     \
	X(dwfl_standard_find_debuginfo)                                                            \
	X(elf_getphdrnum)                                                                          \
	X(gelf_getphdr)

struct pe_elfutils {
#define PE_ELFUTILS_MEMBER(name) __typeof__(name) *name;
	PE_ELFUTILS(PE_ELFUTILS_MEMBER)
#undef PE_ELFUTILS_MEMBER
};

/* The functions of libdw; NULL: it is not installed. */
const struct pe_elfutils *pe_elfutils_get(void);

#endif
