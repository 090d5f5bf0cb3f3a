package compare

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
	"mensch/views/show"
)

// pane shows one photo of the table, or two laid over each other. It draws only
// what the view has in sight.
type pane struct {
	widget.BaseWidget
	at     int // its place: 0 shows the reference
	raster *canvas.Raster
	buffer *image.RGBA
	spare  *image.RGBA // a second drawing, for what compares both photos
	words  *show.Line  // in place of a photo
	paint  func(p *pane, dst *image.RGBA) bool

	zoomed  func(p *pane, factor, x, y float64)
	dragged func(p *pane, dx, dy float64)
	pointed func(p *pane, x, y float64)
	pressed func(p *pane)
	opened  func()      // a double tap
	hurried func() bool // draw at half the resolution
	density float64     // drawn pixels in a unit of the screen
	coarse  int         // screen pixels in a drawn one, 1 or 2
}

func newPane(at int, paint func(*pane, *image.RGBA) bool) *pane {
	p := &pane{at: at, paint: paint, words: show.NewLine("").Muted().Centred(), density: 1, coarse: 1}
	p.raster = canvas.NewRaster(p.draw)
	p.ExtendBaseWidget(p)
	return p
}

// draw is called when the raster is painted. The buffers are kept, since a
// full-screen pane would else leave 8 MB a frame to the garbage collector.
func (p *pane) draw(w, h int) image.Image {
	if w <= 0 || h <= 0 {
		return image.NewRGBA(image.Rect(0, 0, 1, 1))
	}
	p.coarse = 1
	if p.hurried != nil && p.hurried() {
		p.coarse = 2 // the window stretches it; what moves is not looked at closely
		w, h = (w+1)/2, (h+1)/2
	}
	p.buffer = sized(p.buffer, w, h)
	if width := float64(p.Size().Width); width > 0 {
		p.density = float64(w) / width
	}
	if !p.paint(p, p.buffer) {
		fill(p.buffer, rgba(look.Of(look.Track)))
	}
	return p.buffer
}

// second is a buffer as large as the first.
func (p *pane) second() *image.RGBA {
	p.spare = sized(p.spare, p.buffer.Rect.Dx(), p.buffer.Rect.Dy())
	return p.spare
}

// sized gives a picture of a size, in the memory of another where that is enough.
func sized(old *image.RGBA, w, h int) *image.RGBA {
	if old == nil || cap(old.Pix) < 4*w*h {
		return image.NewRGBA(image.Rect(0, 0, w, h))
	}
	if old.Rect.Dx() == w && old.Rect.Dy() == h {
		return old
	}
	return &image.RGBA{Pix: old.Pix[:4*w*h], Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}
}

func rgba(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
}

func (p *pane) redraw() { p.raster.Refresh() }

// Scrolled zooms at the pointer.
func (p *pane) Scrolled(ev *fyne.ScrollEvent) {
	p.zoomed(p, math.Exp(float64(ev.Scrolled.DY)/80), float64(ev.Position.X)*p.density, float64(ev.Position.Y)*p.density)
}

// Dragged moves the photo with the pointer.
func (p *pane) Dragged(ev *fyne.DragEvent) {
	p.dragged(p, float64(ev.Dragged.DX)*p.density, float64(ev.Dragged.DY)*p.density)
}

// DragEnd does nothing: there is no momentum to stop.
func (p *pane) DragEnd() {}

// Tapped takes the photo in hand.
func (p *pane) Tapped(*fyne.PointEvent) { p.pressed(p) }

// MouseIn is MouseMoved.
func (p *pane) MouseIn(ev *desktop.MouseEvent) { p.MouseMoved(ev) }

// MouseMoved leads the loupe.
func (p *pane) MouseMoved(ev *desktop.MouseEvent) {
	p.pointed(p, float64(ev.Position.X)*p.density, float64(ev.Position.Y)*p.density)
}

// MouseOut leaves the loupe where it is, for the keyboard.
func (p *pane) MouseOut() {}

// DoubleTapped goes back to the whole photo.
func (p *pane) DoubleTapped(*fyne.PointEvent) { p.opened() }

// Cursor says that the photo can be moved.
func (p *pane) Cursor() desktop.Cursor { return desktop.CrosshairCursor }

// CreateRenderer is called by Fyne.
func (p *pane) CreateRenderer() fyne.WidgetRenderer { return &paneRenderer{p} }

type paneRenderer struct{ p *pane }

func (r *paneRenderer) Layout(size fyne.Size) {
	r.p.raster.Resize(size)
	h := show.LineHeight(theme.SizeNameText, fyne.TextStyle{})
	r.p.words.Move(fyne.NewPos(12, size.Height/2-h/2))
	r.p.words.Resize(fyne.NewSize(max(0, size.Width-24), h))
}
func (r *paneRenderer) MinSize() fyne.Size { return fyne.NewSize(160, 160) }
func (r *paneRenderer) Refresh()           { r.p.raster.Refresh(); r.p.words.Refresh() }
func (r *paneRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.raster, r.p.words}
}
func (r *paneRenderer) Destroy() {}
