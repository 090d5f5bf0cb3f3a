package compare

import (
	"fmt"
	"image"
	"image/color"

	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"mensch/views/look"
	"mensch/views/show"
)

// tones are the histograms of a photo: lightness, red, green, blue.
type tones struct {
	count [4][256]int
	total int
}

// toneSide is the longer side, in pixels, of the level that tones are counted in.
const toneSide = 1024

func tonesOf(p *pyramid) *tones {
	level := p.levels[0]
	for _, l := range p.levels {
		if max(l.Rect.Dx(), l.Rect.Dy()) <= toneSide {
			break
		}
		level = l
	}
	t := &tones{total: level.Rect.Dx() * level.Rect.Dy()}
	for y := range level.Rect.Dy() {
		row := level.Pix[y*level.Stride : y*level.Stride+4*level.Rect.Dx()]
		for i := 0; i+4 <= len(row); i += 4 {
			t.count[0][luma(row[i:])]++
			t.count[1][row[i]]++
			t.count[2][row[i+1]]++
			t.count[3][row[i+2]]++
		}
	}
	return t
}

// words say of the lightness what the curve shows: the mean, and how much is
// quite black or quite white.
func (t *tones) words() string {
	if t.total == 0 {
		return ""
	}
	sum, black, white := 0, 0, 0
	for i, n := range t.count[0] {
		sum += i * n
		if i <= 3 {
			black += n
		}
		if i >= 252 {
			white += n
		}
	}
	share := func(n int) string { return show.Percent(float64(n) / float64(t.total)) }
	return fmt.Sprintf("mean %d   ·   black %s   ·   white %s", sum/t.total, share(black), share(white))
}

// toneColours are those of the curves: red, green and blue on either coat.
var toneColours = [3]color.RGBA{{214, 76, 70, 255}, {62, 160, 84, 255}, {72, 126, 224, 255}}

// graph draws the histograms of one photo.
type graph struct {
	raster *canvas.Raster
	tones  *tones
}

func newGraph() *graph {
	g := &graph{}
	g.raster = canvas.NewRaster(g.draw)
	return g
}

func (g *graph) draw(w, h int) image.Image {
	dst := image.NewRGBA(image.Rect(0, 0, max(1, w), max(1, h)))
	fillRow(dst.Pix, rgba(look.Of(look.Track)))
	if g.tones == nil || w < 2 || h < 2 {
		return dst
	}
	// The highest bar but the few at the ends decides the scale: else a white
	// wall flattens everything.
	top := 1
	for _, channel := range g.tones.count {
		for _, n := range channel[2:254] {
			top = max(top, n)
		}
	}
	height := func(channel, x int) float64 {
		n := g.tones.count[channel][min(255, x*256/w)]
		return float64(h-2) * min(1, float64(n)/float64(top))
	}
	grey := rgba(look.Fade(look.Of(look.Track), look.Of(theme.ColorNameForeground), 0.35))
	for x := range w {
		for y := h - int(height(0, x)); y < h; y++ {
			dst.SetRGBA(x, y, grey)
		}
	}
	width := max(1, h/60)
	for channel, c := range toneColours {
		for x := 1; x < w; x++ {
			drawLine(dst, float64(x-1), float64(h-1)-height(channel+1, x-1), float64(x), float64(h-1)-height(channel+1, x), width, c)
		}
	}
	return dst
}
