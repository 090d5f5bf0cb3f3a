package vectors

//go:noescape
func mul8(dst, a, b *float32, n int)

//go:noescape
func hadamard128(v *[128]float32)

//go:noescape
func positive64(v *[64]float32) uint64

//go:noescape
func gradients8(size, turn, right, left, below, above *float32, n int)

//go:noescape
func peaks8(marks *uint8, row, above, below, low, high *float32, n int, faint float32)
