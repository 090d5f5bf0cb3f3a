package vectors

import "golang.org/x/sys/cpu"

var (
	wide  = cpu.X86.HasAVX
	wider = cpu.X86.HasAVX2 // whole numbers too
)

// Each takes n numbers, a multiple of eight above zero.

//go:noescape
func scale8(dst, a *float32, n int, k float32)

//go:noescape
func addTwo8(dst, a, b *float32, n int, k float32)

//go:noescape
func addFour8(dst, a, b, c, d *float32, n int, k, l float32)

//go:noescape
func addScaled8(dst, a *float32, n int, k float32)

//go:noescape
func sub8(dst, a, b *float32, n int)

//go:noescape
func addSquares8(dst, a *float32, n int, k float32)

//go:noescape
func addBytes8(sum *uint32, src *uint8, n int, weight uint32)

//go:noescape
func fromWhole8(dst *float32, a *uint32, n int)

//go:noescape
func slide8(dst, sum, fresh, old *float32, n int, count float32)
