package vectors

//go:noescape
func align8(m *Moments, t, q, gx, gy, inside *float32, n int, first, most float32)
