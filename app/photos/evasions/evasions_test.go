package evasions

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

func sample() image.Image {
	p := image.NewNRGBA(image.Rect(0, 0, 120, 100))
	for y := range 100 {
		for x := range 120 {
			v := uint8(128 + 90*math.Sin(float64(x*y)/300))
			p.SetNRGBA(x, y, color.NRGBA{v, uint8(2 * x), uint8(2 * y), 255})
		}
	}
	return p
}

func TestEveryEvasionIsRepeatableAndReadable(t *testing.T) {
	if n := len(All()); n < 80 {
		t.Fatalf("%d evasions, want at least 80", n)
	}
	all := append(All(), Unseen()...)
	names := map[string]bool{}
	src := sample()
	for _, e := range all {
		if names[e.Name] {
			t.Errorf("two evasions are named %s", e.Name)
		}
		names[e.Name] = true
		a, err := e.Apply(7, src, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := image.Decode(bytes.NewReader(a)); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
		if e.Group == Combined || e.Name == "stickers" || e.Name == "noise" || e.Name == "flowers around" {
			if b, _ := e.Apply(7, src, nil); !bytes.Equal(a, b) {
				t.Errorf("%s differs from itself with the same seed", e.Name)
			}
		}
	}
	for family, of := range map[string][]Evasion{"known": All(), "unseen": Unseen()} {
		for _, g := range Groups {
			if !slices.ContainsFunc(of, func(e Evasion) bool { return e.Group == g }) {
				t.Errorf("the %s family has no evasion of the group %s", family, g)
			}
		}
	}
}
