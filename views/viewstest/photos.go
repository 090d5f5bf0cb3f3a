package viewstest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mensch/app"
	"mensch/app/model"
	"mensch/app/photos/metadata"
)

// JudgeMatch keeps a word on a pair.
func (d *Desk) JudgeMatch(ctx context.Context, findingID string, word model.MatchWord, bankID string) (app.MatchJudged, error) {
	if err := d.judge(ctx, "JudgeMatch", findingID, -1, word.Verdict()); err != nil {
		return app.MatchJudged{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.Words == nil {
		d.Words = map[string]model.MatchWord{}
	}
	d.Words[findingID] = word
	out := app.MatchJudged{Judgement: model.MatchJudgement{Seq: int64(d.Calls["JudgeMatch"]), FindingID: findingID, Word: word}}
	if word == model.WordStock {
		out.Bank = "Stock photos, Lyse Stock"
	}
	return out, nil
}

// UndoMatch only remembers that it was called.
func (d *Desk) UndoMatch(ctx context.Context, _ int64) error { return d.enter(ctx, "UndoMatch") }

// VerdictBanks gives two stock banks, the first of them remembered.
func (d *Desk) VerdictBanks(ctx context.Context, _ model.MatchWord) ([]model.Bank, string, error) {
	return []model.Bank{
		{ID: "b-stock", Name: "Stock photos, Lyse Stock", Kind: model.BankStock, Items: 240},
		{ID: "b-found", Name: "Stock pictures found here", Kind: model.BankStock, Items: 17},
	}, "b-stock", d.enter(ctx, "VerdictBanks")
}

// PhotoMetadata makes up what a file says: a camera's own for the mirrored
// photo, what an editor left for the others.
func (d *Desk) PhotoMetadata(ctx context.Context, photoID string) (app.PhotoMetadata, error) {
	if err := d.enter(ctx, "PhotoMetadata"); err != nil {
		return app.PhotoMetadata{}, err
	}
	f := app.PhotoMetadata{Facts: metadata.Facts{
		Format: "JPEG", Bytes: 48_212, Width: 640, Height: 640, Colour: "YCbCr", Depth: 8, Subsampling: "4:2:0", Progressive: true,
		Quality: metadata.Quality{Percent: 82, Standard: true}, Tables: []metadata.Table{{Values: [64]uint16{6, 4, 4, 6, 9, 11}}, {Number: 1, Values: [64]uint16{6, 6, 9, 17, 36}}},
		XMP: true, Tool: "Retouch 25.1 (Windows)", Photoshop: true, Changed: time.Date(2026, 9, 3, 21, 14, 5, 0, time.UTC), Exif: true, Software: "Retouch 25.1",
	}}
	if strings.HasPrefix(photoID, "mirror:") {
		f.Facts = metadata.Facts{
			Format: "JPEG", Bytes: 3_904_771, Width: 4000, Height: 3000, Turn: 6, Colour: "YCbCr", Depth: 8, Subsampling: "4:2:2", Profile: "Display P3",
			Quality: metadata.Quality{Percent: 96}, Tables: []metadata.Table{{Values: [64]uint16{2, 1, 1, 2, 2, 3}}, {Number: 1, Values: [64]uint16{2, 2, 2, 4, 8}}},
			Exif: true, Camera: "Nokon D850", Lens: "85 mm f/1.8", Exposure: "1/250 s, f/2.8, ISO 200, 85 mm", Taken: time.Date(2019, 6, 2, 10, 41, 0, 0, time.UTC),
			Author: "Lyse Stock", GPS: true, IPTC: true,
		}
		f.Thumbnail = []byte{0xff, 0xd8}
	}
	return f, nil
}

// PhotoPlace is always the same place.
func (d *Desk) PhotoPlace(ctx context.Context, _ string) (metadata.Place, bool, error) {
	return metadata.Place{Latitude: 55.676, Longitude: 12.568}, true, d.enter(ctx, "PhotoPlace")
}

// PhotoGroup gives a picture that stands on seven accounts.
func (d *Desk) PhotoGroup(ctx context.Context, photoID string) (app.PhotoGroup, error) {
	g := app.PhotoGroup{Experts: 7, Photos: []app.GroupPhoto{
		{Side: app.PhotoSide{PhotoID: photoID, Title: "GardenGuru_77 · Home & Garden"}, Accounts: []string{"GardenGuru_77 · Home & Garden"}, Affine: [6]float64{0: 1, 4: 1}},
		{
			Side: app.PhotoSide{PhotoID: "mirror:" + photoID, Title: "smiling-gardener-0231.jpg"}, Banked: true,
			Accounts: []string{"smiling-gardener-0231.jpg"}, Affine: [6]float64{-1, 0, 1, 0, 1, 0},
		},
	}}
	for i := range 5 {
		g.Photos = append(g.Photos, app.GroupPhoto{
			Side:     app.PhotoSide{PhotoID: fmt.Sprintf("%s~%d", photoID, i), Title: names[(i+3)%len(names)] + " · " + clusters[i%len(clusters)]},
			Accounts: []string{names[(i+3)%len(names)] + " · " + clusters[i%len(clusters)]}, Affine: [6]float64{0: 1, 4: 1},
		})
	}
	return g, d.enter(ctx, "PhotoGroup")
}
