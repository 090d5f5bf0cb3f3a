package evasions

import (
	"bytes"
	"image"
	"image/color"
	"math"
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
	all := All()
	if len(all) < 80 {
		t.Fatalf("%d evasions, want at least 80", len(all))
	}
	names, groups := map[string]bool{}, map[string]int{}
	src := sample()
	for _, e := range all {
		if names[e.Name] {
			t.Errorf("two evasions are named %s", e.Name)
		}
		names[e.Name] = true
		groups[e.Group]++
		a, err := e.Apply(7, src, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := image.Decode(bytes.NewReader(a)); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
		if e.Group == Combined || e.Name == "stickers" || e.Name == "noise" {
			if b, _ := e.Apply(7, src, nil); !bytes.Equal(a, b) {
				t.Errorf("%s differs from itself with the same seed", e.Name)
			}
		}
	}
	for _, g := range Groups {
		if groups[g] == 0 {
			t.Errorf("the group %s is empty", g)
		}
	}
}
