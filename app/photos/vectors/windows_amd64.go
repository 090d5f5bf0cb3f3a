package vectors

//go:noescape
func sumWindow8(dst, a *float32, n int)

//go:noescape
func normaliseWindow8(dst, a, sums, squares, share *float32, n int, soft float32)

//go:noescape
func slideSquares8(sums, squares, fresh, old *float32, n int)

//go:noescape
func share8(dst, a *float32, n int)

//go:noescape
func shift8(dst, a *float32, n int, by float32)
