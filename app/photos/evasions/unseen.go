package evasions

import (
	"image/color"
	"math"
)

// Unseen gives a second family of evasions, made apart from the first: other
// shapes, other screens, other filters, other mixtures, and other sizes than those
// of All. It says what to expect of evasions that no developer thought of; less so
// since what it showed was mended (bends, poor starts) and the odds of a closer
// look were fitted on photographs altered in both. What is mended for one of these
// by name belongs into All.
func Unseen() []Evasion {
	return []Evasion{
		e(Encode, "jpeg 6", same).at(6),
		e(Encode, "48 pixels", func(in input) picture { return within(in.p, 48) }),
		e(Encode, "64 pixels, enlarged", func(in input) picture { return within(within(in.p, 64), 500) }),
		e(Encode, "pixelated", func(in input) picture { return pixelated(in.p, 72) }),
		e(Encode, "moved while taken", func(in input) picture { return streaked(in.p, 9) }),
		e(Encode, "saved ten times", func(in input) picture {
			p := in.p
			for i := range 10 {
				p = recode(scale(p, 0.97), 70-i*3)
			}
			return p
		}).at(45),
		e(Encode, "painted", func(in input) picture { return painted(in.p, 3) }),
		e(Encode, "scan lines", func(in input) picture { return scanned(in.p) }),

		e(Tone, "duotone", func(in input) picture {
			return tone(in.p, func(r, g, b float64) (float64, float64, float64) {
				l := luma(r, g, b)
				return 0.15 + 0.8*l, 0.05 + 0.6*l*l, 0.35 + 0.3*l
			})
		}),
		e(Tone, "posterised", curve(func(v float64) float64 { return math.Round(v*5) / 5 })),
		e(Tone, "red channel alone", func(in input) picture {
			return tone(in.p, func(r, _, _ float64) (float64, float64, float64) { return r, r, r })
		}),
		e(Tone, "blue channel alone", func(in input) picture {
			return tone(in.p, func(_, _, b float64) (float64, float64, float64) { return b, b, b })
		}),
		e(Tone, "light from the side", func(in input) picture { return lit(in.p) }),
		e(Tone, "burnt out", curve(func(v float64) float64 { return 1.9*v - 0.1 })),
		e(Tone, "faded film", curve(func(v float64) float64 { return 0.25 + 0.62*math.Pow(v, 0.8) })),

		e(Geometry, "rotated 3", func(in input) picture { return rotate(in.p, 3, 1, beige) }),
		e(Geometry, "rotated 45", func(in input) picture { return rotate(in.p, 45, 1, grey) }),
		e(Geometry, "rotated -33, filled", func(in input) picture { return inner(in.p, -33) }),
		e(Geometry, "seen from the side", func(in input) picture {
			return seen(in.p, [8]float64{0.02, 0, 0.92, 0.09, 0.9, 0.93, 0, 1}, black)
		}),
		e(Geometry, "seen from below", func(in input) picture {
			return seen(in.p, [8]float64{0.1, 0.05, 0.88, 0, 1, 1, 0, 0.95}, beige)
		}),
		e(Geometry, "sheared upwards", func(in input) picture { return quarter(skew(quarter(in.p, 1), 0.16), 3) }),
		e(Geometry, "bulging", func(in input) picture { return bulging(in.p, 0.12) }),
		e(Geometry, "mirrored, rotated 15", func(in input) picture { return inner(mirror(in.p), 15) }),

		e(Crop, "left half", func(in input) picture { return cut(in.p, 0, 0, 0.55, 1) }),
		e(Crop, "upper half", func(in input) picture { return cut(in.p, 0, 0, 1, 0.55) }),
		e(Crop, "corner", func(in input) picture { return cut(in.p, 0.45, 0.4, 0.55, 0.6) }),
		e(Crop, "face", func(in input) picture { return cut(in.p, 0.28, 0.15, 0.44, 0.44) }),
		e(Crop, "banner", func(in input) picture { return cut(in.p, 0.05, 0.22, 0.9, 0.4) }),
		e(Crop, "narrow, stretched by half", func(in input) picture {
			p := cut(in.p, 0.15, 0.05, 0.7, 0.9)
			w, h := size(p)
			return resize(p, w*3/2, h)
		}),

		e(Circle, "hexagon", func(in input) picture { return hexagon(square(in.p), beige) }),
		e(Circle, "oval", func(in input) picture {
			return mask(in.p, white, func(x, y float64) bool { return math.Hypot((x-0.5)/0.42, (y-0.5)/0.48) <= 1 })
		}),
		e(Circle, "soft circle", func(in input) picture { return softened(square(in.p)) }),
		e(Circle, "circle on stripes", func(in input) picture { return onStripes(circle(in.p, clear)) }),
		e(Circle, "small circle", func(in input) picture {
			return frame(circle(in.p, color.NRGBA{90, 40, 120, 255}), color.NRGBA{90, 40, 120, 255}, 0.5, 0.5, 0.5, 0.5)
		}),

		e(Frame, "far away on a colour", func(in input) picture {
			return frame(in.p, color.NRGBA{30, 140, 120, 255}, 0.8, 0.5, 0.4, 0.7)
		}),
		e(Frame, "striped border", func(in input) picture { return striped(in.p, 0.14) }),
		e(Frame, "film strip", func(in input) picture { return film(in.p) }),
		e(Frame, "wide blurred sides", func(in input) picture { return sides(in.p) }),
		e(Frame, "on a wooden table", func(in input) picture { return onTable(in, -9) }),
		e(Frame, "one thick side", func(in input) picture { return frame(in.p, blue, 0, 0, 0.6, 0) }),
		e(Frame, "flowers around", func(in input) picture { return flowered(in) }),

		e(Caption, "banner across", func(in input) picture { return across(in.p) }),
		e(Caption, "grid", func(in input) picture { return gridded(in.p, 10) }),
		e(Caption, "half covered", func(in input) picture {
			out := clone(in.p)
			w, h := size(out)
			disc(out, float64(w)*0.86, float64(h)*0.72, 0.45*float64(min(w, h)), color.NRGBA{250, 220, 60, 255})
			return out
		}),
		e(Caption, "scribbled on", func(in input) picture { return scribbled(in) }),
		e(Caption, "eyes pixelated", func(in input) picture {
			out := clone(in.p)
			w, h := size(out)
			part := pixelated(cut(in.p, 0.2, 0.3, 0.6, 0.15), 9)
			paste(out, part, w*20/100, h*30/100)
			return out
		}),
		e(Caption, "paragraph", func(in input) picture { return paragraph(in.p) }),
		e(Caption, "confetti", func(in input) picture { return confetti(in) }),
		e(Caption, "coloured veil", func(in input) picture { return veiled(in.p) }),
		e(Caption, "logo and code", func(in input) picture { return coded(in) }),

		e(Screenshot, "story", func(in input) picture { return story(in.p) }),
		e(Screenshot, "video call", func(in input) picture { return call(in) }).filled(),
		e(Screenshot, "gallery", func(in input) picture { return gallery(in) }).filled(),
		e(Screenshot, "photo of a screen", func(in input) picture { return offScreen(in) }),
		e(Screenshot, "before and after", func(in input) picture { return halves(in) }).filled(),
		e(Screenshot, "article", func(in input) picture { return article(in.p) }),
		e(Screenshot, "tilted collage", func(in input) picture { return rotate(collage(in, 2, 2), 7, 1, black) }).filled(),

		e(Combined, "rotated 3, caption, jpeg 25", func(in input) picture {
			return bar(rotate(in.p, 3, 1.08, white), "Your coach since 2009", 0.15)
		}).at(25),
		e(Combined, "mirrored, cropped, circle", func(in input) picture {
			return circle(mirror(cut(in.p, 0.12, 0.04, 0.72, 0.74)), white)
		}),
		e(Combined, "story, mirrored, sepia", func(in input) picture {
			return story(tone(mirror(in.p), func(r, g, b float64) (float64, float64, float64) {
				l := luma(r, g, b)
				return l + 0.08, 0.9*l + 0.03, 0.65 * l
			}))
		}),
		e(Combined, "hexagon, rotated -7, posterised", func(in input) picture {
			return hexagon(square(tone(inner(in.p, -7), each(func(v float64) float64 { return math.Round(v*7) / 7 }))), white)
		}),
		e(Combined, "sheared, grid, dark", func(in input) picture {
			return gridded(tone(skew(in.p, -0.1), each(func(v float64) float64 { return math.Pow(v, 1.5) })), 8)
		}),
		e(Combined, "striped border, noise, 120 pixels", func(in input) picture {
			return within(noise(striped(in.p, 0.1), in.rand, 14), 120)
		}),
		e(Combined, "upper half, veil, mirrored", func(in input) picture { return veiled(mirror(cut(in.p, 0, 0, 1, 0.6))) }),
		e(Combined, "photo of a screen, caption", func(in input) picture {
			in.p = bar(in.p, "available now", 0.14)
			return offScreen(in)
		}),
		e(Combined, "squeezed, confetti, jpeg 30", func(in input) picture {
			w, h := size(in.p)
			in.p = resize(in.p, w*4/5, h)
			return confetti(in)
		}).at(30),
		e(Combined, "far away, turned left, pale", func(in input) picture {
			p := quarter(tone(in.p, each(func(v float64) float64 { return 0.55*v + 0.3 })), 3)
			return frame(p, beige, 0.3, 0.6, 0.5, 0.2)
		}),
	}
}
