package evasions

import (
	"image/color"
	"math"
)

func vignette(p picture) picture {
	out := clone(p)
	w, h := size(p)
	for y := range h {
		for x := range w {
			d := math.Hypot(float64(x)/float64(w)-0.5, float64(y)/float64(h)-0.5)
			k := 1 - 1.1*d*d*1.6
			at := out.PixOffset(x, y)
			for c := range 3 {
				out.Pix[at+c] = uint8(float64(out.Pix[at+c]) * max(k, 0))
			}
		}
	}
	return out
}

func ring(p picture, c color.NRGBA) picture {
	w, h := size(p)
	return mask(p, c, func(x, y float64) bool {
		d := math.Hypot((x-0.5)*float64(w), (y-0.5)*float64(h)) / float64(min(w, h))
		return d < 0.455 || d > 0.49
	})
}

func polaroid(p picture, degrees float64) picture {
	out := frame(square(p), color.NRGBA{250, 250, 246, 255}, 0.07, 0.07, 0.07, 0.24)
	w, h := size(out)
	write(out, "summer holidays", w/6, h-h/14, float64(h)/15, color.NRGBA{60, 60, 90, 255}, false)
	if degrees != 0 {
		out = rotate(frame(out, color.NRGBA{110, 80, 60, 255}, 0.12, 0.12, 0.12, 0.12), degrees, 1, color.NRGBA{110, 80, 60, 255})
	}
	return out
}

// backdrop puts the photo before a blurred enlargement of itself, as apps do
// for stories.
func backdrop(p picture) picture {
	w, h := size(p)
	tall := w * 16 / 9
	back := blur(resize(cut(p, 0.22, 0, 0.56, 1), w, tall), 14)
	paste(back, p, 0, (tall-h)/2)
	return back
}

func corners(p picture, radius float64, c color.NRGBA) picture {
	w, h := size(p)
	n := radius * float64(min(w, h))
	return mask(p, c, func(x, y float64) bool {
		dx := max(n-x*float64(w), x*float64(w)-(float64(w)-n), 0)
		dy := max(n-y*float64(h), y*float64(h)-(float64(h)-n), 0)
		return math.Hypot(dx, dy) <= n
	})
}

// gilded is a frame with an ornament.
func gilded(in input) picture {
	out := frame(in.p, color.NRGBA{150, 110, 40, 255}, 0.13, 0.13, 0.13, 0.13)
	w, h := size(out)
	b := float64(min(w, h)) * 0.13 / 1.26
	for i := range out.Rect.Dx() * out.Rect.Dy() {
		x, y := float64(i%w), float64(i/w)
		d := min(x, y, float64(w)-x, float64(h)-y)
		if d >= b {
			continue
		}
		k := 0.7 + 0.3*math.Sin(d/b*9) + 0.15*math.Sin((x+y)/b*4)
		at := 4 * i
		out.Pix[at], out.Pix[at+1], out.Pix[at+2] = unit(0.72*k), unit(0.55*k), unit(0.25*k)
	}
	return out
}

func bar(p picture, words string, share float64) picture {
	out := clone(p)
	w, h := size(out)
	n := int(share * float64(h))
	box(out, 0, h-n, w, n, color.NRGBA{20, 20, 26, 255})
	centred(out, words, h-n/3, float64(n)*0.5, white, nil)
	return out
}

func meme(p picture) picture {
	out := clone(p)
	_, h := size(out)
	centred(out, "WHEN THE CLIENT SAYS", h*14/100, float64(h)*0.11, white, black)
	centred(out, "JUST ONE QUESTION", h*95/100, float64(h)*0.11, white, black)
	return out
}

func watermark(p picture, words string, tiled bool) picture {
	w, h := size(p)
	veil := blank(w, h, clear)
	half := color.NRGBA{255, 255, 255, 110}
	if tiled {
		for y := h / 8; y < h+h/8; y += h / 6 {
			for x := -(y / 2 % (w / 4)); x < w; x += w * 3 / 10 {
				write(veil, words, x, y, float64(h)/20, half, true)
			}
		}
		veil = rotate(veil, -20, 1.3, clear)
	} else {
		centred(veil, words, h*55/100, float64(h)*0.14, half, nil)
		veil = rotate(veil, -28, 1, clear)
	}
	out := clone(p)
	paste(out, veil, 0, 0)
	return out
}

func stickers(in input) picture {
	out := clone(in.p)
	w, h := size(out)
	n := float64(min(w, h))
	for i := range 5 {
		x, y := in.rand.Float64()*float64(w), in.rand.Float64()*float64(h)
		if i%2 == 0 {
			heart(out, x, y, n*0.1)
		} else {
			smiley(out, x, y, n*0.09)
		}
	}
	return out
}

func bubble(p picture) picture {
	out := clone(p)
	w, h := size(out)
	for y := range h {
		for x := range w {
			if math.Pow((float64(x)/float64(w)-0.7)/0.27, 2)+math.Pow((float64(y)/float64(h)-0.17)/0.14, 2) < 1 {
				out.SetNRGBA(x, y, white)
			}
		}
	}
	write(out, "Call me!", w*56/100, h*20/100, float64(h)/13, black, true)
	return out
}

// phone is a profile page on a phone.
func phone(p picture, dark bool) picture {
	ground, ink, soft := white, black, color.NRGBA{150, 150, 155, 255}
	if dark {
		ground, ink = color.NRGBA{18, 18, 22, 255}, color.NRGBA{235, 235, 240, 255}
	}
	const w, h = 720, 1480
	out := blank(w, h, ground)
	write(out, "9:41", 40, 52, 28, ink, true)
	box(out, 620, 32, 54, 22, soft)
	box(out, 560, 36, 40, 18, soft)
	write(out, "<  Profile", 36, 130, 38, ink, false)
	photo := square(p)
	photo = resize(photo, 520, 520)
	paste(out, photo, 100, 180)
	write(out, "Claire B.", 100, 780, 54, ink, true)
	write(out, "Relationship coach, 12 years", 100, 840, 32, soft, false)
	for i := range 6 {
		box(out, 100, 900+i*44, 520-i%3*90, 14, soft)
	}
	box(out, 100, 1220, 520, 96, color.NRGBA{40, 110, 230, 255})
	write(out, "Start chat", 260, 1284, 42, white, true)
	for i := range 4 {
		disc(out, float64(120+i*160), 1410, 22, soft)
	}
	return out
}

// desktop is a browser window with the photo on a page, its width a share of
// the screen's.
func desktop(in input, share float64) picture {
	const w, h = 1366, 768
	out := blank(w, h, blue)
	for y := range h { // a wallpaper with a gradient
		box(out, 0, y, w, 1, color.NRGBA{uint8(20 + y/12), uint8(60 + y/9), uint8(110 + y/10), 255})
	}
	box(out, 60, 36, w-120, h-96, color.NRGBA{246, 246, 248, 255})
	box(out, 60, 36, w-120, 40, color.NRGBA{222, 224, 230, 255})
	for i, c := range []color.NRGBA{{240, 95, 86, 255}, {250, 190, 46, 255}, {40, 200, 64, 255}} {
		disc(out, float64(84+i*24), 56, 7, c)
	}
	box(out, 180, 44, 700, 24, white)
	write(out, "https://www.findyourexpert.example/people/1882", 192, 62, 15, grey, false)
	photo := within(in.p, int(share*float64(h)*1.25))
	paste(out, photo, 110, 110)
	pw, _ := size(photo)
	x := 150 + pw
	write(out, "Dr. Claire Bell", x, 150, 34, black, true)
	for i := range 9 {
		box(out, x, 180+i*26, 360-(i*37)%120, 10, color.NRGBA{190, 190, 196, 255})
	}
	for i := range 4 { // other people's small photos
		var other picture
		if len(in.others) > 0 {
			other = resize(square(in.others[i%len(in.others)]), 84, 84)
		} else {
			other = pattern(in, 84, 84)
		}
		paste(out, other, x+i*96, h-190)
	}
	box(out, 0, h-44, w, 44, color.NRGBA{30, 32, 40, 255})
	for i := range 7 {
		box(out, 16+i*48, h-36, 28, 28, color.NRGBA{uint8(90 + i*20), 130, uint8(220 - i*22), 255})
	}
	write(out, "18:22", w-74, h-16, 18, white, false)
	return out
}

func chat(p picture) picture {
	const w = 720
	out := blank(w, 1180, color.NRGBA{230, 222, 212, 255})
	box(out, 0, 0, w, 100, color.NRGBA{8, 94, 84, 255})
	write(out, "Claire", 120, 64, 36, white, true)
	disc(out, 62, 50, 34, grey)
	box(out, 30, 130, 420, 70, white)
	write(out, "hey, send me a pic?", 50, 176, 32, black, false)
	photo := within(p, 480)
	pw, ph := size(photo)
	box(out, w-pw-54, 230, pw+24, ph+56, color.NRGBA{220, 248, 198, 255})
	paste(out, photo, w-pw-42, 242)
	write(out, "18:24", w-120, 242+ph+32, 24, grey, false)
	box(out, 30, 260+ph+70, 380, 70, white)
	write(out, "wow, nice :)", 50, 260+ph+116, 32, black, false)
	return out
}

// collage puts the photo at a random place of a grid of others.
func collage(in input, cols, rows int) picture {
	const side = 360
	const gap = 6
	out := blank(cols*side+(cols+1)*gap, rows*side+(rows+1)*gap, white)
	mine := in.rand.IntN(cols * rows)
	for i := range cols * rows {
		p := in.p
		if i != mine {
			if len(in.others) > 0 {
				p = in.others[(i+in.rand.IntN(len(in.others)))%len(in.others)]
			} else {
				p = pattern(in, side, side)
			}
		}
		paste(out, resize(square(p), side, side), gap+i%cols*(side+gap), gap+i/cols*(side+gap))
	}
	return out
}

// pattern stands in for a photo that is not there: soft blobs.
func pattern(in input, w, h int) picture {
	type wave struct{ x, y, phase float64 }
	var waves [9]wave
	for i := range waves {
		waves[i] = wave{in.rand.NormFloat64() * 7, in.rand.NormFloat64() * 7, in.rand.Float64() * 6}
	}
	out := blank(w, h, grey)
	for y := range h {
		for x := range w {
			at := out.PixOffset(x, y)
			for c := range 3 {
				v := 0.5
				for _, k := range waves[c*3 : c*3+3] {
					v += 0.16 * math.Sin(k.x*float64(x)/float64(w)+k.y*float64(y)/float64(h)+k.phase)
				}
				out.Pix[at+c] = unit(v)
			}
		}
	}
	return out
}
