package store

import (
	"reflect"
	"strings"
	"testing"

	"mensch/app/model"
)

func TestPhotoLinksPageOnlyFindingsAboutPhotos(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	link := func(expert, other string) model.Finding {
		f := model.Finding{
			ExpertID: expert, Detector: "photo-match", Scope: "photo:" + expert, Guideline: "false-photo", Score: 0.9, At: t0,
			Match: &model.Match{Query: "q" + expert, Other: other, Kind: model.AlteredCopy, Score: 0.9},
		}
		f.ID = model.FindingID(f)
		return f
	}
	detect(t, s, "session:s1", "e1", finding("e1", "session:s1", 0.9))
	detect(t, s, "photo:e1", "e1", link("e1", "x"), link("e1", "y"))
	detect(t, s, "photo:e2", "e2", link("e2", "x"))
	all := must(s.PhotoLinks(ctx, "", 0))(t)
	if len(all) != 3 {
		t.Fatalf("%+v", all)
	}
	page := must(s.PhotoLinks(ctx, all[0].FindingID, 1))(t)
	if !reflect.DeepEqual(page, all[1:2]) {
		t.Errorf("%+v, want %+v", page, all[1])
	}
	for _, l := range all {
		if l.Kind != model.AlteredCopy || l.Score != 0.9 || l.Query != "q"+l.ExpertID || l.Other != "x" && l.Other != "y" {
			t.Errorf("%+v", l)
		}
	}
	ok(t, s.JudgeFinding(ctx, all[0].FindingID, -1, model.VerdictRejected, "mira", t0))
	if got := must(s.PhotoLinks(ctx, "", 1))(t); got[0].Verdict != model.VerdictRejected {
		t.Errorf("%+v", got)
	}
	// What is gone joins nothing, and the plan reads the photos' findings alone.
	detect(t, s, "photo:e2", "e2")
	if got := must(s.PhotoLinks(ctx, "", 0))(t); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	var plan []struct {
		ID, Parent, Notused int
		Detail              string
	}
	ok(t, s.reader.SelectContext(ctx, &plan, `EXPLAIN QUERY PLAN SELECT id FROM findings INDEXED BY findings_photo WHERE scope >= 'photo:' AND scope < 'photo;' AND id > 'x' AND gone = 0 ORDER BY id`))
	for _, p := range plan {
		if strings.Contains(p.Detail, "TEMP B-TREE") || !strings.Contains(p.Detail, "findings_photo (id>?)") {
			t.Errorf("%s", p.Detail)
		}
	}
}
