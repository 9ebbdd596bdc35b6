/*
 * A function whose debug information no compiler writes: an array of itself, an enumeration over itself, and structures in one another, more of them
 * than a stack has room for. Made by hand (DWARF 4, section 7.5), for it is to be read without harm.
 */
void itself(void *array, int number, void *deep) { }

int main(void)
{
	return 0;
}

__asm__(
	".section .debug_abbrev,\"\",@progbits\n"
	".uleb128 1, 0x11\n .byte 1\n .uleb128 0x11, 0x01, 0x12, 0x07, 0, 0\n"		/* unit: low_pc, high_pc */
	".uleb128 2, 0x2e\n .byte 1\n .uleb128 0x03, 0x08, 0x11, 0x01, 0x12, 0x07, 0, 0\n" /* function: name, low_pc, high_pc */
	".uleb128 3, 0x05\n .byte 0\n .uleb128 0x03, 0x08, 0x49, 0x13, 0, 0\n"		/* parameter: name, type */
	".uleb128 4, 0x01\n .byte 1\n .uleb128 0x49, 0x13, 0, 0\n"			/* array: type */
	".uleb128 5, 0x21\n .byte 0\n .uleb128 0x37, 0x0b, 0, 0\n"			/* its range: count */
	".uleb128 6, 0x04\n .byte 0\n .uleb128 0x0b, 0x0b, 0x49, 0x13, 0, 0\n"		/* enumeration: size, type */
	".uleb128 7, 0x13\n .byte 1\n .uleb128 0x0b, 0x0b, 0, 0\n"			/* structure: size */
	".uleb128 8, 0x0d\n .byte 0\n .uleb128 0x49, 0x13, 0, 0\n"			/* member: type */
	".uleb128 9, 0x24\n .byte 0\n .uleb128 0x0b, 0x0b, 0x3e, 0x0b, 0, 0\n"		/* number: size, encoding */
	".uleb128 0\n"
	".section .debug_info,\"\",@progbits\n"
	".Lunit: .long .Lend - .Lversion\n"
	".Lversion: .value 4\n .long .debug_abbrev\n .byte 8\n"
	".uleb128 1\n .quad itself\n .quad 1\n"
	".uleb128 2\n .asciz \"itself\"\n .quad itself\n .quad 1\n"
	".uleb128 3\n .asciz \"array\"\n .long .Larray - .Lunit\n"
	".uleb128 3\n .asciz \"number\"\n .long .Lenum - .Lunit\n"
	".uleb128 3\n .asciz \"deep\"\n .long .Ldeep - .Lunit\n"
	".byte 0\n"
	".Larray: .uleb128 4\n .long .Larray - .Lunit\n .uleb128 5\n .byte 3\n .byte 0\n"
	".Lenum: .uleb128 6\n .byte 4\n .long .Lenum - .Lunit\n"
	".Ldeep:\n"
	".rept 100000\n"
	".byte 7, 8, 8\n .long . - .Lunit + 5\n .byte 0\n"				/* eight bytes, the member's type behind them */
	".endr\n"
	".uleb128 9\n .byte 8, 5\n"
	".byte 0\n"
	".Lend:\n"
	".text\n");
