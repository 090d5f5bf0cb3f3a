package sync

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	stdsync "sync"

	"golang.org/x/sync/errgroup"
)

const (
	photoPage = 500
	// doomed is how many photos in a row may fail for now before the platform
	// is believed to be down for all of them.
	doomed = 8
)

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

// photos fetches what profiles name and no file holds. A photo that cannot be
// had is remembered with the reason, and does not stop the others.
func (p *puller) photos(ctx context.Context) error {
	total, err := p.eachMissing(ctx, func([]string) error { return nil })
	if err != nil || total == 0 {
		return err
	}
	p.opt.Progress(Progress{Phase: PhasePhotos, Total: total})
	var (
		mu   stdsync.Mutex
		done int64
		row  int // failures in a row
	)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(p.opt.Workers)
	_, err = p.eachMissing(ctx, func(ids []string) error {
		for _, id := range ids {
			if ctx.Err() != nil {
				break
			}
			group.Go(func() error {
				got, err := p.photo(ctx, id)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && got:
					p.res.Photos++
					row = 0
				case err == nil:
					p.res.PhotoFaults++
					row = 0
				case KindOf(err) == KindLost || KindOf(err) == KindBroken:
					// This one's own trouble, unless the others have it too.
					p.res.PhotosLater++
					if row++; row >= doomed {
						return err
					}
				default:
					return err
				}
				done++
				p.opt.Progress(Progress{Phase: PhasePhotos, Done: done, Total: max(total, done)})
				return nil
			})
		}
		return nil
	})
	// The group's error is the cause, the paging's only its echo.
	if first := group.Wait(); first != nil {
		return first
	}
	return err
}

func (p *puller) eachMissing(ctx context.Context, each func([]string) error) (int64, error) {
	n := int64(0)
	for after := ""; ; {
		ids, err := p.store.MissingPhotos(ctx, after, photoPage)
		if err != nil {
			return n, fmt.Errorf("listing the photos to fetch: %w", err)
		}
		if len(ids) == 0 {
			return n, nil
		}
		n += int64(len(ids))
		after = ids[len(ids)-1]
		if err := each(ids); err != nil {
			return n, err
		}
	}
}

// photo fetches one photo. It gives false if the photo is faulty, and an error
// if that is not the photo's fault, or not for good.
func (p *puller) photo(ctx context.Context, id string) (bool, error) {
	fault := ""
	// Bytes that are not those of the name may have been spoilt on the way,
	// once; twice, the platform has them so.
	for try := 0; try < 2; try++ {
		media, body, err := p.platform.Photo(ctx, id)
		if err == nil {
			read := &checkedReader{r: body, sum: sha256.New()}
			err = p.store.SavePhoto(ctx, id, media, read)
			_ = body.Close()
			if err == nil {
				return true, nil
			}
			switch {
			case read.err != nil:
				err = read.err
			case ctx.Err() != nil:
				return false, err
			case read.ended && !read.is(id):
				fault = "The platform sent other bytes than those the photo is named after."
				continue
			default:
				return false, fmt.Errorf("keeping a photo: %w", err)
			}
		}
		switch kind := KindOf(err); kind {
		case KindNotFound:
			fault = "The platform does not have this photo."
		case KindGone:
			fault = "The platform deleted this photo."
		case KindForbidden:
			fault = "The platform does not let this token see the photo."
		case KindTooLarge:
			fault = fmt.Sprintf("The photo is larger than %d MiB.", MaxPhoto>>20)
		case KindMalformed:
			fault = "What the platform has under this name is no picture" + why(err) + "."
		case KindInvalid:
			fault = "The platform refuses to give the photo" + why(err) + "."
		case KindUnsafe:
			fault = "The photo lies at an address that is not safe" + why(err) + "."
		default:
			return false, err
		}
		break
	}
	if err := p.store.FaultPhoto(ctx, id, fault); err != nil {
		return false, fmt.Errorf("keeping why a photo cannot be had: %w", err)
	}
	return false, nil
}

// why adds an *Error's cause in brackets.
func why(err error) string {
	var e *Error
	if !errors.As(err, &e) || e.Err == nil {
		return ""
	}
	return " (" + tidy(e.Err.Error(), 200) + ")"
}

// checkedReader remembers what the store read, so that the store's refusal can
// be told from a broken connection and from wrong bytes.
type checkedReader struct {
	r     io.Reader
	sum   hash.Hash
	ended bool
	err   error
}

func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum.Write(p[:n])
	switch {
	case err == nil:
	case errors.Is(err, io.EOF) && KindOf(err) == "":
		c.ended = true
	default:
		c.err = err
	}
	return n, err
}

func (c *checkedReader) is(id string) bool { return hex.EncodeToString(c.sum.Sum(nil)) == id }
