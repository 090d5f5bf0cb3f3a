// Package evasions makes of a photo what frauds make of it so that it's not
// recognised: mirrored, cropped, framed, captioned, put in a screenshot, and
// more of these at once. It's for measuring the matcher, seeded, so that a
// measurement can be repeated.
package evasions

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// The groups of evasions, in the order of the score's table.
const (
	Encode     = "re-encode, scale, filter"
	Tone       = "tone"
	Geometry   = "mirror, rotate (geometry)"
	Crop       = "crops 5-50 %, head, aspect"
	Circle     = "circle mask"
	Frame      = "frames, letterbox, polaroid"
	Caption    = "caption, watermark, emoji, meme"
	Screenshot = "screenshot, collage"
	Combined   = "two or three of these at once"
)

// Groups are all groups in order.
var Groups = []string{Encode, Tone, Geometry, Crop, Circle, Frame, Caption, Screenshot, Combined}

// Evasion is one way to alter a photo.
type Evasion struct {
	Name  string
	Group string

	quality int  // of the JPEG, 0 for PNG
	others  bool // shows other photos too
	apply   func(in input) picture
}

type input struct {
	p      picture
	rand   *rand.Rand
	others []picture
}

// Fillers says that the result shows other photos too.
func (e Evasion) Fillers() bool { return e.others }

// Apply alters a photo and gives the encoded file. The same seed and name give
// the same result. others are photos to put beside it in a collage; they may
// be empty, and plain patterns stand in.
func (e Evasion) Apply(seed uint64, src image.Image, others []image.Image) ([]byte, error) {
	h := fnv.New64a()
	h.Write([]byte(e.Name))
	b := src.Bounds()
	p := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(p, p.Rect, src, b.Min, draw.Src)
	in := input{p: p, rand: rand.New(rand.NewPCG(seed, h.Sum64()))}
	if e.others {
		for _, o := range others {
			ob := o.Bounds()
			q := image.NewNRGBA(image.Rect(0, 0, ob.Dx(), ob.Dy()))
			draw.Draw(q, q.Rect, o, ob.Min, draw.Src)
			in.others = append(in.others, q)
		}
	}
	out := e.apply(in)
	var file bytes.Buffer
	var err error
	if e.quality == 0 {
		err = png.Encode(&file, out)
	} else {
		flat := image.NewRGBA(out.Rect)
		draw.Draw(flat, flat.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(flat, flat.Rect, out, out.Rect.Min, draw.Over)
		err = jpeg.Encode(&file, flat, &jpeg.Options{Quality: e.quality})
	}
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", e.Name, err)
	}
	return file.Bytes(), nil
}
