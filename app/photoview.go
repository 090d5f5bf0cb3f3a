package app

import (
	"context"
	"fmt"
	"image"
	"math"

	"golang.org/x/image/draw"
)

// Photo decodes a photo of the store upright, shrunk to at most maxPixels
// (0: as large as it is).
func (d *Desk) Photo(ctx context.Context, photoID string, maxPixels int) (image.Image, error) {
	pic, err := d.picture(ctx, photoID)
	if err != nil {
		return nil, fmt.Errorf("reading photo %s: %w", photoID, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return shrunk(pic.Image(), maxPixels), nil
}

func shrunk(img image.Image, maxPixels int) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if maxPixels <= 0 || w*h <= maxPixels {
		return img
	}
	scale := math.Sqrt(float64(maxPixels) / float64(w*h))
	small := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))))
	draw.BiLinear.Scale(small, small.Rect, img, img.Bounds(), draw.Src, nil)
	return small
}
