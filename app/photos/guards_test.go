package photos

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"github.com/corona10/goimagehash"
	"pgregory.net/rapid"
)

// The faults of goimagehash v1.1.0 that the reading of photos has to get round.
// Each test shows the fault first: should it be mended one day, the guard may go.

func TestGuardAPartOfAPictureIsCopied(t *testing.T) {
	large := scene(hashSide+20, hashSide+20)
	grey := image.NewGray(large.Rect)
	draw.Draw(grey, grey.Rect, large, image.Point{}, draw.Src)
	part := grey.SubImage(image.Rect(10, 10, 10+hashSide, 10+hashSide))
	plain, err := goimagehash.PerceptionHash(part)
	if err != nil {
		t.Fatal(err)
	}
	if plain.GetHash() != 0 {
		t.Log("goimagehash hashes parts of pictures now")
	}
	p, err := FromImage("part", part)
	if err != nil {
		t.Fatal(err)
	}
	whole := image.NewGray(image.Rect(0, 0, hashSide, hashSide))
	draw.Draw(whole, whole.Rect, part, part.Bounds().Min, draw.Src)
	q, err := FromImage("whole", whole)
	if err != nil {
		t.Fatal(err)
	}
	ph, dh := plainHashes(p.base.resized(hashSide, hashSide))
	pw, dw := plainHashes(q.base.resized(hashSide, hashSide))
	if ph == 0 || dh == 0 || ph != pw || dh != dw {
		t.Errorf("a part hashes to %x %x, its copy to %x %x", ph, dh, pw, dw)
	}
}

func TestGuardFlatPicturesMatchNothing(t *testing.T) {
	for name, c := range map[string]color.Color{"white": color.White, "black": color.Black, "red": color.NRGBA{200, 10, 10, 255}} {
		h := Hash(decoded(t, encodePNG(t, plainColour(c))))
		if h.Class != ClassFeatureless || h.PHash != 0 || h.DHash != 0 || len(h.Views) != 0 || len(h.PDQ) != 0 {
			t.Errorf("%s: %s %x %x", name, h.Class, h.PHash, h.DHash)
		}
	}
}

func TestGuardAlphaIsNoBlack(t *testing.T) {
	// The same drawing on nothing and on white.
	clear := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	white := image.NewNRGBA(clear.Rect)
	draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
	for y := range 200 {
		for x := range 200 {
			if (x-90)*(x-90)+(y-110)*(y-110) < 70*70 {
				v := uint8(60 + 50*math.Sin(float64(x)/9)*math.Cos(float64(y)/11))
				clear.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
				white.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
			}
		}
	}
	a, b := Hash(decoded(t, encodePNG(t, clear))), Hash(decoded(t, encodePNG(t, white)))
	if a.PHash != b.PHash || a.DHash != b.DHash || !bytes.Equal(a.PDQ, b.PDQ) {
		t.Errorf("on nothing %x %x, on white %x %x", a.PHash, a.DHash, b.PHash, b.DHash)
	}
	plain, err := goimagehash.PerceptionHash(clear)
	if err != nil {
		t.Fatal(err)
	}
	if plain.GetHash() == b.PHash {
		t.Log("goimagehash lays alpha over white now")
	}
}

func TestGuardOrientationIsRead(t *testing.T) {
	file := encodeJPEG(t, scene(200, 150))
	turned := Hash(decoded(t, withOrientation(file, 6, binary.BigEndian)))
	upright := Hash(decoded(t, file))
	if bitsApart(turned.PHash, upright.PHash) < 8 {
		t.Error("a photo to be turned hashes like one that is not")
	}
	if again := Hash(decoded(t, encodePNG(t, decoded(t, withOrientation(file, 6, binary.BigEndian)).Image()))); bitsApart(turned.PHash, again.PHash) > 1 {
		t.Errorf("turned by its note %x, turned for good %x", turned.PHash, again.PHash)
	}
}

// Shrinking is an average by area: nothing gets lost, and a flat picture stays
// as it is, whatever the sizes.
func TestShrinkingIsAnAverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 90).Draw(t, "h")
		tw, th := rapid.IntRange(1, w).Draw(t, "tw"), rapid.IntRange(1, h).Draw(t, "th")
		pix := rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "pixels")
		img := &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, h)}
		small := shrinkRows(w, h, tw, th, lumaRows(img, nil, 255))
		full := newPlane(w, h)
		var sum, mean float64
		for i, v := range pix {
			full.pix[i] = float32(v)
			sum += float64(v) / float64(w*h)
		}
		exact := full.averaged(tw, th)
		for i, v := range small.pix {
			mean += float64(v) / float64(tw*th)
			if d := math.Abs(float64(v - exact.pix[i])); d > 0.6 {
				t.Fatalf("%d x %d to %d x %d: pixel %d is %v, exactly %v", w, h, tw, th, i, v, exact.pix[i])
			}
		}
		if math.Abs(mean-sum) > 0.6 {
			t.Fatalf("the mean of %v became %v", sum, mean)
		}
	})
}
