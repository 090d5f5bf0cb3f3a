//go:build unix

package bench

import (
	"syscall"
	"time"
)

// cpuTime is what the process has used of the processors, so that a busy
// machine does not make the program look slow.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return time.Since(started)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
