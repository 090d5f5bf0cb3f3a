package shell

import (
	"container/list"
	"context"
	"image"

	"mensch/views/show"
)

// PhotoDesk gives photos decoded, upright and no larger than asked for.
type PhotoDesk interface {
	Photo(ctx context.Context, photoID string, maxPixels int) (image.Image, error)
}

// Picture is a photo as screens show it.
type Picture struct {
	Clear   image.Image
	Blurred image.Image
}

// Album keeps the last small pictures that screens showed, so that scrolling
// back needs no decoding.
type Album struct {
	desk  PhotoDesk
	max   int
	order *list.List
	kept  map[albumKey]*list.Element
}

type albumKey struct {
	id     string
	pixels int
	square int
}

type albumEntry struct {
	key albumKey
	pic Picture
}

// NewAlbum makes an album that keeps a number of pictures.
func NewAlbum(desk PhotoDesk, most int) *Album {
	return &Album{desk: desk, max: most, order: list.New(), kept: map[albumKey]*list.Element{}}
}

// Get gives a picture of at most pixels pixels; square above 0 cuts it to an
// avatar of that side. done is called at once if the album has it, else on the
// UI thread when it is there.
func (a *Album) Get(w *Work, id string, pixels, square int, done func(Picture, error)) {
	key := albumKey{id, pixels, square}
	if e, ok := a.kept[key]; ok {
		a.order.MoveToFront(e)
		done(e.Value.(albumEntry).pic, nil)
		return
	}
	Also(w, func(ctx context.Context) (Picture, error) {
		img, err := a.desk.Photo(ctx, id, pixels)
		if err != nil {
			return Picture{}, err
		}
		if square > 0 {
			img = show.Square(img, square)
		}
		return Picture{img, show.Blur(img)}, nil
	}, func(pic Picture, err error) {
		if err == nil {
			a.keep(key, pic)
		}
		done(pic, err)
	})
}

func (a *Album) keep(key albumKey, pic Picture) {
	if _, ok := a.kept[key]; ok {
		return
	}
	a.kept[key] = a.order.PushFront(albumEntry{key, pic})
	if a.order.Len() > a.max {
		last := a.order.Back()
		delete(a.kept, last.Value.(albumEntry).key)
		a.order.Remove(last)
	}
}
