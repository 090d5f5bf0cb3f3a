package vectors

//go:noescape
func middling12(p *float32, stride int) int

//go:noescape
func eight(p *float32, stride int) (lo, hi float32, between int)
