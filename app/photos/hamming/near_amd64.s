#include "textflag.h"

// ONE leaves the distance of the hash at off in r.
#define ONE(off, r) \
	MOVQ off(SI)(AX*8), r \
	XORQ DX, r \
	POPCNTQ r, r

// func near8(hashes *uint64, n int, q uint64, radius int) int
TEXT ·near8(SB), NOSPLIT, $0-40
	MOVQ hashes+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ q+16(FP), DX
	MOVQ radius+24(FP), BX
	XORQ AX, AX
	SUBQ $4, CX
	JLT  rest
four:
	ONE(0, R8)
	ONE(8, R9)
	ONE(16, R10)
	ONE(24, R11)
	CMPQ R8, BX
	JLE  found
	CMPQ R9, BX
	JLE  found1
	CMPQ R10, BX
	JLE  found2
	CMPQ R11, BX
	JLE  found3
	ADDQ $4, AX
	CMPQ AX, CX
	JLE  four
rest:
	ADDQ $4, CX
one:
	CMPQ AX, CX
	JGE  found
	ONE(0, R8)
	CMPQ R8, BX
	JLE  found
	INCQ AX
	JMP  one
found3:
	INCQ AX
found2:
	INCQ AX
found1:
	INCQ AX
found:
	MOVQ AX, ret+32(FP)
	RET
