package memory

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// largePage is the size of the large pages of the processors that matter.
const largePage = 2 << 20

// enlarge asks the system for large pages where whole ones fit into the table.
// It's advice: a system that doesn't take it loses nothing but time.
func enlarge(at unsafe.Pointer, size uintptr) {
	skip := -uintptr(at) & (largePage - 1)
	if skip >= size {
		return
	}
	if n := (size - skip) &^ (largePage - 1); n > 0 {
		_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(at, skip)), n), unix.MADV_HUGEPAGE)
	}
}
