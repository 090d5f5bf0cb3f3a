//go:build !amd64

package vectors

const wide = false

func scale8(dst, a *float32, n int, k float32)               {}
func addTwo8(dst, a, b *float32, n int, k float32)           {}
func addFour8(dst, a, b, c, d *float32, n int, k, l float32) {}
func addScaled8(dst, a *float32, n int, k float32)           {}
func sub8(dst, a, b *float32, n int)                         {}
func sum8(dst, a, b *float32, n int)                         {}
func addSquares8(dst, a *float32, n int, k float32)          {}

func normalise8(dst, a, sums, squares, share *float32, n int, soft float32) {}
