package luma

import "golang.org/x/sys/cpu"

var wide = cpu.X86.HasAVX2

// inverse8 is plainInverse, eight numbers at a time; it leaves the block.
//
//go:noescape
func inverse8(b *[64]int32, pix *byte, stride int)

// inverse writes the block of these frequencies, which it may change.
func inverse(b *[64]int32, pix []byte, stride int) {
	if !wide {
		plainInverse(b, pix, stride)
		return
	}
	_ = pix[7*stride+7]
	inverse8(b, &pix[0], stride)
}
