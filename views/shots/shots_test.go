package shots

import (
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
)

// Every scene is painted once at the small size, and is no empty picture. Set
// MENSCH_SHOTS to a folder to keep all of them.
func TestScenes(t *testing.T) {
	dir := os.Getenv("MENSCH_SHOTS")
	sizes, coats := []fyne.Size{{Width: 1280, Height: 800}}, []string{"dark"}
	if dir == "" {
		dir = t.TempDir()
	} else if os.Getenv("MENSCH_SHOTS_QUICK") == "" {
		sizes, coats = append(sizes, fyne.Size{Width: 2560, Height: 1440}), append(coats, "light")
	}
	if err := RenderSome(dir, Scenes(), sizes, coats); err != nil {
		t.Fatal(err)
	}
	for _, s := range Scenes() {
		f, err := os.Open(filepath.Join(dir, s.Name+"-dark-1280.png"))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b.Dx() != 1280 || b.Dy() != 800 {
			t.Errorf("%s is %v", s.Name, b)
		}
		colours := map[[3]uint32]bool{}
		for y := 0; y < 800; y += 3 {
			for x := 0; x < 1280; x += 3 {
				r, g, b, _ := img.At(x, y).RGBA()
				colours[[3]uint32{r, g, b}] = true
			}
		}
		if len(colours) < 100 {
			t.Errorf("%s has only %d colours: is it drawn?", s.Name, len(colours))
		}
	}
}
