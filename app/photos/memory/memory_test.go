package memory

import "testing"

func TestTablesAreZeroAndWhole(t *testing.T) {
	for _, n := range []int{0, 1, leastBytes - 1, leastBytes, leastBytes + 12345, 9 << 20} {
		s := Make[byte](n)
		if len(s) != n {
			t.Fatalf("%d bytes, want %d", len(s), n)
		}
		for i := range s {
			if s[i] != 0 {
				t.Fatalf("byte %d of %d is %d", i, n, s[i])
			}
			s[i] = byte(i)
		}
		for i := range s {
			if s[i] != byte(i) {
				t.Fatalf("byte %d of %d is lost", i, n)
			}
		}
	}
	if s := Make[[3]uint64](1 << 20); len(s) != 1<<20 || cap(s) != 1<<20 {
		t.Fatalf("%d tables of %d", len(s), cap(s))
	}
}
