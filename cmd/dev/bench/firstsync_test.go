package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"testing"
)

func TestFirstSyncHashesEveryPhoto(t *testing.T) {
	var photos [][]byte
	for i := range 5 {
		img := image.NewGray(image.Rect(0, 0, 48, 48))
		for k := range img.Pix {
			img.Pix[k] = uint8(k * (k + 3*i) >> 4)
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Fatal(err)
		}
		photos = append(photos, b.Bytes())
	}
	var parts []string
	if err := firstSync(t.Context(), photos, func(part string) { parts = append(parts, part) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"experts and profiles", "fetched and kept", "decoded, hashed, indexed and written"}; !slices.Equal(parts, want) {
		t.Errorf("parts %q, want %q", parts, want)
	}
}
