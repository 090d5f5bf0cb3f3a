// Package memory makes large tables that are read at random. Where the system
// lets it, they lie in large pages: a read from an ordinary one waits twice, for
// the page's place and for what it holds.
package memory

import "unsafe"

// leastBytes is the size from which a table is worth it: some large pages.
const leastBytes = 4 << 20

// Make makes a slice of n zeros, as make does.
func Make[T any](n int) []T {
	s := make([]T, n)
	var one T
	if size := uintptr(n) * unsafe.Sizeof(one); size >= leastBytes {
		enlarge(unsafe.Pointer(unsafe.SliceData(s)), size)
	}
	return s
}
