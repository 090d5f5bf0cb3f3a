//go:build !amd64

package vectors

func align8(m *Moments, t, q, gx, gy, inside *float32, n int, first, most float32) {}
