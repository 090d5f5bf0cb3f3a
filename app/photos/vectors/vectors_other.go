//go:build !amd64

package vectors

const (
	wide  = false
	wider = false
)

func scale8(dst, a *float32, n int, k float32)               {}
func addTwo8(dst, a, b *float32, n int, k float32)           {}
func addFour8(dst, a, b, c, d *float32, n int, k, l float32) {}
func addScaled8(dst, a *float32, n int, k float32)           {}
func sub8(dst, a, b *float32, n int)                         {}
func addSquares8(dst, a *float32, n int, k float32)          {}

func addBytes8(sum *uint32, src *uint8, n int, weight uint32) {}
func fromWhole8(dst *float32, a *uint32, n int)               {}

func slide8(dst, sum, fresh, old *float32, n int, count float32) {}
