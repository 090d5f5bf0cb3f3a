package show

import (
	"image"
	"image/color"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golang.org/x/image/draw"

	"mensch/views/look"
)

// Blur makes a picture of which only the rough colours can be told. Call it
// off the UI thread.
func Blur(img image.Image) image.Image {
	if img == nil {
		return nil
	}
	b := img.Bounds()
	long := max(b.Dx(), b.Dy(), 1)
	small := image.NewRGBA(image.Rect(0, 0, max(2, 9*b.Dx()/long), max(2, 9*b.Dy()/long)))
	draw.BiLinear.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	out := image.NewRGBA(image.Rect(0, 0, small.Rect.Dx()*14, small.Rect.Dy()*14))
	draw.BiLinear.Scale(out, out.Bounds(), small, small.Bounds(), draw.Src, nil)
	return out
}

// Square cuts the middle square out of a picture and scales it to a side, for
// avatars. Call it off the UI thread.
func Square(img image.Image, side int) image.Image {
	if img == nil {
		return nil
	}
	b := img.Bounds()
	n := min(b.Dx(), b.Dy())
	x, y := b.Min.X+(b.Dx()-n)/2, b.Min.Y+(b.Dy()-n)/3
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, image.Rect(x, y, x+n, y+n), draw.Src, nil)
	return out
}

// Photo shows a photo at a fixed size: initials until it is there, a blurred
// picture until it is wanted. Where it is blurred, a tap shows it, and another
// hides it again; OnTap replaces that.
type Photo struct {
	widget.BaseWidget
	OnTap func()

	size     fyne.Size
	name     string
	clear    image.Image
	blurred  image.Image
	blur     bool
	revealed bool
	fault    string
}

// NewPhoto makes an empty photo of a size in units of the text scale 1.
func NewPhoto(width, height float32) *Photo {
	p := &Photo{size: fyne.NewSize(width, height)}
	p.ExtendBaseWidget(p)
	return p
}

// Blank shows the initials of a name, until Set.
func (p *Photo) Blank(name string) {
	if p.clear == nil && p.name == name && p.fault == "" {
		return
	}
	p.name, p.clear, p.blurred, p.revealed, p.fault = name, nil, nil, false, ""
	p.Refresh()
}

// Set shows a picture; blurred is its Blur, and is what is seen while blur is
// set and the photo is not revealed.
func (p *Photo) Set(img, blurred image.Image, blur bool) {
	if p.clear == img && p.blur == blur {
		return
	}
	p.clear, p.blurred, p.blur, p.fault = img, blurred, blur, ""
	p.revealed = false
	p.Refresh()
}

// Fail says why there is no picture.
func (p *Photo) Fail(why string) {
	p.clear, p.blurred, p.fault = nil, nil, why
	p.Refresh()
}

// Hidden reports whether the picture is there but blurred.
func (p *Photo) Hidden() bool { return p.clear != nil && p.blur && !p.revealed }

// Reveal shows or hides a blurred picture.
func (p *Photo) Reveal(on bool) {
	if on && p.Hidden() {
		seen(p)
	}
	p.revealed = on
	p.Refresh()
}

// Tapped reveals the picture, or does what OnTap says.
func (p *Photo) Tapped(*fyne.PointEvent) {
	if p.OnTap != nil {
		p.OnTap()
		return
	}
	if p.blur {
		p.Reveal(!p.revealed)
	}
}

// Cursor shows that the photo can be tapped.
func (p *Photo) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is called by Fyne.
func (p *Photo) CreateRenderer() fyne.WidgetRenderer {
	r := &photoRenderer{
		p: p, ground: canvas.NewRectangle(color.Transparent), text: canvas.NewText("", color.Transparent),
		image: canvas.NewImageFromImage(nil),
	}
	r.image.FillMode = canvas.ImageFillContain
	r.image.ScaleMode = canvas.ImageScaleSmooth
	r.paint()
	return r
}

type photoRenderer struct {
	p      *Photo
	ground *canvas.Rectangle
	text   *canvas.Text
	image  *canvas.Image
}

func (r *photoRenderer) paint() {
	p := r.p
	r.ground.FillColor = look.Of(look.Raised)
	r.ground.CornerRadius = 5
	r.text.Color = look.Of(look.Muted)
	r.text.TextSize = min(look.Size(theme.SizeNameHeadingText), p.size.Height*0.42)
	r.text.Alignment = fyne.TextAlignCenter
	r.text.Text = Initials(p.name)
	if p.fault != "" {
		r.text.TextSize = look.Size(theme.SizeNameCaptionText)
		r.text.Text = Cut("No picture", p.size.Width*scale()-6, r.text.TextSize, fyne.TextStyle{})
	}
	r.image.CornerRadius = 5
	if p.size.Width != p.size.Height {
		r.image.CornerRadius = 0
	}
	r.image.Image = tint(p.clear)
	if p.Hidden() {
		r.image.Image = tint(p.blurred)
	}
	if r.image.Image == nil {
		r.image.Hide()
		r.text.Show()
	} else {
		r.image.Show()
		r.text.Hide()
	}
}

func (r *photoRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.image.Resize(size)
	h := r.text.MinSize().Height
	r.text.Move(fyne.NewPos(0, (size.Height-h)/2))
	r.text.Resize(fyne.NewSize(size.Width, h))
}

func (r *photoRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.p.size.Width*scale(), r.p.size.Height*scale())
}

func (r *photoRenderer) Refresh() {
	r.paint()
	r.Layout(r.p.Size())
	r.ground.Refresh()
	r.text.Refresh()
	r.image.Refresh()
}

func (r *photoRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.text, r.image}
}
func (r *photoRenderer) Destroy() {}

// Initials are the first letters of the first two words of a name.
func Initials(name string) string {
	out := ""
	for _, word := range strings.FieldsFunc(SafeLine(name), func(r rune) bool { return strings.ContainsRune(" .-_@‹›", r) }) {
		r, _ := utf8.DecodeRuneInString(word)
		out += strings.ToUpper(string(r))
		if utf8.RuneCountInString(out) == 2 {
			break
		}
	}
	return out
}
