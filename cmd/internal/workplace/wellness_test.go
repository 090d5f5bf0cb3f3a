package workplace_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"testing"
	"time"

	"mensch/app"
)

// TestExposureNeverLeaves looks for what a person looked at in every request,
// the sealed case file, the audit log and the statistics.
func TestExposureNeverLeaves(t *testing.T) {
	o := newOffice(t, 3)
	ctx := t.Context()
	const canary = "canary-of-what-was-seen"
	var last app.Exposure
	for range 41 {
		var err error
		last, err = o.mira.Expose(ctx, canary)
		check(t, err)
	}
	if last.Seen != 41 || last.Budget != 40 || !last.Over() {
		t.Fatalf("%+v", last)
	}
	check(t, o.mira.AddNote(ctx, "e0.1", "a note"))
	check(t, o.mira.Hold(ctx, "e1.1", time.Now().Add(time.Hour), "wait"))
	settings, err := o.mira.Settings(ctx)
	check(t, err)
	settings.UndoSeconds = 0
	check(t, o.mira.SaveSettings(ctx, settings))
	if _, err := o.mira.DecideBulk(ctx, app.Bulk{Cases: []string{"e0.1"}, Rationale: "x"}, nil); err != nil {
		t.Fatal(err)
	}
	check(t, o.mira.Sync(ctx, nil))
	check(t, o.mira.Sync(ctx, nil))
	var all bytes.Buffer
	o.mu.Lock()
	all.Write(o.heard.Bytes())
	o.mu.Unlock()
	if all.Len() < 2000 {
		t.Fatalf("only %d bytes of requests were heard", all.Len())
	}

	path := filepath.Join(t.TempDir(), "case.zip")
	_, err = o.mira.ExportFile(ctx, "e0.1", path, false)
	check(t, err)
	file, err := zip.OpenReader(path)
	check(t, err)
	defer func() { check(t, file.Close()) }()
	for _, f := range file.File {
		r, err := f.Open()
		check(t, err)
		_, err = io.Copy(&all, r) //nolint:gosec // it is our own file
		check(t, err)
		check(t, r.Close())
	}
	stats, err := o.mira.Statistics(ctx, 30)
	check(t, err)
	raw, err := app.StatisticsCSV(stats)
	check(t, err)
	all.Write(raw)
	check(t, json.NewEncoder(&all).Encode(stats))
	outbox, err := o.mira.Outbox(ctx, 0, 100)
	check(t, err)
	check(t, json.NewEncoder(&all).Encode(outbox))
	if bytes.Contains(all.Bytes(), []byte(canary)) {
		t.Error("what was seen left the machine")
	}
}

func TestTheOrganisationsChoiceAndOnesOwn(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	s, err := o.mira.Settings(ctx)
	if err != nil || !s.BlurPhotos || s.GreyPhotos || s.Exposures != 40 || !s.Organisation.Blur {
		t.Fatalf("%+v, %v", s, err)
	}
	s.GreyPhotos, s.BlurPhotos, s.Exposures = true, false, 12
	check(t, o.mira.SaveSettings(ctx, s))
	s, err = o.mira.Settings(ctx)
	if err != nil || !s.GreyPhotos || s.BlurPhotos || s.Exposures != 12 || s.VeilWords {
		t.Errorf("%+v, %v", s, err)
	}
	s.Exposures = 4000
	if err := o.mira.SaveSettings(ctx, s); err == nil {
		t.Error("kept a budget of 4000")
	}
}
