package app

import (
	"image"
	"image/color"
	"testing"
)

func shade(w, h int, at func(u, v float64) uint8) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetGray(x, y, color.Gray{Y: at(float64(x)/float64(w), float64(y)/float64(h))})
		}
	}
	return img
}

func scene(u, v float64) uint8 {
	if (u-0.3)*(u-0.3)+(v-0.4)*(v-0.4) < 0.05 {
		return 240
	}
	return uint8(40 + 120*u*v)
}

func other(u, v float64) uint8 {
	if u > 0.6 && v > 0.5 {
		return 220
	}
	return uint8(160 - 120*u)
}

func TestAThumbnailIsHeldAgainstItsPhoto(t *testing.T) {
	photo := shade(900, 600, scene)
	if !alike(photo, shade(160, 107, scene), 1) {
		t.Error("a photo's own thumbnail differs")
	}
	if alike(photo, shade(160, 107, other), 1) {
		t.Error("another picture's thumbnail passes")
	}
	// 4:3 with bars above and below, as cameras write them.
	bars := shade(160, 120, func(u, v float64) uint8 {
		if v = (v*120 - 6.5) / 107; v < 0 || v >= 1 {
			return 0
		}
		return scene(u, v)
	})
	if !alike(photo, bars, 1) {
		t.Error("bars make a thumbnail differ")
	}
	// Orientation 6: what is stored lies on its left side.
	upright := shade(600, 900, scene)
	stored := shade(160, 107, func(u, v float64) uint8 { return scene(1-v, u) })
	if !alike(upright, stored, 6) {
		t.Error("a thumbnail as the sensor lay differs")
	}
	if alike(upright, stored, 1) {
		t.Error("a thumbnail on its side passes as upright")
	}
}
