//go:build !amd64

package hamming

// near gives the place of the first hash within radius of q, or how many hashes
// there are.
func near(hashes []uint64, q uint64, radius int) int { return plainNear(hashes, q, radius) }
