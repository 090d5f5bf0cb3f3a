//go:build !amd64

package vectors

func mul8(dst, a, b *float32, n int) {}

func hadamard128(v *[128]float32) {}

func positive64(v *[64]float32) uint64 { return 0 }

func gradients8(size, turn, right, left, below, above *float32, n int) {}

func peaks8(marks *uint8, row, above, below, low, high *float32, n int, faint float32) {}
