#include "textflag.h"

DATA one<>+0(SB)/4, $0x3f800000
GLOBL one<>(SB), RODATA|NOPTR, $4

// WINDOW sums nine numbers from each place of p on, by pairs of pairs.
#define WINDOW(p, a, b, c) \
	VMOVUPS 0(p)(AX*4), a \
	VADDPS 4(p)(AX*4), a, a \
	VMOVUPS 8(p)(AX*4), b \
	VADDPS 12(p)(AX*4), b, b \
	VADDPS b, a, a \
	VMOVUPS 16(p)(AX*4), b \
	VADDPS 20(p)(AX*4), b, b \
	VMOVUPS 24(p)(AX*4), c \
	VADDPS 28(p)(AX*4), c, c \
	VADDPS c, b, b \
	VADDPS b, a, a \
	VADDPS 32(p)(AX*4), a, a

// func sumWindow8(dst, a *float32, n int)
TEXT ·sumWindow8(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ n+16(FP), CX
	XORQ AX, AX
sum:
	WINDOW(SI, Y0, Y1, Y2)
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  sum
	VZEROUPPER
	RET

// func normaliseWindow8(dst, a, sums, squares, share *float32, n int, soft float32)
TEXT ·normaliseWindow8(SB), NOSPLIT, $0-52
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ sums+16(FP), DX
	MOVQ squares+24(FP), R8
	MOVQ share+32(FP), R9
	MOVQ n+40(FP), CX
	VBROADCASTSS soft+48(FP), Y15
	VXORPS Y14, Y14, Y14
	XORQ AX, AX
normal:
	WINDOW(DX, Y0, Y1, Y2)
	WINDOW(R8, Y3, Y4, Y5)
	VMOVUPS (R9)(AX*4), Y6
	VMULPS Y6, Y0, Y0
	VMULPS Y6, Y3, Y3
	VMULPS Y0, Y0, Y2
	VSUBPS Y2, Y3, Y3
	VMAXPS Y14, Y3, Y3
	VSQRTPS Y3, Y3
	VADDPS Y15, Y3, Y3
	VMOVUPS (SI)(AX*4), Y4
	VSUBPS Y0, Y4, Y4
	VDIVPS Y3, Y4, Y4
	VMOVUPS Y4, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  normal
	VZEROUPPER
	RET

// func slideSquares8(sums, squares, fresh, old *float32, n int)
TEXT ·slideSquares8(SB), NOSPLIT, $0-40
	MOVQ sums+0(FP), DI
	MOVQ squares+8(FP), SI
	MOVQ fresh+16(FP), DX
	MOVQ old+24(FP), R8
	MOVQ n+32(FP), CX
	XORQ AX, AX
slide:
	VMOVUPS (DX)(AX*4), Y0
	VMOVUPS (R8)(AX*4), Y1
	VADDPS (DI)(AX*4), Y0, Y2
	VSUBPS Y1, Y2, Y2
	VMOVUPS Y2, (DI)(AX*4)
	VMULPS Y0, Y0, Y0
	VMULPS Y1, Y1, Y1
	VADDPS (SI)(AX*4), Y0, Y0
	VSUBPS Y1, Y0, Y0
	VMOVUPS Y0, (SI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  slide
	VZEROUPPER
	RET

// func share8(dst, a *float32, n int)
TEXT ·share8(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ n+16(FP), CX
	VBROADCASTSS one<>(SB), Y7
	XORQ AX, AX
share:
	VMAXPS (SI)(AX*4), Y7, Y0
	VDIVPS Y0, Y7, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  share
	VZEROUPPER
	RET

// func shift8(dst, a *float32, n int, by float32)
TEXT ·shift8(SB), NOSPLIT, $0-28
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ n+16(FP), CX
	VBROADCASTSS by+24(FP), Y7
	XORQ AX, AX
shift:
	VADDPS (SI)(AX*4), Y7, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  shift
	VZEROUPPER
	RET
