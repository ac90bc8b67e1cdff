/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* page - the files page_head.html and page_tail.html, which are linked in. The data is printed
 * between them. */
#ifndef PE_REPORT_PAGE_H
#define PE_REPORT_PAGE_H

extern const char pe_page_head[], pe_page_tail[], pe_page_end[];

#endif
