package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"

	"golang.org/x/image/draw"

	"mensch/app/photos"
	"mensch/app/photos/metadata"
)

// PhotoMetadata is what a photo's file says of itself.
type PhotoMetadata struct {
	metadata.Facts
	// ThumbnailDiffers says that the small picture inside the file shows
	// something else than the photo: it was edited after the camera wrote it.
	ThumbnailDiffers bool
}

// PhotoMetadata reads what a photo's file says of itself. A place is only said
// to be there; PhotoPlace reads it.
func (d *Desk) PhotoMetadata(ctx context.Context, photoID string) (PhotoMetadata, error) {
	data, err := d.photoBytes(ctx, photoID)
	if err != nil {
		return PhotoMetadata{}, err
	}
	out := PhotoMetadata{Facts: metadata.Read(data)}
	if len(out.Thumbnail) > 0 {
		thumb, err := photos.Decode(bytes.NewReader(out.Thumbnail))
		if err != nil {
			return out, nil //nolint:nilerr // a thumbnail that cannot be read tells nothing about the photo
		}
		pic, err := photos.Decode(bytes.NewReader(data))
		if err != nil {
			return out, nil //nolint:nilerr // the screen says of the photo itself why it cannot be shown
		}
		out.ThumbnailDiffers = !alike(pic.Image(), thumb.Image(), out.Turn)
	}
	return out, nil
}

// PhotoPlace reads where a photo says that it was taken; false where it does
// not. A place is private: that somebody looked stands in the audit log.
func (d *Desk) PhotoPlace(ctx context.Context, photoID string) (metadata.Place, bool, error) {
	data, err := d.photoBytes(ctx, photoID)
	if err != nil {
		return metadata.Place{}, false, err
	}
	place, ok := metadata.PlaceOf(data)
	if !ok {
		return place, false, nil
	}
	if err := d.store.AppendAudit(ctx, d.now().UTC(), d.Moderator(), "look", "photo:"+photoID, `{"at":"place"}`); err != nil {
		return metadata.Place{}, false, fmt.Errorf("noting in the audit log that the place was read: %w", err)
	}
	return place, true, nil
}

func (d *Desk) photoBytes(ctx context.Context, photoID string) ([]byte, error) {
	file, err := d.store.OpenPhoto(ctx, photoID)
	if err != nil {
		return nil, fmt.Errorf("reading photo %s: %w", photoID, err)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxPhotoFile))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("reading photo %s: %w", photoID, err)
	}
	return data, nil
}

// thumbSide is the side of the pictures in which a thumbnail is held against
// its photo; alikeLeast the correlation from which they show the same.
const (
	thumbSide  = 24
	alikeLeast = 0.75
)

// alike reports whether a thumbnail shows its upright photo. Cameras fill
// thumbnails of 4:3 with black bars, and write them as the sensor lay.
func alike(photo, thumb image.Image, turn int) bool {
	p, t := photo.Bounds(), thumb.Bounds()
	want := small(photo, p)
	aspect := float64(p.Dx()) / float64(p.Dy())
	for _, how := range []int{1, turn} {
		across := aspect
		if how >= 5 {
			across = 1 / aspect
		}
		for _, cut := range []image.Rectangle{t, middle(t, across)} {
			if correlation(want, turned(small(thumb, cut), how)) >= alikeLeast {
				return true
			}
		}
	}
	return false
}

// middle is the largest rectangle of an aspect in the middle of another.
func middle(r image.Rectangle, aspect float64) image.Rectangle {
	w, h := float64(r.Dx()), float64(r.Dy())
	if w/h > aspect {
		w = h * aspect
	} else {
		h = w / aspect
	}
	at := image.Pt(r.Min.X+(r.Dx()-int(w))/2, r.Min.Y+(r.Dy()-int(h))/2)
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(max(1, int(w)), max(1, int(h))))}
}

func small(img image.Image, cut image.Rectangle) []float64 {
	grey := image.NewGray(image.Rect(0, 0, thumbSide, thumbSide))
	draw.BiLinear.Scale(grey, grey.Rect, img, cut, draw.Src, nil)
	out := make([]float64, len(grey.Pix))
	for i, v := range grey.Pix {
		out[i] = float64(v)
	}
	return out
}

// turned lays a square as an EXIF orientation says.
func turned(in []float64, turn int) []float64 {
	const last = thumbSide - 1
	out := make([]float64, len(in))
	for y := range thumbSide {
		for x := range thumbSide {
			sx, sy := x, y
			switch turn {
			case 2:
				sx = last - x
			case 3:
				sx, sy = last-x, last-y
			case 4:
				sy = last - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, last-x
			case 7:
				sx, sy = last-y, last-x
			case 8:
				sx, sy = last-y, x
			}
			out[y*thumbSide+x] = in[sy*thumbSide+sx]
		}
	}
	return out
}

// correlation is 1 for the same picture, also if it's lighter or has more
// contrast; two flat pictures are the same.
func correlation(a, b []float64) float64 {
	var sa, sb float64
	for i := range a {
		sa, sb = sa+a[i], sb+b[i]
	}
	n := float64(len(a))
	sa, sb = sa/n, sb/n
	var ab, aa, bb float64
	for i := range a {
		x, y := a[i]-sa, b[i]-sb
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	if flat := n * 4; aa < flat || bb < flat {
		if aa < flat && bb < flat {
			return 1
		}
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}
