//go:build !amd64

package luma

// inverse writes the block of these frequencies, which it may change.
func inverse(b *[64]int32, pix []byte, stride int) { plainInverse(b, pix, stride) }
