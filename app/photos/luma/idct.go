package luma

// The inverse transform is image/jpeg's, that of Loeffler, Ligtenberg and
// Moschytz ("Practical Fast 1-D DCT Algorithms with 11 Multiplications", 1989)
// in whole numbers, with the same shifts and roundings, so that the pixels are
// the same. The block comes with its columns along: the first pass then works on
// eight rows at once.

// Constants in whole numbers: k18 is k times 1<<18, and so on.
const (
	cos6by18 = 70936  // cos(6 pi/16) / sqrt 2
	sin6by18 = 171254 // sin(6 pi/16) / sqrt 2
	cos6by12 = 1108
	sin6by12 = 2676
	half8    = 181 // 1 / sqrt 2
	half14   = 11585
	cos3by12 = 3406 // cos(3 pi/16)
	sin3by12 = 2276
	cos1by12 = 4017 // cos(pi/16)
	sin1by12 = 799
)

func rotate(a, b, cos, sin int32) (int32, int32) {
	sum := cos * (a + b)
	return sum + (sin-cos)*b, sum - (cos+sin)*a
}

// flat writes a block that has a constant only.
func flat(dc int32, pix []byte, stride int) {
	v := clamp((dc<<17 + 1<<19) >> 20)
	for y := range 8 {
		row := pix[y*stride:][:8]
		for x := range row {
			row[x] = v
		}
	}
}

func clamp(v int32) byte { return byte(min(max(v, -128), 127) + 128) }

// plainInverse writes the block of these frequencies.
func plainInverse(b *[64]int32, pix []byte, stride int) {
	for i := range 8 { // rows
		x0, x7, x2, x5 := b[i], b[8+i], b[16+i], b[24+i]
		x1, x6, x3, x4 := b[32+i], b[40+i], b[48+i], b[56+i]
		x0 <<= 17
		x1 <<= 17
		x0, x1 = x0+x1, x0-x1
		x2, x3 = rotate(x2, x3, cos6by18, -sin6by18)
		x1, x2 = x1+x2, x1-x2
		x0, x3 = x0+x3, x0-x3
		x4 <<= 7
		x7 <<= 7
		x7, x4 = x7+x4, x7-x4
		x6 *= half8
		x5 *= half8
		x7, x5 = x7+x5, x7-x5
		x4, x6 = x4+x6, x4-x6
		x4, x7 = rotate(x4>>2, x7>>2, cos3by12, -sin3by12)
		x5, x6 = rotate(x5>>2, x6>>2, cos1by12, -sin1by12)
		b[i], b[56+i] = x0+x7, x0-x7
		b[8+i], b[48+i] = x1+x6, x1-x6
		b[16+i], b[40+i] = x2+x5, x2-x5
		b[24+i], b[32+i] = x3+x4, x3-x4
	}
	for i := range 8 { // columns, each of which lies along
		c := b[8*i : 8*i+8 : 8*i+8]
		x0, x7, x2, x5, x1, x6, x3, x4 := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
		x0 += 1 << 19
		x0, x1 = (x0+x1)>>2, (x0-x1)>>2
		x2, x3 = rotate(x2>>13, x3>>13, cos6by12, -sin6by12)
		x1, x2 = x1+x2, x1-x2
		x0, x3 = x0+x3, x0-x3
		x7, x4 = x7+x4, x7-x4
		x5 = x5 >> 13 * half14
		x6 = x6 >> 13 * half14
		x7, x5 = x7+x5, x7-x5
		x4, x6 = x4+x6, x4-x6
		x4, x7 = rotate(x4>>14, x7>>14, cos3by12, -sin3by12)
		x5, x6 = rotate(x5>>14, x6>>14, cos1by12, -sin1by12)
		for y, v := range [8]int32{x0 + x7, x1 + x6, x2 + x5, x3 + x4, x3 - x4, x2 - x5, x1 - x6, x0 - x7} {
			pix[y*stride+i] = clamp(v >> 18)
		}
	}
}
