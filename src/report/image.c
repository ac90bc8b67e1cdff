// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/image.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/elfutils.h"

struct pe_image {
	Dwfl *dwfl;
	Dwfl_Module *module;
	Elf *elf;
	GElf_Addr bias; /* added to addresses of the file */
	uint64_t code;	/* offset of the executable mapping, in the mapped file */
};

static const struct pe_elfutils *dw; /* set by the first open */

static const char *folder =
	"/usr/lib/debug"; /* the second folder; the first is the user's, or this one again */

/* --- the file --- */

static bool has_build_id(Dwfl_Module *module, const char *wanted)
{
	const unsigned char *bits;
	GElf_Addr at;
	int n = dw->dwfl_module_build_id(module, &bits, &at);
	char text[2 * 64 + 1] = "";

	if (!*wanted)
		return true;
	for (int i = 0; i < n && i < 64; i++)
		sprintf(text + (size_t)2 * (size_t)i, "%02x", bits[i]);
	return strcmp(text, wanted) == 0;
}

/* The path comes from an event, and may be of any file type: O_NONBLOCK, so that nothing blocks. */
static int open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* libdwfl opens any file that a module names as its debug file. */
static bool may_open(const char *top, const char *within, const char *below, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s%s%s/%s", top, within, below, name) < PATH_MAX &&
	       (stat(path, &st) != 0 || S_ISREG(st.st_mode));
}

static int find_debuginfo(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **found)
{
	char within[PATH_MAX];
	const char *slash = file ? strrchr(file, '/') : NULL;

	snprintf(within, sizeof(within), "%.*s", slash ? (int)(slash - file) : 0, file ? file : "");
	if (link &&
	    (!may_open("", "", "", link) || !may_open("", within, "", link) ||
	     !may_open("", within, "/.debug", link) || !may_open(folder, within, "", link) ||
	     !may_open("/usr/lib/debug", within, "", link)))
		return -1;
	return dw->dwfl_standard_find_debuginfo(module, user, name, base, file, link, crc, found);
}

static bool load(struct pe_image *image, const char *path, const char *build_id)
{
	int fd;
	static char debug_path[PATH_MAX + 64], *debug_paths = debug_path;
	static Dwfl_Callbacks callbacks;

	callbacks = (Dwfl_Callbacks){
		.find_elf = dw->dwfl_build_id_find_elf,
		.find_debuginfo = find_debuginfo,
		.section_address = dw->dwfl_offline_section_address,
		.debuginfo_path = &debug_paths,
	};
	snprintf(debug_path, sizeof(debug_path), ":.debug:%s:/usr/lib/debug", folder);
	fd = open_regular(path);
	if (fd < 0)
		return false;
	image->dwfl = dw->dwfl_begin(&callbacks);
	if (!image->dwfl) {
		close(fd);
		return false;
	}
	dw->dwfl_report_begin(image->dwfl);
	image->module = dw->dwfl_report_offline(image->dwfl, path, path, fd);
	if (!image->module)
		close(fd); /* otherwise the module has it */
	dw->dwfl_report_end(image->dwfl, NULL, NULL);
	if (image->module && has_build_id(image->module, build_id))
		image->elf = dw->dwfl_module_getelf(image->module, &image->bias);
	if (image->elf)
		return true;
	dw->dwfl_end(image->dwfl);
	return false;
}

static bool load_below(struct pe_image *image, const char *top, const char *build_id)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", top, build_id, build_id + 2);
	return load(image, path, build_id);
}

static bool load_debug_file(struct pe_image *image, const char *build_id)
{
	if (strlen(build_id) < 4 || strspn(build_id, "0123456789abcdef") != strlen(build_id))
		return false;
	return load_below(image, folder, build_id) || load_below(image, "/usr/lib/debug", build_id);
}

void pe_image_look_below(const char *below)
{
	folder = below;
}

struct pe_image *pe_image_open(const char *path, const char *build_id, uint64_t code)
{
	struct pe_image *image;

	dw = pe_elfutils_get();
	image = dw ? calloc(1, sizeof(*image)) : NULL;
	if (image)
		image->code = code;
	if (image && (*path != '/' || !load(image, path, build_id)) &&
	    !load_debug_file(image, build_id)) {
		free(image);
		image = NULL;
	}
	return image;
}

void pe_image_close(struct pe_image *image)
{
	dw->dwfl_end(image->dwfl);
	free(image);
}

/* --- names --- */

/* The demangler of libstdc++, if it is installed. The build does not need it. */
static char *take_apart(const char *name)
{
	static char *(*demangle)(const char *, char *, size_t *, int *);
	static void *library; /* never unloaded */
	static bool looked;
	int status = 0;
	char *plain;

	if (!looked) {
		looked = true;
		library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);
		if (library)
			demangle = (char *(*)(const char *, char *, size_t *,
					      int *))dlsym(library, "__cxa_demangle");
	}
	plain = demangle && strncmp(name, "_Z", 2) == 0 ? demangle(name, NULL, NULL, &status)
							: NULL;
	return plain ? plain : strdup(name);
}

static const char *name_of_die(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	const char *name;

	name = dw->dwarf_formstring(dw->dwarf_attr_integrate(die, DW_AT_linkage_name, &attr));
	if (!name)
		name = dw->dwarf_formstring(dw->dwarf_attr_integrate(die, DW_AT_name, &attr));
	return name;
}

static struct pe_symbols_frame *new_frame(const char *function, const char *file, int line)
{
	struct pe_symbols_frame *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->function = function ? take_apart(function) : NULL;
	f->file = file ? strdup(file) : NULL;
	f->line = line > 0 ? (unsigned int)line : 0;
	return f;
}

/* --- the frames at an offset --- */

/* A debug file without code has offsets of its own. Its only segment with code then corresponds to
 * the mapping. */
static bool address_in_code(const struct pe_image *image, const GElf_Phdr *p, uint64_t offset,
			    Dwarf_Addr *address)
{
	uint64_t page = p->p_vaddr & ~((uint64_t)sysconf(_SC_PAGESIZE) - 1);

	*address = page + (offset - image->code);
	if (offset < image->code || *address < p->p_vaddr || *address - p->p_vaddr >= p->p_memsz)
		return false;
	*address += image->bias;
	return true;
}

static bool address_of(const struct pe_image *image, uint64_t offset, Dwarf_Addr *address)
{
	size_t count, empty = 0;
	GElf_Phdr p, code;

	if (dw->elf_getphdrnum(image->elf, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (dw->gelf_getphdr(image->elf, (int)i, &p) && p.p_type == PT_LOAD &&
		    p.p_flags & PF_X && p.p_filesz == 0) {
			code = p;
			empty++;
		}
	if (empty > 0)
		return empty == 1 && address_in_code(image, &code, offset, address);
	for (size_t i = 0; i < count; i++) {
		if (!dw->gelf_getphdr(image->elf, (int)i, &p) || p.p_type != PT_LOAD ||
		    offset < p.p_offset || offset - p.p_offset >= p.p_memsz)
			continue;
		*address = offset - p.p_offset + p.p_vaddr + image->bias;
		return true;
	}
	return false;
}

/* The file and the line of the call that was inlined. */
static const char *call_place(Dwarf_Die *cu, Dwarf_Die *inlined, int *line)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;
	Dwarf_Files *files;
	size_t count;

	*line = 0;
	if (dw->dwarf_formudata(dw->dwarf_attr(inlined, DW_AT_call_line, &attr), &value) == 0 &&
	    value < INT_MAX)
		*line = (int)value;
	if (dw->dwarf_getsrcfiles(cu, &files, &count) != 0 ||
	    dw->dwarf_formudata(dw->dwarf_attr(inlined, DW_AT_call_file, &attr), &value) != 0 ||
	    value >= count)
		return NULL;
	return dw->dwarf_filesrc(files, value, NULL, NULL);
}

static bool is_function(Dwarf_Die *die)
{
	int tag = dw->dwarf_tag(die);

	return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram;
}

/* @scope: the innermost scope, followed by those around it. The function goes into the first frame;
 * each function into which it was inlined adds a frame. */
static void add_scopes(struct pe_symbols_frame *frame, Dwarf_Die *cu, Dwarf_Die *scope)
{
	Dwarf_Die *around;
	int n = dw->dwarf_getscopes_die(scope, &around);

	for (int i = 0; i < n && frame; i++) {
		const char *name, *file;
		int line;

		if (!is_function(&around[i]))
			continue;
		name = name_of_die(&around[i]);
		if (name) {
			free((char *)frame->function);
			frame->function = take_apart(name);
		}
		if (dw->dwarf_tag(&around[i]) == DW_TAG_subprogram)
			break;
		file = call_place(cu, &around[i], &line);
		frame->inlined = true;
		frame->next = new_frame(NULL, file, line);
		frame = frame->next;
	}
	if (n > 0)
		free(around);
}

/* The compilation unit that has @address. Not every compiler writes .debug_aranges; without it, all
 * units are searched. */
static Dwarf_Die *find_unit(struct pe_image *image, Dwarf_Addr address, Dwarf_Addr *bias)
{
	Dwarf_Die *cu = dw->dwfl_module_addrdie(image->module, address, bias);

	if (cu)
		return cu;
	while ((cu = dw->dwfl_module_nextcu(image->module, cu, bias)))
		if (dw->dwarf_haspc(cu, address - *bias) > 0)
			break;
	return cu;
}

static void add_inlined(struct pe_symbols_frame *frame, Dwarf_Die *cu, Dwarf_Addr at)
{
	Dwarf_Die *scopes;
	int n = dw->dwarf_getscopes(cu, at, &scopes);

	if (n <= 0)
		return;
	add_scopes(frame, cu, &scopes[0]);
	free(scopes);
}

struct pe_symbols_frame *pe_image_frames(struct pe_image *image, uint64_t offset)
{
	struct pe_symbols_frame *frame;
	Dwarf_Addr address, bias = 0;
	Dwarf_Line *at;
	Dwarf_Die *cu;
	const char *file = NULL;
	int line = 0;

	if (!address_of(image, offset, &address))
		return NULL;
	cu = find_unit(image, address, &bias);
	at = cu ? dw->dwarf_getsrc_die(cu, address - bias) : NULL;
	if (at && dw->dwarf_lineno(at, &line) == 0)
		file = dw->dwarf_linesrc(at, NULL, NULL);
	frame = new_frame(dw->dwfl_module_addrname(image->module, address), file, line);
	if (frame && cu)
		add_inlined(frame, cu, address - bias);
	return frame;
}
