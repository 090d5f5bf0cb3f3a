package app_test

import (
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

// TestGroundsShowBothTextsAndWhereToReadThem asks what a copied answer rests on,
// before and after its source is erased.
func TestGroundsShowBothTextsAndWhereToReadThem(t *testing.T) {
	p, answer := copiedAnswer(t)
	found := p.copies("e2")
	if len(found) != 1 {
		t.Fatalf("found %+v", found)
	}
	got, err := p.Grounds(t.Context(), found[0])
	must(t, err)
	if len(got) == 0 || !strings.Contains(answer, got[0].Text) || len(got[0].Text) < 80 || got[0].There == "" || got[0].Session != "s2" || got[0].Message != "s2m1" || !strings.HasPrefix(got[0].Other, "Earlier, ") {
		t.Errorf("%+v", got)
	}
	p.told(model.Change{Kind: model.ChangeMessage, ID: "s1m1", Version: 2, Deleted: true})
	got, err = p.Grounds(t.Context(), found[0])
	must(t, err)
	if len(got) == 0 || !strings.Contains(got[0].There, "erased") {
		t.Errorf("of an erased source: %+v", got)
	}
}

func TestGroundsOfEventsNameTheirTranscript(t *testing.T) {
	p := newPlace(t)
	p.expert("e1", "garden", jpegOf(t, scene(1), 90))
	p.told(session(t, "s1", "e1", t0, "Good morning.")...)
	f := model.Finding{ExpertID: "e1", Events: []model.Event{
		{Kind: "message", ID: "s1m1", At: t0, Text: "never answered, waited 3 h (session s1)"}, {Kind: "message", ID: "gone", At: t0, Text: "silent"}, {Kind: "rating", ID: "r1", At: t0.Add(time.Hour), Text: "5 stars"},
	}, Accounts: []model.Linked{{ExpertID: "nobody", Cluster: "pets", Signals: []string{"the same device"}}}}
	got, err := p.Grounds(t.Context(), f)
	must(t, err)
	if len(got) != 4 || got[0].Session != "s1" || got[0].Message != "s1m1" || got[0].Text != "never answered, waited 3 h" || got[1].Session != "" || got[2].Title != "Rating" || got[3].Title != "An account that is gone, pets" {
		t.Errorf("%+v", got)
	}
	for range 100 {
		f.Events = append(f.Events, model.Event{Kind: "rating", At: t0, Text: "5 stars"})
	}
	if got, err = p.Grounds(t.Context(), f); err != nil || len(got) != 60 {
		t.Errorf("%d pieces, %v", len(got), err)
	}
}
