package evasions

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
)

var (
	white = color.NRGBA{255, 255, 255, 255}
	black = color.NRGBA{0, 0, 0, 255}
	grey  = color.NRGBA{128, 128, 128, 255}
	beige = color.NRGBA{240, 232, 214, 255}
	blue  = color.NRGBA{24, 60, 120, 255}
	clear = color.NRGBA{}
)

func e(group, name string, apply func(in input) picture) Evasion {
	return Evasion{Name: name, Group: group, quality: 85, apply: apply}
}

func (v Evasion) at(quality int) Evasion { v.quality = quality; return v }
func (v Evasion) filled() Evasion        { v.others = true; return v }

func same(in input) picture { return in.p }

func curve(f func(v float64) float64) func(in input) picture {
	return func(in input) picture { return tone(in.p, each(f)) }
}

func cropped(gone, u, v float64) func(in input) picture {
	return func(in input) picture { return cropArea(in.p, gone, u, v) }
}

// recode saves as JPEG and reads again.
func recode(p picture, quality int) picture {
	var b bytes.Buffer
	if jpeg.Encode(&b, p, &jpeg.Options{Quality: quality}) != nil {
		return p
	}
	m, err := jpeg.Decode(&b)
	if err != nil {
		return p
	}
	out := image.NewNRGBA(m.Bounds())
	draw.Draw(out, out.Rect, m, image.Point{}, draw.Src)
	return out
}

// All gives every evasion.
func All() []Evasion {
	return []Evasion{
		e(Encode, "jpeg 75", same).at(75),
		e(Encode, "jpeg 40", same).at(40),
		e(Encode, "jpeg 15", same).at(15),
		e(Encode, "png", same).at(0),
		e(Encode, "half size", func(in input) picture { return scale(in.p, 0.5) }),
		e(Encode, "128 pixels", func(in input) picture { return within(in.p, 128) }),
		e(Encode, "80 pixels", func(in input) picture { return within(in.p, 80) }),
		e(Encode, "enlarged", func(in input) picture { return scale(in.p, 1.7) }),
		e(Encode, "blur 1.5", func(in input) picture { return blur(in.p, 1.5) }),
		e(Encode, "blur 3", func(in input) picture { return blur(in.p, 3) }),
		e(Encode, "sharpened", func(in input) picture { return sharpen(in.p, 1.5) }),
		e(Encode, "noise", func(in input) picture { return noise(in.p, in.rand, 18) }),

		e(Tone, "brighter", curve(func(v float64) float64 { return v + 0.18 })),
		e(Tone, "darker", curve(func(v float64) float64 { return v - 0.18 })),
		e(Tone, "contrast", curve(func(v float64) float64 { return (v-0.5)*1.6 + 0.5 })),
		e(Tone, "pale", curve(func(v float64) float64 { return (v-0.5)*0.5 + 0.6 })),
		e(Tone, "gamma 0.55", curve(func(v float64) float64 { return math.Pow(v, 0.55) })),
		e(Tone, "gamma 1.8", curve(func(v float64) float64 { return math.Pow(v, 1.8) })),
		e(Tone, "black and white", func(in input) picture {
			return tone(in.p, func(r, g, b float64) (float64, float64, float64) { l := luma(r, g, b); return l, l, l })
		}),
		e(Tone, "sepia", func(in input) picture {
			return tone(in.p, func(r, g, b float64) (float64, float64, float64) {
				l := luma(r, g, b)
				return l*1.07 + 0.05, l*0.9 + 0.02, l * 0.7
			})
		}),
		e(Tone, "colour cast", func(in input) picture {
			return tone(in.p, func(r, g, b float64) (float64, float64, float64) { return r * 0.75, g * 0.95, b*0.9 + 0.15 })
		}),
		e(Tone, "vignette", func(in input) picture { return vignette(in.p) }),

		e(Geometry, "mirrored", func(in input) picture { return mirror(in.p) }),
		e(Geometry, "upside down", func(in input) picture { return flip(in.p) }),
		e(Geometry, "turned 90", func(in input) picture { return quarter(in.p, 1) }),
		e(Geometry, "turned 180", func(in input) picture { return quarter(in.p, 2) }),
		e(Geometry, "turned 270", func(in input) picture { return quarter(in.p, 3) }),
		e(Geometry, "mirrored, turned 90", func(in input) picture { return quarter(mirror(in.p), 1) }),
		e(Geometry, "rotated 5", func(in input) picture { return rotate(in.p, 5, 1, white) }),
		e(Geometry, "rotated -10", func(in input) picture { return rotate(in.p, -10, 1, black) }),
		e(Geometry, "rotated 5, filled", func(in input) picture { return inner(in.p, 5) }),
		e(Geometry, "rotated -10, filled", func(in input) picture { return inner(in.p, -10) }),
		e(Geometry, "rotated 20, filled", func(in input) picture { return inner(in.p, 20) }),
		e(Geometry, "skewed", func(in input) picture { return skew(in.p, 0.12) }),

		e(Crop, "crop 5 %", cropped(0.05, 0.5, 0.5)),
		e(Crop, "crop 10 %, corner", cropped(0.1, 0, 1)),
		e(Crop, "crop 20 %", cropped(0.2, 0.5, 0.5)),
		e(Crop, "crop 30 %, top", cropped(0.3, 0.4, 0)),
		e(Crop, "crop 40 %", cropped(0.4, 0.5, 0.4)),
		e(Crop, "crop 50 %", cropped(0.5, 0.5, 0.5)),
		e(Crop, "crop 50 %, corner", cropped(0.5, 0.9, 0.2)),
		e(Crop, "head", func(in input) picture { return cut(in.p, 0.24, 0.08, 0.52, 0.56) }),
		e(Crop, "tall", func(in input) picture { return cut(in.p, 0.18, 0, 0.64, 1) }),
		e(Crop, "wide", func(in input) picture { return cut(in.p, 0, 0.15, 1, 0.6) }),
		e(Crop, "stretched", func(in input) picture { w, h := size(in.p); return resize(in.p, w*5/4, h) }),
		e(Crop, "squeezed, crop 15 %", func(in input) picture {
			p := cropArea(in.p, 0.15, 0.5, 0.3)
			w, h := size(p)
			return resize(p, w*5/6, h)
		}),

		e(Circle, "circle on white", func(in input) picture { return circle(in.p, white) }),
		e(Circle, "circle on black", func(in input) picture { return circle(in.p, black) }),
		e(Circle, "circle on nothing", func(in input) picture { return circle(in.p, clear) }).at(0),
		e(Circle, "circle in a ring", func(in input) picture {
			p := frame(circle(in.p, white), white, 0.06, 0.06, 0.06, 0.06)
			return ring(p, color.NRGBA{230, 90, 60, 255})
		}),

		e(Frame, "thin white frame", func(in input) picture { return frame(in.p, white, 0.04, 0.04, 0.04, 0.04) }),
		e(Frame, "thick black frame", func(in input) picture { return frame(in.p, black, 0.16, 0.16, 0.16, 0.16) }),
		e(Frame, "wide beige frame", func(in input) picture { return frame(in.p, beige, 0.3, 0.3, 0.3, 0.3) }),
		e(Frame, "letterbox", func(in input) picture { return frame(in.p, black, 0, 0.25, 0, 0.25) }),
		e(Frame, "pillarbox", func(in input) picture { return frame(in.p, white, 0.3, 0, 0.3, 0) }),
		e(Frame, "polaroid", func(in input) picture { return polaroid(in.p, 0) }),
		e(Frame, "tilted polaroid", func(in input) picture { return polaroid(in.p, 6) }),
		e(Frame, "blurred backdrop", func(in input) picture { return backdrop(in.p) }),
		e(Frame, "round corners", func(in input) picture { return corners(in.p, 0.14, white) }),
		e(Frame, "gilded frame", func(in input) picture { return gilded(in) }),

		e(Caption, "caption bar", func(in input) picture { return bar(in.p, "Maria, your advisor for home and garden", 0.16) }),
		e(Caption, "meme", func(in input) picture { return meme(in.p) }),
		e(Caption, "watermark", func(in input) picture { return watermark(in.p, "SAMPLE STOCK", false) }),
		e(Caption, "tiled watermark", func(in input) picture { return watermark(in.p, "shutterpic", true) }),
		e(Caption, "emoji on the face", func(in input) picture {
			out := clone(in.p)
			w, h := size(out)
			smiley(out, 0.5*float64(w), 0.4*float64(h), 0.16*float64(min(w, h)))
			return out
		}),
		e(Caption, "stickers", func(in input) picture { return stickers(in) }),
		e(Caption, "black bar over the eyes", func(in input) picture {
			out := clone(in.p)
			w, h := size(out)
			box(out, w*22/100, h*34/100, w*56/100, h*11/100, black)
			return out
		}),
		e(Caption, "date stamp", func(in input) picture {
			out := clone(in.p)
			w, h := size(out)
			write(out, "2009 06 14  18:22", w*45/100, h*95/100, float64(h)/16, color.NRGBA{255, 150, 40, 255}, true)
			return out
		}),
		e(Caption, "speech bubble", func(in input) picture { return bubble(in.p) }),

		e(Screenshot, "phone, light", func(in input) picture { return phone(in.p, false) }),
		e(Screenshot, "phone, dark", func(in input) picture { return phone(in.p, true) }),
		e(Screenshot, "desktop", func(in input) picture { return desktop(in, 0.42) }).filled(),
		e(Screenshot, "desktop, small", func(in input) picture { return desktop(in, 0.28) }).filled(),
		e(Screenshot, "chat", func(in input) picture { return chat(in.p) }),
		e(Screenshot, "two side by side", func(in input) picture { return collage(in, 2, 1) }).filled(),
		e(Screenshot, "four in a square", func(in input) picture { return collage(in, 2, 2) }).filled(),
		e(Screenshot, "nine in a square", func(in input) picture { return collage(in, 3, 3) }).filled(),

		e(Combined, "mirrored, crop 30 %", func(in input) picture { return mirror(cropArea(in.p, 0.3, 0.5, 0.3)) }),
		e(Combined, "crop 40 %, rotated 8", func(in input) picture { return inner(cropArea(in.p, 0.3, 0.5, 0.4), 8) }),
		e(Combined, "mirrored, circle", func(in input) picture { return circle(mirror(in.p), white) }),
		e(Combined, "head, caption", func(in input) picture {
			return bar(cut(in.p, 0.2, 0.06, 0.6, 0.62), "Ask me anything", 0.18)
		}),
		e(Combined, "mirrored, frame, pale", func(in input) picture {
			return frame(tone(mirror(in.p), each(func(v float64) float64 { return v*0.6 + 0.25 })), black, 0.12, 0.12, 0.12, 0.12)
		}),
		e(Combined, "phone, mirrored", func(in input) picture { return phone(mirror(in.p), false) }),
		e(Combined, "polaroid, caption", func(in input) picture { return polaroid(bar(in.p, "Summer 2011", 0.12), -4) }),
		e(Combined, "rotated 10, grey, jpeg 30", func(in input) picture {
			return tone(rotate(in.p, 10, 1.1, white), func(r, g, b float64) (float64, float64, float64) { l := luma(r, g, b); return l, l, l })
		}).at(30),
		e(Combined, "crop 50 %, turned 90", func(in input) picture { return quarter(cropArea(in.p, 0.5, 0.5, 0.35), 1) }),
		e(Combined, "collage, mirrored", func(in input) picture { in.p = mirror(in.p); return collage(in, 2, 2) }).filled(),
		e(Combined, "meme, crop 20 %, jpeg 20", func(in input) picture { return meme(cropArea(in.p, 0.2, 0.5, 0.3)) }).at(20),
		e(Combined, "circle, rotated 12, dark", func(in input) picture {
			return circle(tone(inner(in.p, -12), each(func(v float64) float64 { return math.Pow(v, 1.6) })), black)
		}),
		e(Combined, "screenshot of a screenshot", func(in input) picture {
			return phone(cut(recode(phone(in.p, true), 60), 0, 0.05, 1, 0.5), false)
		}),
		e(Combined, "mirrored, stretched, emoji", func(in input) picture {
			w, h := size(in.p)
			out := resize(mirror(in.p), w*6/5, h)
			w, h = size(out)
			smiley(out, 0.75*float64(w), 0.25*float64(h), 0.15*float64(h))
			return out
		}),
	}
}
