package community

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// alterations are what people do to a picture so that it is not recognised.
// Each gives a new picture; its name goes into the truth.
var alterations = map[string]func(image.Image, stream) image.Image{
	"re-encoded":            func(m image.Image, r stream) image.Image { return scaleTo(m, r.between(230, 300)) },
	"mirrored":              func(m image.Image, _ stream) image.Image { return mirrored(m) },
	"cropped":               func(m image.Image, r stream) image.Image { return cropped(m, 0.62+0.1*r.Float64(), 0.5, 0.35) },
	"cropped to the head":   func(m image.Image, r stream) image.Image { return cropped(m, 0.5+0.06*r.Float64(), 0.5, 0.2) },
	"circle":                func(m image.Image, _ stream) image.Image { return circled(m) },
	"framed":                framed,
	"captioned":             func(m image.Image, r stream) image.Image { return captioned(m, r) },
	"polaroid":              polaroid,
	"screenshot":            screenshot,
	"darker and warmer":     func(m image.Image, _ stream) image.Image { return toned(m) },
	"rotated a little":      func(m image.Image, r stream) image.Image { return rotated(m, 4+3*r.Float64()) },
	"mirrored and cropped":  func(m image.Image, _ stream) image.Image { return cropped(mirrored(m), 0.7, 0.5, 0.3) },
	"cropped and captioned": func(m image.Image, r stream) image.Image { return captioned(cropped(m, 0.74, 0.5, 0.4), r) },
}

func mirrored(m image.Image) image.Image {
	b := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dx()-1-x, y, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// cropped keeps a share of width and height; fx and fy say where the rest goes.
func cropped(m image.Image, share, fx, fy float64) image.Image {
	b := m.Bounds()
	w, h := int(float64(b.Dx())*share), int(float64(b.Dy())*share)
	x, y := b.Min.X+int(float64(b.Dx()-w)*fx), b.Min.Y+int(float64(b.Dy()-h)*fy)
	out := image.NewRGBA(image.Rect(0, 0, 300, 300*h/w))
	draw.CatmullRom.Scale(out, out.Bounds(), m, image.Rect(x, y, x+w, y+h), draw.Src, nil)
	return out
}

func scaleTo(m image.Image, width int) *image.RGBA {
	b := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, width, width*b.Dy()/b.Dx()))
	draw.CatmullRom.Scale(out, out.Bounds(), m, b, draw.Src, nil)
	return out
}

func circled(m image.Image) image.Image {
	s := scaleTo(m, 320)
	side := min(s.Bounds().Dx(), s.Bounds().Dy())
	out := filled(side, side, color.White)
	c := float64(side) / 2
	for y := range side {
		for x := range side {
			d := math.Hypot(float64(x)+0.5-c, float64(y)+0.5-c)
			if d < c-1 {
				out.Set(x, y, s.At(x, y))
			}
		}
	}
	return out
}

func filled(w, h int, c color.Color) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	return out
}

func framed(m image.Image, r stream) image.Image {
	s := scaleTo(m, 300)
	edge := r.between(18, 30)
	out := filled(300+2*edge, s.Bounds().Dy()+2*edge, color.RGBA{0x6b, 0x4a, 0x2b, 0xff})
	inner := out.Bounds().Inset(edge - 5)
	draw.Draw(out, inner, image.NewUniform(color.RGBA{0xe8, 0xd9, 0xb0, 0xff}), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds().Inset(edge), s, image.Point{}, draw.Src)
	return out
}

func captioned(m image.Image, r stream) image.Image {
	out := scaleTo(m, 340)
	h := out.Bounds().Dy()
	band := image.Rect(0, h-58, 340, h-14)
	draw.Draw(out, band, image.NewUniform(color.RGBA{0, 0, 0, 0xb4}), image.Point{}, draw.Over)
	write(out, pick(r, []string{"Call me now!", "Here to help", "★ Top advisor ★", "Your guide", "Online 24/7", "Ask me anything"}), 24, 340/2, h-28, color.White, true)
	return out
}

func polaroid(m image.Image, r stream) image.Image {
	s := scaleTo(m, 280)
	out := filled(316, s.Bounds().Dy()+94, color.RGBA{0xfa, 0xf8, 0xf2, 0xff})
	draw.Draw(out, s.Bounds().Add(image.Pt(18, 18)), s, image.Point{}, draw.Src)
	write(out, pick(r, []string{"summer", "me :)", "home", "2024"}), 26, 158, s.Bounds().Dy()+62, color.RGBA{0x33, 0x33, 0x55, 0xff}, false)
	return out
}

// screenshot puts the picture on the page of some network, as on a phone.
func screenshot(m image.Image, _ stream) image.Image {
	s := scaleTo(m, 300)
	out := filled(300, 44+s.Bounds().Dy()+86, color.White)
	draw.Draw(out, image.Rect(0, 0, 300, 44), image.NewUniform(color.RGBA{0x24, 0x3b, 0x6b, 0xff}), image.Point{}, draw.Src)
	write(out, "Photos", 18, 40, 28, color.White, true)
	write(out, "9:41", 13, 275, 27, color.White, false)
	draw.Draw(out, s.Bounds().Add(image.Pt(0, 44)), s, image.Point{}, draw.Src)
	y := 44 + s.Bounds().Dy()
	write(out, "128 likes   14 comments", 14, 95, y+26, color.RGBA{0x55, 0x55, 0x55, 0xff}, false)
	draw.Draw(out, image.Rect(12, y+42, 240, y+50), image.NewUniform(color.RGBA{0xdd, 0xdd, 0xdd, 0xff}), image.Point{}, draw.Src)
	draw.Draw(out, image.Rect(12, y+60, 190, y+68), image.NewUniform(color.RGBA{0xdd, 0xdd, 0xdd, 0xff}), image.Point{}, draw.Src)
	return out
}

func toned(m image.Image) image.Image {
	s := scaleTo(m, 300)
	for i := 0; i+3 < len(s.Pix); i += 4 {
		s.Pix[i] = tone(s.Pix[i], 1.05, 0.92)
		s.Pix[i+1] = tone(s.Pix[i+1], 1.2, 0.9)
		s.Pix[i+2] = tone(s.Pix[i+2], 1.35, 0.8)
	}
	return s
}

func tone(v uint8, gamma, gain float64) uint8 {
	return uint8(math.Min(255, 255*gain*math.Pow(float64(v)/255, gamma)))
}

// rotated turns the picture by some degrees and cuts the corners away.
func rotated(m image.Image, degrees float64) image.Image {
	b := m.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	out := image.NewRGBA(image.Rect(0, 0, 300, int(300*h/w)))
	zoom := 0.84 * w / 300
	for y := range out.Bounds().Dy() {
		for x := range 300 {
			dx, dy := (float64(x)-150)*zoom, (float64(y)-float64(out.Bounds().Dy())/2)*zoom
			sx, sy := w/2+dx*cos-dy*sin, h/2+dx*sin+dy*cos
			out.Set(x, y, m.At(b.Min.X+int(math.Max(0, math.Min(sx, w-1))), b.Min.Y+int(math.Max(0, math.Min(sy, h-1)))))
		}
	}
	return out
}

var regular, bold = mustFont(goregular.TTF), mustFont(gobold.TTF)

// mustFont parses a font that is part of the program.
func mustFont(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		return nil
	}
	return f
}

// write sets a line of text, its middle at x, its base line at y.
func write(dst draw.Image, text string, size float64, x, y int, c color.Color, heavy bool) {
	f := regular
	if heavy {
		f = bold
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return
	}
	d := font.Drawer{Dst: dst, Src: image.NewUniform(c), Face: face}
	d.Dot = fixed.Point26_6{X: fixed.I(x) - d.MeasureString(text)/2, Y: fixed.I(y)}
	d.DrawString(text)
}

func encodeJPEG(m image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encoding a photo: %w", err)
	}
	return b.Bytes(), nil
}

func encodePNG(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, m); err != nil {
		return nil, fmt.Errorf("encoding a drawing: %w", err)
	}
	return b.Bytes(), nil
}
