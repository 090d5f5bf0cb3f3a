//go:build !amd64

package vectors

func sumWindow8(dst, a *float32, n int) {}

func normaliseWindow8(dst, a, sums, squares, share *float32, n int, soft float32) {}

func slideSquares8(sums, squares, fresh, old *float32, n int) {}

func share8(dst, a *float32, n int) {}

func shift8(dst, a *float32, n int, by float32) {}
