#include "textflag.h"

// No fused multiply and add: Go's own code for this processor has none either,
// so that both give the same bits.

// func scale8(dst, a *float32, n int, k float32)
TEXT ·scale8(SB), NOSPLIT, $0-28
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ n+16(FP), CX
	VBROADCASTSS k+24(FP), Y7
	XORQ AX, AX
scale:
	VMULPS (SI)(AX*4), Y7, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  scale
	VZEROUPPER
	RET

// func addTwo8(dst, a, b *float32, n int, k float32)
TEXT ·addTwo8(SB), NOSPLIT, $0-36
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), CX
	VBROADCASTSS k+32(FP), Y7
	XORQ AX, AX
two:
	VMOVUPS (SI)(AX*4), Y0
	VADDPS (DX)(AX*4), Y0, Y0
	VMULPS Y7, Y0, Y0
	VADDPS (DI)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  two
	VZEROUPPER
	RET

// func addFour8(dst, a, b, c, d *float32, n int, k, l float32)
TEXT ·addFour8(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ c+24(FP), R8
	MOVQ d+32(FP), R9
	MOVQ n+40(FP), CX
	VBROADCASTSS k+48(FP), Y7
	VBROADCASTSS l+52(FP), Y6
	XORQ AX, AX
four:
	VMOVUPS (SI)(AX*4), Y0
	VADDPS (DX)(AX*4), Y0, Y0
	VMULPS Y7, Y0, Y0
	VMOVUPS (R8)(AX*4), Y1
	VADDPS (R9)(AX*4), Y1, Y1
	VMULPS Y6, Y1, Y1
	VADDPS Y1, Y0, Y0
	VADDPS (DI)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  four
	VZEROUPPER
	RET

// func addScaled8(dst, a *float32, n int, k float32)
TEXT ·addScaled8(SB), NOSPLIT, $0-28
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ n+16(FP), CX
	VBROADCASTSS k+24(FP), Y7
	XORQ AX, AX
scaled:
	VMULPS (SI)(AX*4), Y7, Y0
	VADDPS (DI)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  scaled
	VZEROUPPER
	RET

// func sub8(dst, a, b *float32, n int)
TEXT ·sub8(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), CX
	XORQ AX, AX
sub:
	VMOVUPS (SI)(AX*4), Y0
	VSUBPS (DX)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  sub
	VZEROUPPER
	RET

// func sum8(dst, a, b *float32, n int)
TEXT ·sum8(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), CX
	XORQ AX, AX
sum:
	VMOVUPS (SI)(AX*4), Y0
	VADDPS (DX)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  sum
	VZEROUPPER
	RET

// func addSquares8(dst, a *float32, n int, k float32)
TEXT ·addSquares8(SB), NOSPLIT, $0-28
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ n+16(FP), CX
	VBROADCASTSS k+24(FP), Y7
	XORQ AX, AX
squares:
	VMOVUPS (SI)(AX*4), Y0
	VMULPS Y0, Y0, Y0
	VMULPS Y7, Y0, Y0
	VADDPS (DI)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  squares
	VZEROUPPER
	RET

// func normalise8(dst, a, sums, squares, share *float32, n int, soft float32)
TEXT ·normalise8(SB), NOSPLIT, $0-52
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ sums+16(FP), DX
	MOVQ squares+24(FP), R8
	MOVQ share+32(FP), R9
	MOVQ n+40(FP), CX
	VBROADCASTSS soft+48(FP), Y7
	VXORPS Y6, Y6, Y6
	XORQ AX, AX
normal:
	VMOVUPS (R9)(AX*4), Y5
	VMULPS (DX)(AX*4), Y5, Y0
	VMULPS (R8)(AX*4), Y5, Y1
	VMULPS Y0, Y0, Y2
	VSUBPS Y2, Y1, Y1
	VMAXPS Y6, Y1, Y1
	VSQRTPS Y1, Y1
	VADDPS Y7, Y1, Y1
	VMOVUPS (SI)(AX*4), Y3
	VSUBPS Y0, Y3, Y3
	VDIVPS Y1, Y3, Y3
	VMOVUPS Y3, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  normal
	VZEROUPPER
	RET
