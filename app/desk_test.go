package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/assets"
	"mensch/store"
)

// t0 is when everything happens.
var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// place is a desk without a platform, and the store behind it.
type place struct {
	*app.Desk
	store *store.Store
	t     testing.TB
}

func newPlace(t testing.TB) *place {
	t.Helper()
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	must(t, err)
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{Seal: audit.Seal, Now: func() time.Time { return t0 }})
	must(t, err)
	desk, err := app.NewDesk(t.Context(), app.Options{Store: s, Pack: pack, Models: assets.Models(), Now: func() time.Time { return t0 }, Moderator: "mira"})
	must(t, err)
	t.Cleanup(func() { must(t, desk.Close()) })
	return &place{Desk: desk, store: s, t: t}
}

// reopened is another desk at the same store, as after a start of the program.
func (p *place) reopened() *app.Desk {
	p.t.Helper()
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	must(p.t, err)
	desk, err := app.NewDesk(p.t.Context(), app.Options{Store: p.store, Pack: pack, Models: assets.Models(), Now: func() time.Time { return t0 }})
	must(p.t, err)
	return desk
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// expert puts an expert with a profile photo into the store.
func (p *place) expert(id, cluster string, photo []byte) string {
	p.t.Helper()
	ctx := p.t.Context()
	photoID := p.photo(photo)
	state, err := p.store.SyncState(ctx)
	must(p.t, err)
	version := int64(1)
	change := func(kind model.ChangeKind, v any) model.Change {
		data, err := json.Marshal(v)
		must(p.t, err)
		return model.Change{Kind: kind, ID: id, Version: version, Data: data}
	}
	_, err = p.store.ApplyPage(ctx, "https://platform.example", state.Cursor, model.ChangePage{Cursor: state.Cursor + "+", Changes: []model.Change{
		change(model.ChangeExpert, model.Expert{ID: id, Version: version, Cluster: cluster, ScreenName: "Name " + id, State: model.ExpertActive, JoinedAt: t0.AddDate(-1, 0, 0)}),
		change(model.ChangeProfile, model.Profile{ExpertID: id, Version: version, Name: "Name " + id, PhotoID: photoID, UpdatedAt: t0.AddDate(-1, 0, 0)}),
	}})
	must(p.t, err)
	return photoID
}

func (p *place) photo(data []byte) string {
	p.t.Helper()
	sum := sha256.Sum256(data)
	id := hex.EncodeToString(sum[:])
	must(p.t, p.store.SavePhoto(p.t.Context(), id, "image/jpeg", bytes.NewReader(data)))
	return id
}

func (p *place) detect() {
	p.t.Helper()
	must(p.t, p.Detect(p.t.Context(), nil))
}

// scene is a made-up photograph: a face-like heap of soft blobs with grain,
// another one for each seed.
func scene(seed uint64) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 7))
	img := image.NewNRGBA(image.Rect(0, 0, 320, 320))
	small := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for i := range small.Pix {
		small.Pix[i] = uint8(r.IntN(256)) | 3*uint8(i&1)
	}
	draw.CatmullRom.Scale(img, img.Rect, small, small.Rect, draw.Src, nil)
	for range 60 {
		x, y, radius := r.IntN(320), r.IntN(320), 5+r.IntN(40)
		c := color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for dy := -radius; dy <= radius; dy++ {
			for dx := -radius; dx <= radius; dx++ {
				if dx*dx+dy*dy < radius*radius && image.Pt(x+dx, y+dy).In(img.Rect) && (dx+dy)%3 != 0 {
					img.SetNRGBA(x+dx, y+dy, c)
				}
			}
		}
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	return img
}

func jpegOf(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}))
	return b.Bytes()
}

// mirror turns left and right.
func mirror(img *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	w := img.Rect.Dx()
	for y := range img.Rect.Dy() {
		for x := range w {
			out.SetNRGBA(w-1-x, y, img.NRGBAAt(x, y))
		}
	}
	return out
}

func crop(img *image.NRGBA, share float64) *image.NRGBA {
	w := img.Rect.Dx()
	cut := int(float64(w) * (1 - share) / 2)
	out := image.NewNRGBA(image.Rect(0, 0, w-2*cut, w-2*cut))
	draw.Draw(out, out.Rect, img, image.Pt(cut, cut), draw.Src)
	return out
}

func name(i int) string { return fmt.Sprintf("e%d", i) }
