package evasions

import (
	"image/color"
	"math"
	"slices"

	"golang.org/x/image/draw"
)

// pixelated has n pixels on its longer side, drawn large.
func pixelated(p picture, n int) picture {
	w, h := size(p)
	small := within(p, min(n, max(w, h)))
	out := blank(w, h, black)
	draw.NearestNeighbor.Scale(out, out.Rect, small, small.Rect, draw.Src, nil)
	return out
}

// resampled fills each pixel from a place of p in pixels, interpolated; what lies
// outside of p is of the colour c.
func resampled(p picture, w, h int, c color.NRGBA, from func(x, y float64) (float64, float64)) picture {
	out := blank(w, h, c)
	pw, ph := size(p)
	for y := range h {
		for x := range w {
			u, v := from(float64(x)+0.5, float64(y)+0.5)
			u, v = u-0.5, v-0.5
			if u < -0.5 || v < -0.5 || u > float64(pw)-0.5 || v > float64(ph)-0.5 {
				continue
			}
			x0, y0 := max(int(math.Floor(u)), 0), max(int(math.Floor(v)), 0)
			x1, y1 := min(x0+1, pw-1), min(y0+1, ph-1)
			fx, fy := max(u-float64(x0), 0), max(v-float64(y0), 0)
			to := out.Pix[out.PixOffset(x, y):]
			a, b := p.Pix[p.PixOffset(x0, y0):], p.Pix[p.PixOffset(x1, y0):]
			d, e := p.Pix[p.PixOffset(x0, y1):], p.Pix[p.PixOffset(x1, y1):]
			for k := range 4 {
				top := float64(a[k])*(1-fx) + float64(b[k])*fx
				low := float64(d[k])*(1-fx) + float64(e[k])*fx
				to[k] = uint8(top*(1-fy) + low*fy + 0.5)
			}
		}
	}
	return out
}

// seen puts the corners (upper left, upper right, lower right, lower left) at
// the given shares of the picture, as a camera does that looks from the side.
func seen(p picture, corners [8]float64, c color.NRGBA) picture {
	w, h := size(p)
	// The projective map of the unit square onto the corners, and its inverse.
	x0, y0, x1, y1, x2, y2, x3, y3 := corners[0], corners[1], corners[2], corners[3], corners[4], corners[5], corners[6], corners[7]
	dx1, dx2, dy1, dy2 := x1-x2, x3-x2, y1-y2, y3-y2
	sx, sy := x0-x1+x2-x3, y0-y1+y2-y3
	det := dx1*dy2 - dx2*dy1
	g, k := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	m := [9]float64{x1 - x0 + g*x1, x3 - x0 + k*x3, x0, y1 - y0 + g*y1, y3 - y0 + k*y3, y0, g, k, 1}
	i := [9]float64{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
	return resampled(p, w, h, c, func(x, y float64) (float64, float64) {
		x, y = x/float64(w), y/float64(h)
		z := i[6]*x + i[7]*y + i[8]
		return (i[0]*x + i[1]*y + i[2]) / z * float64(w), (i[3]*x + i[4]*y + i[5]) / z * float64(h)
	})
}

// bulging enlarges the middle as a wide lens does.
func bulging(p picture, by float64) picture {
	w, h := size(p)
	return resampled(p, w, h, black, func(x, y float64) (float64, float64) {
		u, v := 2*x/float64(w)-1, 2*y/float64(h)-1
		k := 1 - by + by*(u*u+v*v)/2
		return (u*k + 1) / 2 * float64(w), (v*k + 1) / 2 * float64(h)
	})
}

// streaked is moved sideways by n pixels while it's taken.
func streaked(p picture, n int) picture {
	out := clone(p)
	w, h := size(p)
	for y := range h {
		for x := range w {
			for c := range 3 {
				sum := 0
				for k := range n {
					sum += int(p.Pix[p.PixOffset(min(max(x+k-n/2, 0), w-1), y)+c])
				}
				out.Pix[out.PixOffset(x, y)+c] = uint8(sum / n)
			}
		}
	}
	return out
}

// painted takes the median of each neighbourhood.
func painted(p picture, radius int) picture {
	out := clone(p)
	w, h := size(p)
	near := make([]uint8, 0, (2*radius+1)*(2*radius+1))
	for y := range h {
		for x := range w {
			for c := range 3 {
				near = near[:0]
				for v := max(y-radius, 0); v <= min(y+radius, h-1); v += 2 {
					for u := max(x-radius, 0); u <= min(x+radius, w-1); u += 2 {
						near = append(near, p.Pix[p.PixOffset(u, v)+c])
					}
				}
				slices.Sort(near)
				out.Pix[out.PixOffset(x, y)+c] = near[len(near)/2]
			}
		}
	}
	return out
}

func scanned(p picture) picture {
	out := clone(p)
	w, h := size(p)
	for y := range h {
		if y%4 >= 2 {
			box(out, 0, y, w, 1, color.NRGBA{0, 0, 0, 120})
		}
	}
	return out
}

// lit is bright on one side and dark on the other.
func lit(p picture) picture {
	out := clone(p)
	w, h := size(p)
	for y := range h {
		for x := range w {
			k := 1.5 - 1.1*(0.7*float64(x)/float64(w)+0.3*float64(y)/float64(h))
			at := out.PixOffset(x, y)
			for c := range 3 {
				out.Pix[at+c] = unit(float64(out.Pix[at+c]) / 255 * k)
			}
		}
	}
	return out
}

func hexagon(p picture, c color.NRGBA) picture {
	return mask(p, c, func(x, y float64) bool {
		u, v := math.Abs(x-0.5), math.Abs(y-0.5)
		return u <= 0.43 && v+u*0.577 <= 0.5
	})
}

func softened(p picture) picture {
	out := clone(p)
	w, h := size(p)
	for y := range h {
		for x := range w {
			d := math.Hypot((float64(x)+0.5)/float64(w)-0.5, (float64(y)+0.5)/float64(h)-0.5)
			k := min(max((0.5-d)/0.14, 0), 1)
			at := out.PixOffset(x, y)
			for c := range 3 {
				out.Pix[at+c] = uint8(float64(out.Pix[at+c])*k + 245*(1-k))
			}
		}
	}
	return out
}

func stripes(w, h int, a, b color.NRGBA, every int) picture {
	out := blank(w, h, a)
	for y := range h {
		for x := range w {
			if (x+y)/every%2 == 0 {
				out.SetNRGBA(x, y, b)
			}
		}
	}
	return out
}

func onStripes(p picture) picture {
	w, h := size(p)
	out := stripes(w, h, color.NRGBA{230, 120, 140, 255}, white, max(w/18, 2))
	paste(out, p, 0, 0)
	return out
}

func striped(p picture, share float64) picture {
	w, h := size(p)
	n := int(share * float64(min(w, h)))
	out := stripes(w+2*n, h+2*n, color.NRGBA{200, 30, 40, 255}, white, max(n/2, 2))
	paste(out, p, n, n)
	return out
}

func film(p picture) picture {
	w, h := size(p)
	n := max(h/8, 6)
	out := blank(w, h+2*n, color.NRGBA{24, 18, 14, 255})
	paste(out, p, 0, n)
	for x := n / 3; x < w; x += n {
		box(out, x, n/4, n/2, n/2, color.NRGBA{235, 230, 220, 255})
		box(out, x, h+n+n/4, n/2, n/2, color.NRGBA{235, 230, 220, 255})
	}
	return out
}

// sides puts the photo between blurred enlargements of itself.
func sides(p picture) picture {
	w, h := size(p)
	wide := h * 16 / 9
	if wide < w*5/4 {
		wide = w * 5 / 4
	}
	back := blur(resize(cut(p, 0, 0.25, 1, 0.5), wide, h), 12)
	paste(back, p, (wide-w)/2, 0)
	return back
}

func wood(in input, w, h int) picture {
	out := blank(w, h, black)
	a, b := in.rand.Float64()*9, in.rand.Float64()*9
	for y := range h {
		for x := range w {
			u, v := float64(x)/80, float64(y)/80
			g := 0.5 + 0.25*math.Sin(14*v+1.6*math.Sin(0.9*u+a)+b) + 0.12*math.Sin(41*v+3*math.Sin(0.5*u))
			out.SetNRGBA(x, y, color.NRGBA{unit(0.35 + 0.35*g), unit(0.22 + 0.26*g), unit(0.12 + 0.16*g), 255})
		}
	}
	return out
}

func onTable(in input, degrees float64) picture {
	w, h := size(in.p)
	print := rotate(frame(frame(in.p, white, 0.04, 0.04, 0.04, 0.04), clear, 0.2, 0.2, 0.2, 0.2), degrees, 1, clear)
	pw, ph := size(print)
	out := wood(in, pw+w/3, ph+h/6)
	paste(out, print, w/6, h/12)
	return out
}

func flowered(in input) picture {
	out := frame(in.p, color.NRGBA{250, 244, 238, 255}, 0.16, 0.16, 0.16, 0.16)
	w, h := size(out)
	n := 0.16 / 1.32 * float64(min(w, h))
	for range 70 {
		x, y := in.rand.Float64()*float64(w), in.rand.Float64()*float64(h)
		if min(x, y, float64(w)-x, float64(h)-y) > n {
			continue
		}
		c := color.NRGBA{uint8(150 + in.rand.IntN(105)), uint8(60 + in.rand.IntN(120)), uint8(90 + in.rand.IntN(150)), 255}
		for k := range 5 {
			sin, cos := math.Sincos(float64(k) * 2 * math.Pi / 5)
			disc(out, x+cos*n*0.17, y+sin*n*0.17, n*0.13, c)
		}
		disc(out, x, y, n*0.1, color.NRGBA{250, 210, 60, 255})
	}
	return out
}

func across(p picture) picture {
	out := clone(p)
	w, h := size(out)
	box(out, 0, h*60/100, w, h*22/100, color.NRGBA{180, 20, 60, 255})
	centred(out, "50 % OFF THE FIRST HOUR", h*74/100, float64(h)*0.09, white, nil)
	return out
}

func gridded(p picture, lines int) picture {
	out := clone(p)
	w, h := size(out)
	n := max(min(w, h)/160, 1)
	for i := 1; i < lines; i++ {
		box(out, i*w/lines, 0, n, h, white)
		box(out, 0, i*h/lines, w, n, white)
	}
	return out
}

func scribbled(in input) picture {
	out := clone(in.p)
	w, h := size(out)
	x, y, turn := 0.2*float64(w), 0.5*float64(h), 0.4
	for range 900 {
		turn += in.rand.NormFloat64() * 0.14
		x, y = x+math.Cos(turn)*2.2, y+math.Sin(turn)*2.2
		if x < 0 || y < 0 || x > float64(w) || y > float64(h) {
			turn += math.Pi / 2
			x, y = min(max(x, 0), float64(w)), min(max(y, 0), float64(h))
		}
		disc(out, x, y, 0.012*float64(min(w, h)), color.NRGBA{20, 90, 230, 255})
	}
	return out
}

func paragraph(p picture) picture {
	out := clone(p)
	_, h := size(out)
	for i, line := range []string{"I help people like you to find", "the way back to yourself. Ten", "years of practice, five minutes", "free. Write to me today!"} {
		centred(out, line, h*(46+i*13)/100, float64(h)*0.075, color.NRGBA{255, 240, 120, 255}, nil)
	}
	return out
}

func confetti(in input) picture {
	out := clone(in.p)
	w, h := size(out)
	n := float64(min(w, h))
	for range 120 {
		c := color.NRGBA{uint8(in.rand.IntN(256)), uint8(in.rand.IntN(256)), uint8(in.rand.IntN(256)), 255}
		disc(out, in.rand.Float64()*float64(w), in.rand.Float64()*float64(h), n*(0.006+0.012*in.rand.Float64()), c)
	}
	return out
}

func veiled(p picture) picture {
	out := clone(p)
	w, h := size(out)
	box(out, 0, 0, w, h, color.NRGBA{60, 0, 110, 110})
	box(out, 0, h/2, w, h-h/2, color.NRGBA{240, 120, 40, 60})
	return out
}

// coded has a logo in one corner and a square code in another.
func coded(in input) picture {
	out := clone(in.p)
	w, h := size(out)
	n := max(min(w, h)/90, 1)
	for y := range 25 {
		for x := range 25 {
			c := white
			if in.rand.IntN(2) == 0 {
				c = black
			}
			box(out, w-28*n+x*n, h-28*n+y*n, n, n, c)
		}
	}
	disc(out, float64(w)*0.13, float64(h)*0.13, 0.1*float64(min(w, h)), color.NRGBA{0, 120, 215, 255})
	write(out, "ad", w*7/100, h*16/100, float64(min(w, h))/9, white, true)
	return out
}

// story fills a phone's screen with the photo and puts the app's marks on it.
func story(p picture) picture {
	const w, h = 540, 960
	pw, ph := size(p)
	if share := float64(w) / float64(h) * float64(ph) / float64(pw); share < 1 {
		p = cut(p, (1-share)/2, 0, share, 1)
	} else {
		p = cut(p, 0, (1-1/share)/2, 1, 1/share)
	}
	out := resize(p, w, h)
	for i := range 4 {
		box(out, 12+i*130, 14, 122, 5, color.NRGBA{255, 255, 255, uint8(230 - 130*min(i, 1))})
	}
	disc(out, 46, 62, 26, color.NRGBA{220, 90, 140, 255})
	write(out, "claire.coach   3 h", 86, 70, 24, white, true)
	box(out, 60, 690, 420, 64, color.NRGBA{0, 0, 0, 150})
	write(out, "Swipe up to talk to me", 92, 732, 30, white, true)
	box(out, 24, 880, 400, 56, color.NRGBA{255, 255, 255, 60})
	write(out, "Send message", 50, 916, 24, white, false)
	heart(out, 480, 906, 22)
	return out
}

func call(in input) picture {
	const w, h = 1280, 720
	out := blank(w, h, color.NRGBA{32, 33, 36, 255})
	mine := in.rand.IntN(6)
	for i := range 6 {
		x, y := 16+i%3*420, 16+i/3*316
		p := in.p
		if i != mine {
			if len(in.others) == 0 || i%2 == 0 {
				box(out, x, y, 404, 300, color.NRGBA{60, 64, 67, 255})
				disc(out, float64(x+202), float64(y+150), 60, color.NRGBA{uint8(60 + i*30), 120, uint8(200 - i*20), 255})
				write(out, string(rune('A'+i)), x+182, y+174, 64, white, true)
				continue
			}
			p = in.others[i%len(in.others)]
		}
		tile := square(p)
		paste(out, resize(cut(tile, 0, 0.13, 1, 0.743), 404, 300), x, y)
		write(out, "Guest "+string(rune('1'+i)), x+12, y+288, 18, white, true)
	}
	for i := range 5 {
		disc(out, float64(520+i*60), 680, 22, color.NRGBA{uint8(70 + i*40), 64, 67, 255})
	}
	return out
}

func gallery(in input) picture {
	const w, side = 780, 250
	out := blank(w, 1300, white)
	write(out, "Albums     People     Places", 24, 60, 32, grey, true)
	mine := in.rand.IntN(12)
	for i := range 12 {
		p := in.p
		if i != mine {
			if len(in.others) > 0 {
				p = in.others[i%len(in.others)]
				p = cut(p, float64(i%3)*0.15, float64(i%2)*0.2, 0.6, 0.8)
			} else {
				p = pattern(in, side, side)
			}
		}
		paste(out, resize(square(p), side, side), 8+i%3*(side+7), 100+i/3*(side+7))
	}
	return out
}

// offScreen photographs the picture on a monitor: its dots, a slant, a glare.
func offScreen(in input) picture {
	p := within(in.p, 700)
	w, h := size(p)
	for y := range h {
		for x := range w {
			at := p.PixOffset(x, y)
			for c := range 3 {
				k := 1 + 0.12*math.Sin(2.05*float64(x)+float64(c)*2)*math.Sin(1.9*float64(y))
				p.Pix[at+c] = unit(float64(p.Pix[at+c]) / 255 * k)
			}
		}
	}
	p = frame(frame(p, black, 0.06, 0.06, 0.06, 0.1), color.NRGBA{150, 145, 138, 255}, 0.12, 0.1, 0.2, 0.16)
	p = seen(p, [8]float64{0.03, 0.06, 0.97, 0, 1, 0.97, 0, 0.93}, color.NRGBA{150, 145, 138, 255})
	w, h = size(p)
	for y := range h {
		for x := range w {
			d := math.Hypot(float64(x)/float64(w)-0.3, float64(y)/float64(h)-0.25)
			k := 0.4 * max(0, 1-d/0.35)
			at := p.PixOffset(x, y)
			for c := range 3 {
				p.Pix[at+c] = unit(float64(p.Pix[at+c])/255*(1-k) + k)
			}
		}
	}
	return within(noise(blur(p, 0.8), in.rand, 6), 640)
}

// halves is an advertisement with the photo on one side.
func halves(in input) picture {
	other := pattern(in, 400, 500)
	if len(in.others) > 0 {
		other = in.others[0]
	}
	out := blank(824, 600, color.NRGBA{255, 236, 60, 255})
	paste(out, resize(cut(square(other), 0.1, 0, 0.8, 1), 400, 500), 8, 84)
	paste(out, resize(cut(square(in.p), 0.1, 0, 0.8, 1), 400, 500), 416, 84)
	write(out, "BEFORE", 130, 60, 44, black, true)
	write(out, "AFTER", 550, 60, 44, black, true)
	return out
}

// article is a page of a newspaper with the photo in a column.
func article(p picture) picture {
	const w, h = 900, 1200
	out := blank(w, h, color.NRGBA{248, 246, 240, 255})
	write(out, "THE DAILY ADVISER", 210, 80, 54, black, true)
	box(out, 40, 100, w-80, 3, black)
	write(out, "She listens when nobody else does", 40, 170, 44, black, true)
	photo := resize(p, 380, 380*p.Rect.Dy()/p.Rect.Dx())
	_, ph := size(photo)
	paste(out, photo, 40, 210)
	write(out, "Photo: private", 40, 236+ph, 20, grey, false)
	for i := range 40 {
		words := "the years that followed were not easy and yet"
		y := 226 + i*24
		if y > h-20 {
			break
		}
		write(out, words[i%7:], 450, y, 19, color.NRGBA{40, 40, 40, 255}, false)
		if y > 270+ph {
			write(out, words[(i+3)%9:], 40, y, 19, color.NRGBA{40, 40, 40, 255}, false)
		}
	}
	return out
}
