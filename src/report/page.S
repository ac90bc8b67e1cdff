/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* page - the two halves of the page, one behind the other; the assembler finds them from the top of
 * the sources. */
	.section .rodata
	.globl	pe_page_head, pe_page_tail, pe_page_end
	.hidden	pe_page_head
	.hidden	pe_page_tail
	.hidden	pe_page_end
pe_page_head:
	.incbin	"src/report/page_head.html"
pe_page_tail:
	.incbin	"src/report/page_tail.html"
pe_page_end:
	.byte	0

	.section .note.GNU-stack, "", %progbits
