package photos

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"sync"

	"github.com/kovidgoyal/imaging/prism/meta/icc"
)

// Limits of a profile that is taken seriously; what exceeds them is left, and
// the photo is read as sRGB, as viewers do with a damaged profile.
const (
	maxProfile = 4 << 20 // bytes
	maxTags    = 100
)

// Points a side of the tables that a profile is sampled into.
const (
	side3 = 33
	side4 = 13
)

// colours turns the colours of a profile into sRGB. It's read-only once made and
// may be shared by goroutines.
type colours struct {
	channels int       // 3 for red, green and blue, 4 for the inks
	side     int       // points along each channel
	table    []float32 // three values of 0 to 255 for each point, the first channel slowest
	gray     [256]uint8

	once sync.Once
	luma []uint8 // by Cb/4, Cr/4 and Y: the luma in sRGB of a pixel of a JPEG
}

var errProfile = errors.New("the colour profile cannot be used")

// profiles keeps the tables of the profiles seen last: most photos have one of
// a handful.
var profiles = struct {
	sync.Mutex
	made map[[32]byte]*colours // nil: sRGB, or not to be used
	keys [][32]byte            // oldest first
}{made: map[[32]byte]*colours{}}

const keptProfiles = 24

// coloursOf gives what a profile's colours are turned by; nil where they can be
// taken as sRGB.
func coloursOf(profile []byte) *colours {
	if len(profile) < 132 || len(profile) > maxProfile {
		return nil
	}
	key := sha256.Sum256(profile)
	profiles.Lock()
	defer profiles.Unlock()
	if c, ok := profiles.made[key]; ok {
		return c
	}
	c, err := newColours(profile)
	if err != nil {
		c = nil // as it is, rather than not at all
	}
	if len(profiles.keys) == keptProfiles {
		delete(profiles.made, profiles.keys[0])
		profiles.keys = slices.Delete(profiles.keys, 0, 1)
	}
	profiles.made[key] = c
	profiles.keys = append(profiles.keys, key)
	return c
}

func newColours(raw []byte) (c *colours, err error) {
	// The profile is a stranger's, and the library reads it with few checks.
	defer func() {
		if p := recover(); p != nil {
			c, err = nil, errProfile
		}
	}()
	raw, err = checkProfile(raw)
	if err != nil {
		return nil, err
	}
	profile, err := icc.NewProfileReader(bytes.NewReader(raw)).ReadProfile()
	if err != nil {
		return nil, err
	}
	c = &colours{channels: 3, side: side3}
	if profile.Header.DataColorSpace == icc.ColorSpaceCMYK {
		c.channels, c.side = 4, side4
	} else if profile.IsSRGB() {
		return nil, nil //nolint:nilnil // nothing to turn is no error
	}
	to, err := profile.CreateTransformerToSRGB(icc.RelativeColorimetricRenderingIntent, true, c.channels, true, false, true)
	if err != nil {
		return nil, err
	}
	c.sample(to)
	if c.channels == 3 {
		for i := range c.gray {
			v := float32(i)
			r, g, b := c.at3(v, v, v)
			c.gray[i] = luma8(unit8(r), unit8(g), unit8(b))
		}
	}
	return c, nil
}

// sample fills the table.
func (c *colours) sample(to *icc.Pipeline) {
	n := 1
	for range c.channels {
		n *= c.side
	}
	c.table = make([]float32, 3*n)
	in, out := make([]float64, c.channels), make([]float64, 4)
	step := 1 / float64(c.side-1)
	for i := range n {
		for k, rest := c.channels-1, i; k >= 0; k-- {
			in[k] = float64(rest%c.side) * step
			rest /= c.side
		}
		if c.channels == 3 {
			out[0], out[1], out[2] = to.Transform(in[0], in[1], in[2])
		} else {
			to.TransformGeneral(out, in)
		}
		for k := range 3 {
			v := float32(255 * out[k])
			if !(v >= 0) { // not a number, too
				v = 0
			}
			c.table[3*i+k] = min(v, 255)
		}
	}
}

// checkProfile proves that what the profile says of itself lies within its
// bytes, and gives a profile of a grey the form of one of colours.
func checkProfile(raw []byte) ([]byte, error) {
	size := int64(binary.BigEndian.Uint32(raw))
	if size < 132 || size > int64(len(raw)) {
		return nil, errProfile
	}
	raw = raw[:size]
	count := int64(binary.BigEndian.Uint32(raw[128:]))
	if count > maxTags || 132+12*count > size {
		return nil, errProfile
	}
	tags := map[string][]byte{}
	for i := range count {
		entry := raw[132+12*i:]
		at, length := int64(binary.BigEndian.Uint32(entry[4:])), int64(binary.BigEndian.Uint32(entry[8:]))
		if at < 132+12*count || at+length > size {
			return nil, errProfile
		}
		tags[string(entry[:4])] = raw[at : at+length]
	}
	if string(raw[16:20]) != "GRAY" {
		return raw, nil
	}
	curve := tags["kTRC"]
	if len(curve) == 0 {
		return nil, errProfile
	}
	if string(curve) == "curv\x00\x00\x00\x00\x00\x00\x00\x00" || strings.HasPrefix(string(curve), "curv\x00\x00\x00\x00\x00\x00\x00\x01\x01\x00") {
		// The library stumbles over curves that are all straight: one that is as
		// good as straight will do.
		curve = []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x01\x01")
	}
	return colourful(raw, curve), nil
}

// colourful makes of a grey's curve a profile of red, green and blue with that
// curve and the primaries of sRGB: its greys are those of the grey.
func colourful(raw, curve []byte) []byte {
	// sRGB's primaries as adapted to D50, from the sRGB profile of the ICC.
	xyz := func(x, y, z uint32) []byte {
		b := append([]byte("XYZ \x00\x00\x00\x00"), make([]byte, 0, 12)...)
		for _, v := range []uint32{x, y, z} {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		return b
	}
	parts := []struct {
		name string
		data []byte
	}{
		{"rXYZ", xyz(0x6fa2, 0x38f5, 0x0390)},
		{"gXYZ", xyz(0x6299, 0xb785, 0x18da)},
		{"bXYZ", xyz(0x24a0, 0x0f84, 0xb6cf)},
		{"rTRC", curve},
		{"gTRC", curve},
		{"bTRC", curve},
	}
	out := slices.Clone(raw[:128])
	copy(out[16:], "RGB ")
	copy(out[20:], "XYZ ")
	out = binary.BigEndian.AppendUint32(out, uint32(len(parts)))
	at := 132 + 12*len(parts)
	var body []byte
	for _, p := range parts {
		out = append(out, p.name...)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(p.data)))
		body = append(body, p.data...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

// at3 turns a colour, by interpolation within one of the six tetrahedra of its
// cell: grey stays grey, which interpolation by cubes does not keep.
func (c *colours) at3(r, g, b float32) (float32, float32, float32) {
	scale := float32(c.side-1) / 255
	return c.tetrahedron(0, r*scale, g*scale, b*scale)
}

func (c *colours) tetrahedron(base int, x, y, z float32) (float32, float32, float32) {
	last := c.side - 1
	ix, iy, iz := min(int(x), last-1), min(int(y), last-1), min(int(z), last-1)
	fx, fy, fz := x-float32(ix), y-float32(iy), z-float32(iz)
	sx, sy, sz := 3*c.side*c.side, 3*c.side, 3
	at := base + ix*sx + iy*sy + iz*sz
	// From the cell's corner to the opposite one along the edges, the channel
	// with the largest share first.
	if fx < fy {
		fx, fy, sx, sy = fy, fx, sy, sx
	}
	if fy < fz {
		fy, fz, sy, sz = fz, fy, sz, sy
		if fx < fy {
			fx, fy, sx, sy = fy, fx, sy, sx
		}
	}
	p0 := c.table[at : at+3 : at+3]
	p1 := c.table[at+sx:][:3:3]
	p2 := c.table[at+sx+sy:][:3:3]
	p3 := c.table[at+sx+sy+sz:][:3:3]
	w0, w1, w2 := 1-fx, fx-fy, fy-fz
	return p0[0]*w0 + p1[0]*w1 + p2[0]*w2 + p3[0]*fz,
		p0[1]*w0 + p1[1]*w1 + p2[1]*w2 + p3[1]*fz,
		p0[2]*w0 + p1[2]*w1 + p2[2]*w2 + p3[2]*fz
}

// at4 turns inks, 0 none to 255 full.
func (c *colours) at4(cyan, magenta, yellow, black float32) (float32, float32, float32) {
	scale := float32(c.side-1) / 255
	w := cyan * scale
	i := min(int(w), c.side-2)
	f := w - float32(i)
	step := 3 * c.side * c.side * c.side
	r, g, b := c.tetrahedron(i*step, magenta*scale, yellow*scale, black*scale)
	r2, g2, b2 := c.tetrahedron((i+1)*step, magenta*scale, yellow*scale, black*scale)
	return r + (r2-r)*f, g + (g2-g)*f, b + (b2-b)*f
}

// suits says whether a profile is one of such a picture; a grey one is of any.
func (c *colours) suits(img image.Image) bool {
	_, inks := img.(*image.CMYK)
	return inks == (c.channels == 4)
}

// turn turns a row of pixels of red, green, blue and alpha in place.
func (c *colours) turn(row []uint8) {
	var last [3]uint8
	var was [3]uint8
	for i := 0; i+3 < len(row); i += 4 {
		p := row[i : i+4 : i+4]
		if p[0] != was[0] || p[1] != was[1] || p[2] != was[2] || i == 0 {
			was = [3]uint8{p[0], p[1], p[2]}
			r, g, b := c.at3(float32(p[0]), float32(p[1]), float32(p[2]))
			last = [3]uint8{unit8(r), unit8(g), unit8(b)}
		}
		p[0], p[1], p[2] = last[0], last[1], last[2]
	}
}

// lumaTable gives the luma in sRGB by a JPEG's own numbers.
func (c *colours) lumaTable() []uint8 {
	c.once.Do(func() {
		c.luma = make([]uint8, 64*64*256)
		for k := range c.luma {
			cb, cr, y := uint8(k>>14)<<2|2, uint8(k>>8&63)<<2|2, uint8(k)
			r, g, b := color.YCbCrToRGB(y, cb, cr)
			x, v, z := c.at3(float32(r), float32(g), float32(b))
			c.luma[k] = luma8(unit8(x), unit8(v), unit8(z))
		}
	})
	return c.luma
}

// draw gives an image's colours in sRGB, as bytes of red, green, blue and alpha
// that no colour was multiplied by.
func (c *colours) draw(img image.Image) *image.NRGBA {
	b := img.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	if c != nil && !c.suits(img) {
		c = nil
	}
	row := func(y int) []uint8 { return out.Pix[y*out.Stride:][:4*b.Dx()] }
	if m, ok := img.(*image.CMYK); ok && c != nil {
		for y := range b.Dy() {
			c.inks(m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*b.Dx()], row(y))
		}
		return out
	}
	colour := colourRows(img)
	for y := range b.Dy() {
		colour(y, row(y))
		if c != nil {
			c.turn(row(y))
		}
	}
	return out
}

// colourRows gives a function that reads one row of an image as bytes of red,
// green, blue and alpha, unmultiplied. Package draw does it well for few kinds.
func colourRows(img image.Image) func(y int, out []uint8) {
	b := img.Bounds()
	w := b.Dx()
	switch m := img.(type) {
	case *image.NRGBA:
		return func(y int, out []uint8) { copy(out, m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*w]) }
	case *image.NRGBA64:
		return func(y int, out []uint8) {
			src := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:8*w]
			for i := range 4 * w {
				out[i] = src[2*i]
			}
		}
	case *image.RGBA64:
		if !m.Opaque() {
			break
		}
		return func(y int, out []uint8) {
			src := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:8*w]
			for i := range 4 * w {
				out[i] = src[2*i]
			}
		}
	case *image.Gray16:
		return func(y int, out []uint8) {
			src := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:2*w]
			for x := range w {
				v := src[2*x]
				out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = v, v, v, 255
			}
		}
	case *image.YCbCr, *image.Gray, *image.CMYK:
		// Without alpha both ways of keeping it are one, and draw is fast.
		return func(y int, out []uint8) {
			strip := &image.RGBA{Pix: out, Stride: 4 * w, Rect: image.Rect(0, 0, w, 1)}
			draw.Draw(strip, strip.Rect, img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		}
	}
	return func(y int, out []uint8) {
		strip := &image.NRGBA{Pix: out, Stride: 4 * w, Rect: image.Rect(0, 0, w, 1)}
		draw.Draw(strip, strip.Rect, img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
	}
}

// inks turns a row of inks into one of opaque colours.
func (c *colours) inks(row, out []uint8) {
	for i := 0; i+3 < len(row); i += 4 {
		r, g, b := c.at4(float32(row[i]), float32(row[i+1]), float32(row[i+2]), float32(row[i+3]))
		out[i], out[i+1], out[i+2], out[i+3] = unit8(r), unit8(g), unit8(b), 255
	}
}
