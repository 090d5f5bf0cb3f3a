package evasions

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

type picture = *image.NRGBA

func blank(w, h int, c color.Color) picture {
	out := image.NewNRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	draw.Draw(out, out.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return out
}

func clone(p picture) picture {
	out := image.NewNRGBA(image.Rect(0, 0, p.Rect.Dx(), p.Rect.Dy()))
	draw.Draw(out, out.Rect, p, p.Rect.Min, draw.Src)
	return out
}

func size(p picture) (w, h int) { return p.Rect.Dx(), p.Rect.Dy() }

func resize(p picture, w, h int) picture {
	out := image.NewNRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	draw.CatmullRom.Scale(out, out.Rect, p, p.Rect, draw.Src, nil)
	return out
}

func scale(p picture, s float64) picture {
	w, h := size(p)
	return resize(p, int(float64(w)*s+0.5), int(float64(h)*s+0.5))
}

// within scales so that the longer side has n pixels.
func within(p picture, n int) picture {
	w, h := size(p)
	return scale(p, float64(n)/float64(max(w, h)))
}

func paste(on, p picture, x, y int) {
	draw.Draw(on, p.Rect.Sub(p.Rect.Min).Add(image.Pt(x, y)), p, p.Rect.Min, draw.Over)
}

// cut takes a part in shares of width and height.
func cut(p picture, x, y, w, h float64) picture {
	pw, ph := size(p)
	r := image.Rect(int(x*float64(pw)), int(y*float64(ph)), int((x+w)*float64(pw)), int((y+h)*float64(ph)))
	out := image.NewNRGBA(image.Rect(0, 0, max(r.Dx(), 1), max(r.Dy(), 1)))
	draw.Draw(out, out.Rect, p, r.Min, draw.Src)
	return out
}

// cropArea removes a share of the area, with the cut's place by u and v from 0 to 1.
func cropArea(p picture, gone, u, v float64) picture {
	s := math.Sqrt(1 - gone)
	return cut(p, (1-s)*u, (1-s)*v, s, s)
}

func square(p picture) picture {
	w, h := size(p)
	n := min(w, h)
	return cut(p, float64(w-n)/2/float64(w), float64(h-n)/2/float64(h), float64(n)/float64(w), float64(n)/float64(h))
}

func mirror(p picture) picture {
	w, h := size(p)
	return remap(p, w, h, func(x, y int) (int, int) { return w - 1 - x, y })
}

func flip(p picture) picture {
	w, h := size(p)
	return remap(p, w, h, func(x, y int) (int, int) { return x, h - 1 - y })
}

// quarter turns clockwise n times.
func quarter(p picture, n int) picture {
	for range n {
		w, h := size(p)
		p = remap(p, h, w, func(x, y int) (int, int) { return y, h - 1 - x })
	}
	return p
}

func remap(p picture, w, h int, from func(x, y int) (int, int)) picture {
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := from(x, y)
			copy(out.Pix[out.PixOffset(x, y):][:4], p.Pix[p.PixOffset(sx, sy):][:4])
		}
	}
	return out
}

// rotate turns by degrees about the centre and keeps the size; what comes in
// from outside is of the colour c. zoom above 1 enlarges.
func rotate(p picture, degrees, zoom float64, c color.Color) picture {
	w, h := size(p)
	out := blank(w, h, c)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	sin, cos = sin*zoom, cos*zoom
	cx, cy := float64(w)/2, float64(h)/2
	draw.BiLinear.Transform(out, f64.Aff3{cos, -sin, cx - cos*cx + sin*cy, sin, cos, cy - sin*cx - cos*cy}, p, p.Rect, draw.Over, nil)
	return out
}

// inner turns and zooms so far that no corner is empty.
func inner(p picture, degrees float64) picture {
	w, h := size(p)
	a := math.Abs(degrees) * math.Pi / 180
	ratio := float64(max(w, h)) / float64(min(w, h))
	return rotate(p, degrees, math.Cos(a)+ratio*math.Sin(a), color.Black)
}

// skew shears sideways by a share of the height.
func skew(p picture, by float64) picture {
	w, h := size(p)
	out := blank(w, h, color.White)
	draw.BiLinear.Transform(out, f64.Aff3{1, by, -by * float64(h) / 2, 0, 1, 0}, p, p.Rect, draw.Over, nil)
	return out
}

// tone changes each pixel's channels, 0 to 1.
func tone(p picture, f func(r, g, b float64) (float64, float64, float64)) picture {
	out := clone(p)
	for i := 0; i+3 < len(out.Pix); i += 4 {
		r, g, b := f(float64(out.Pix[i])/255, float64(out.Pix[i+1])/255, float64(out.Pix[i+2])/255)
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = unit(r), unit(g), unit(b)
	}
	return out
}

func unit(v float64) uint8 { return uint8(math.Round(255 * min(max(v, 0), 1))) }

func each(f func(v float64) float64) func(r, g, b float64) (float64, float64, float64) {
	return func(r, g, b float64) (float64, float64, float64) { return f(r), f(g), f(b) }
}

func luma(r, g, b float64) float64 { return 0.299*r + 0.587*g + 0.114*b }

// blur is close to a Gaussian of a standard deviation in pixels: three boxes.
func blur(p picture, sigma float64) picture {
	out := clone(p)
	w, h := size(p)
	radius := max(1, int(math.Round((math.Sqrt(4*sigma*sigma+1)-1)/2)))
	line := make([]int, max(w, h))
	pass := func(n, count, step, stride int) {
		for k := range count {
			for c := range 3 {
				at := k*stride + c
				for i := range n {
					line[i] = int(out.Pix[at+i*step])
				}
				sum := 0
				for i := -radius; i <= radius; i++ {
					sum += line[min(max(i, 0), n-1)]
				}
				for i := range n {
					out.Pix[at+i*step] = uint8((sum + radius) / (2*radius + 1))
					sum += line[min(i+radius+1, n-1)] - line[max(i-radius, 0)]
				}
			}
		}
	}
	for range 3 {
		pass(w, h, 4, out.Stride)
		pass(h, w, out.Stride, 4)
	}
	return out
}

func sharpen(p picture, amount float64) picture {
	soft := blur(p, 1.2)
	out := clone(p)
	for i := range out.Pix {
		if i&3 != 3 {
			v := float64(p.Pix[i])
			out.Pix[i] = uint8(min(max(v+amount*(v-float64(soft.Pix[i])), 0), 255))
		}
	}
	return out
}

func noise(p picture, r *rand.Rand, sigma float64) picture {
	out := clone(p)
	for i := range out.Pix {
		if i&3 != 3 {
			out.Pix[i] = uint8(min(max(float64(out.Pix[i])+r.NormFloat64()*sigma, 0), 255))
		}
	}
	return out
}

// circle keeps the inscribed circle; the rest takes the colour c.
func circle(p picture, c color.NRGBA) picture {
	p = square(p)
	n, _ := size(p)
	return mask(p, c, func(x, y float64) bool { return math.Hypot(x-0.5, y-0.5) <= 0.5-1/float64(n) })
}

func mask(p picture, c color.NRGBA, keep func(x, y float64) bool) picture {
	out := clone(p)
	w, h := size(p)
	for y := range h {
		for x := range w {
			if !keep((float64(x)+0.5)/float64(w), (float64(y)+0.5)/float64(h)) {
				out.SetNRGBA(x, y, c)
			}
		}
	}
	return out
}

// frame adds borders in shares of the shorter side.
func frame(p picture, c color.Color, left, top, right, bottom float64) picture {
	w, h := size(p)
	n := float64(min(w, h))
	l, t := int(left*n), int(top*n)
	out := blank(w+l+int(right*n), h+t+int(bottom*n), c)
	paste(out, p, l, t)
	return out
}

var fonts = sync.OnceValues(func() (*opentype.Font, *opentype.Font) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, nil
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, nil
	}
	return regular, bold
})

// write puts words at a baseline, size in pixels, and gives their width.
func write(on draw.Image, words string, x, y int, px float64, c color.Color, heavy bool) int {
	regular, bold := fonts()
	f := regular
	if heavy {
		f = bold
	}
	if f == nil {
		return 0
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: px, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return 0
	}
	d := font.Drawer{Dst: on, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(words)
	return d.Dot.X.Round() - x
}

// measure is the width of words in pixels.
func measure(words string, px float64, heavy bool) int {
	return write(image.NewNRGBA(image.Rect(0, 0, 1, 1)), words, 0, 0, px, color.Black, heavy)
}

// centred writes in the middle with an outline, as memes do.
func centred(on picture, words string, y int, px float64, c, outline color.Color) {
	w, _ := size(on)
	for wide := measure(words, px, true); wide > w*95/100 && px > 6; wide = measure(words, px, true) {
		px *= 0.93
	}
	x := (w - measure(words, px, true)) / 2
	if outline != nil {
		d := max(1, int(px/14))
		for _, o := range []image.Point{{-d, 0}, {d, 0}, {0, -d}, {0, d}, {-d, -d}, {d, d}, {-d, d}, {d, -d}} {
			write(on, words, x+o.X, y+o.Y, px, outline, true)
		}
	}
	write(on, words, x, y, px, c, true)
}

func box(on picture, x, y, w, h int, c color.Color) {
	draw.Draw(on, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Over)
}

func disc(on picture, cx, cy, radius float64, c color.NRGBA) {
	for y := int(cy - radius - 1); y <= int(cy+radius+1); y++ {
		for x := int(cx - radius - 1); x <= int(cx+radius+1); x++ {
			if math.Hypot(float64(x)-cx, float64(y)-cy) <= radius && image.Pt(x, y).In(on.Rect) {
				on.SetNRGBA(x, y, c)
			}
		}
	}
}

// smiley draws a round yellow face.
func smiley(on picture, cx, cy, radius float64) {
	black := color.NRGBA{40, 30, 10, 255}
	disc(on, cx, cy, radius, color.NRGBA{255, 205, 50, 255})
	disc(on, cx-radius*0.36, cy-radius*0.25, radius*0.14, black)
	disc(on, cx+radius*0.36, cy-radius*0.25, radius*0.14, black)
	for a := 0.15 * math.Pi; a < 0.85*math.Pi; a += 0.04 {
		disc(on, cx+math.Cos(a)*radius*0.55, cy+math.Sin(a)*radius*0.55, radius*0.08, black)
	}
}

// heart is a red sticker.
func heart(on picture, cx, cy, radius float64) {
	red := color.NRGBA{225, 35, 60, 255}
	for y := -radius; y <= radius; y++ {
		for x := -radius; x <= radius; x++ {
			u, v := x/radius*1.3, -y/radius*1.3+0.2
			k := u*u + v*v - 1
			if k*k*k-u*u*v*v*v <= 0 && image.Pt(int(cx+x), int(cy+y)).In(on.Rect) {
				on.SetNRGBA(int(cx+x), int(cy+y), red)
			}
		}
	}
}
