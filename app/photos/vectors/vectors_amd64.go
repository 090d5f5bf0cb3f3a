package vectors

import "golang.org/x/sys/cpu"

var wide = cpu.X86.HasAVX

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
func sum8(dst, a, b *float32, n int)

//go:noescape
func addSquares8(dst, a *float32, n int, k float32)

//go:noescape
func normalise8(dst, a, sums, squares, share *float32, n int, soft float32)
