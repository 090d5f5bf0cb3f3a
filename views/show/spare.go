package show

import (
	"image"
	"image/color"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"golang.org/x/image/draw"
)

// What the whole window does to spare whoever looks at it. It is set on the UI
// thread; what is drawn later looks at it.
var (
	greyed atomic.Bool
	veiler atomic.Pointer[func(string) string]
)

// Spare sets whether photos are drawn without colours, and what hides hard
// words in wrapped texts (nil: nothing). veil keeps the length of a text in
// bytes, so that highlights stay where they are.
func Spare(grey bool, veil func(string) string) {
	greyed.Store(grey)
	if veil == nil {
		veiler.Store(nil)
		return
	}
	veiler.Store(&veil)
}

// shown is the text as it is drawn: hard words stay behind dots until the
// pointer is on the paragraph.
func (p *Para) shown() string {
	veil := veiler.Load()
	if veil == nil || p.unveiled {
		return p.text
	}
	if text := (*veil)(p.text); len(text) == len(p.text) {
		return text
	}
	return p.text
}

// Unveil shows the hard words of the paragraph, or hides them again.
func (p *Para) Unveil(on bool) {
	if p.unveiled == on {
		return
	}
	p.unveiled = on
	if veiler.Load() != nil {
		p.valid = false
		p.Refresh()
	}
}

// tint is a picture as it is to be drawn.
func tint(img image.Image) image.Image {
	if img == nil || !greyed.Load() {
		return img
	}
	out := image.NewGray(img.Bounds())
	draw.Draw(out, out.Bounds(), opaque{img}, img.Bounds().Min, draw.Src)
	return out
}

// opaque lays a picture on middle grey: what is clear must not turn black.
type opaque struct{ image.Image }

func (o opaque) At(x, y int) color.Color {
	r, g, b, a := o.Image.At(x, y).RGBA()
	const ground = 0x8000
	over := func(c uint32) uint16 { return uint16(min(0xffff, c+ground*(0xffff-a)/0xffff)) }
	return color.RGBA64{R: over(r), G: over(g), B: over(b), A: 0xffff}
}

// reveals holds who hears, per canvas, that a blurred photo was shown.
var reveals sync.Map

// HearReveals makes f hear of each blurred photo that is shown on a canvas.
func HearReveals(c fyne.Canvas, f func()) { reveals.Store(c, f) }

func seen(o fyne.CanvasObject) {
	c := canvasOf(o)
	if c == nil {
		return
	}
	if f, ok := reveals.Load(c); ok {
		f.(func())()
	}
}

// Drawn is the text as it stands in the paragraph's lines, for tests.
func (p *Para) Drawn() string {
	out := ""
	for _, line := range p.lines {
		for _, r := range line.runs {
			out += r.text
		}
	}
	return out
}
