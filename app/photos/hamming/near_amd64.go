package hamming

import "golang.org/x/sys/cpu"

var popcnt = cpu.X86.HasPOPCNT

//go:noescape
func near8(hashes *uint64, n int, q uint64, radius int) int

// near gives the place of the first hash within radius of q, or how many hashes
// there are.
func near(hashes []uint64, q uint64, radius int) int {
	if !popcnt || len(hashes) == 0 {
		return plainNear(hashes, q, radius)
	}
	return near8(&hashes[0], len(hashes), q, radius)
}
