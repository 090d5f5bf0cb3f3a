package vectors

//go:noescape
func middling12(p *float32, stride int) int
