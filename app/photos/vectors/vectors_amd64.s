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

// func addBytes8(sum *uint32, src *uint8, n int, weight uint32)
TEXT ·addBytes8(SB), NOSPLIT, $0-28
	MOVQ sum+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	VBROADCASTSS weight+24(FP), Y7
	XORQ AX, AX
bytes:
	VPMOVZXBD (SI)(AX*1), Y0
	VPMULLD Y7, Y0, Y0
	VPADDD (DI)(AX*4), Y0, Y0
	VMOVDQU Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  bytes
	VZEROUPPER
	RET

// func fromWhole8(dst *float32, a *uint32, n int)
TEXT ·fromWhole8(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ n+16(FP), CX
	XORQ AX, AX
whole:
	VCVTDQ2PS (SI)(AX*4), Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  whole
	VZEROUPPER
	RET

// func slide8(dst, sum, fresh, old *float32, n int, count float32)
TEXT ·slide8(SB), NOSPLIT, $0-44
	MOVQ dst+0(FP), DI
	MOVQ sum+8(FP), SI
	MOVQ fresh+16(FP), DX
	MOVQ old+24(FP), R8
	MOVQ n+32(FP), CX
	VBROADCASTSS count+40(FP), Y7
	XORQ AX, AX
slide:
	VMOVUPS (SI)(AX*4), Y0
	VADDPS (DX)(AX*4), Y0, Y0
	VSUBPS (R8)(AX*4), Y0, Y0
	VMOVUPS Y0, (SI)(AX*4)
	VDIVPS Y7, Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  slide
	VZEROUPPER
	RET
