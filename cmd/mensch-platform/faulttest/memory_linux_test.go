package faulttest

import (
	"os"
	"syscall"
)

// peakMemory is the most memory that a process that has ended held, in bytes.
func peakMemory(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss << 10
	}
	return 0
}
