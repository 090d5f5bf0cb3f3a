package pdq

import (
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/photos/hamming"
)

// The hashes that Meta publishes of its bridge photo and its modifications.
// Where no sampling down comes first they are met to the bit, or nearly (JPEG
// decoders round differently); the larger ones were sampled down by PIL.
var published = []struct {
	file, hash string
	within     int
}{
	{"aaa-orig.jpg", "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22", 8},
	{"blur-a-little.jpg", "d8f8f0cce0f4a84f0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22", 8},
	{"blur-a-lot.jpg", "d8f8f0cce0f4e84f0637022a028f67f0b36e2ed596623e1d33e6b39c4e9c9b22", 8},
	{"high-contrast.jpg", "d8f8f0cce0f4e84d06370a32068f67f0b36e2ed596623e1d33e6339c4e9c9b22", 8},
	{"high-saturation.jpg", "d8f8f0cce0f4e84f0e370a22028f67f0b36e2ed596621e1d33e6b39c4e9c9b22", 8},
	{"sharpen-a-little.jpg", "d8f8f0cce0f4a84f0e370a22038f67f0b36e2ed596621e1d33e6b39c4e9c9b22", 8},
	{"shrink-a-little.jpg", "d8f8f0cce0f4a84f0e370a22038f67f0b36e2ed596621e1d33e6b39c4e9c9b22", 8},
	{"shrink-a-lot.jpg", "d0f8f1ccc0f4a84d0a370a3a228f67f0b36e2ed5b6623e1d33e6339c4e9c9b22", 0},
	{"square-128x128.jpg", "d8f8f1eec0f4a84f0e37022a078f63f0b36e2ed596621e1d33e6239c4e9c9b22", 2},
	{"square-256x256.jpg", "d8f8f0cec4f4a84f0637022a078f67f0b36e2ee5b6621e1d33e6239c4e9c9b22", 0},
	{"square-512x512.jpg", "d8f8f0cec0f4a84f0637022a278f67f0b36e2ed596621e1d33e6339c4e9c9b22", 0},
}

func TestPublishedHashes(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "photos", "bridge_mods")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the reference photos are not beside the repository")
	}
	for _, p := range published {
		f, err := os.Open(filepath.Join(dir, p.file))
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(f)
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		want, err := Parse(p.hash)
		if err != nil {
			t.Fatal(err)
		}
		got, quality := Hash(img)
		t.Logf("%-22s %d bits off, quality %d", p.file, got.Distance(want), quality)
		if d := got.Distance(want); d > p.within {
			t.Errorf("%s is %d bits from the published hash, at most %d expected", p.file, d, p.within)
		}
		if quality != 100 {
			t.Errorf("%s has quality %d, published as 100", p.file, quality)
		}
	}
}

func TestBoxFilterOfThePaper(t *testing.T) {
	// The worked examples of windows of 7 and 8 over 0 to 15.
	in := make([]float32, 16)
	for i := range in {
		in[i] = float32(i)
	}
	for window, sums := range map[int][]float32{
		7: {6. / 4, 10. / 5, 15. / 6, 21. / 7, 28. / 7, 35. / 7, 42. / 7, 49. / 7, 56. / 7, 63. / 7, 70. / 7, 77. / 7, 84. / 7, 75. / 6, 65. / 5, 54. / 4},
		8: {10. / 5, 15. / 6, 21. / 7, 28. / 8, 36. / 8, 44. / 8, 52. / 8, 60. / 8, 68. / 8, 76. / 8, 84. / 8, 92. / 8, 84. / 7, 75. / 6, 65. / 5, 54. / 4},
	} {
		out := make([]float32, 16)
		box(in, out, 16, 1, window)
		for i := range out {
			if d := out[i] - sums[i]; d > 1e-5 || d < -1e-5 {
				t.Errorf("window %d at %d: %v, want %v", window, i, out[i], sums[i])
			}
		}
	}
}

func TestTextGoesThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h hamming.Hash256
		for i := range h {
			h[i] = rapid.Uint64().Draw(t, "word")
		}
		if got, err := Parse(Format(h)); err != nil || got != h {
			t.Fatalf("%v came back as %v (%v)", h, got, err)
		}
	})
	for _, bad := range []string{"", "f8", published[0].hash + "00", "g" + published[0].hash[1:]} {
		if _, err := Parse(bad); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestOddPictures(t *testing.T) {
	for _, r := range []image.Rectangle{{}, image.Rect(0, 0, 1, 1), image.Rect(0, 0, 1, 900), image.Rect(3, 5, 67, 8)} {
		img := image.NewGray(r)
		if _, quality := Hash(img); quality != 0 {
			t.Errorf("a black picture of %v has quality %d", r, quality)
		}
	}
	if _, quality := FromLuma(make([]float32, 3), 2, 2); quality != 0 {
		t.Error("a short slice has a quality")
	}
}
