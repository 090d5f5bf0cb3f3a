package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/app/profiles"
)

// told puts changes into the store.
func (p *place) told(changes ...model.Change) {
	p.t.Helper()
	state, err := p.store.SyncState(p.t.Context())
	must(p.t, err)
	_, err = p.store.ApplyPage(p.t.Context(), "https://platform.example", state.Cursor, model.ChangePage{Cursor: state.Cursor + "+", Changes: changes})
	must(p.t, err)
}

func asChange(t testing.TB, kind model.ChangeKind, id string, version int64, v any) model.Change {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return model.Change{Kind: kind, ID: id, Version: version, Data: data}
}

// session is a chat with one answer of the expert's.
func session(t testing.TB, id, expert string, at time.Time, answer string) []model.Change {
	t.Helper()
	return []model.Change{
		asChange(t, model.ChangeSession, id, 1, model.Session{ID: id, Version: 1, ExpertID: expert, ClientID: "c" + id, Cluster: "garden", Kind: "chat", StartedAt: at, EndedAt: at.Add(time.Hour)}),
		asChange(t, model.ChangeMessage, id+"m1", 1, model.Message{ID: id + "m1", Session: id, Seq: 1, Version: 1, From: model.FromExpert, At: at, Text: answer}),
	}
}

// copies are the findings of copied text about an expert.
func (p *place) copies(expert string) []model.Finding {
	p.t.Helper()
	found, err := p.store.FindingsOf(p.t.Context(), expert+".1")
	must(p.t, err)
	return slices.DeleteFunc(found, func(f model.Finding) bool { return f.Detector != profiles.Plagiarism })
}

// copiedAnswer is a place in which the second expert gave the first one's answer,
// which is given too.
func copiedAnswer(t *testing.T) (p *place, answer string) {
	t.Helper()
	p = newPlace(t)
	p.expert("e1", "garden", jpegOf(t, scene(1), 90))
	p.expert("e2", "garden", jpegOf(t, scene(2), 90))
	answer = strings.Join([]string{
		"A bed that drains badly wants raised sides before anything else, because roots that stand in water rot within days.",
		"Fill it with coarse compost, mulch every spring with shredded bark, and let the earthworms carry it below.",
		"Water deeply twice a week instead of sprinkling daily, so that roots grow towards the groundwater and survive a dry August without help.",
	}, " ")
	p.told(session(t, "s1", "e1", t0.AddDate(0, -2, 0), answer)...)
	p.told(session(t, "s2", "e2", t0.AddDate(0, -1, 0), answer)...)
	p.detect()
	return p, answer
}

// TestErasedAnswersAreForgotten lets the platform erase a session: what the
// expert wrote in it is then no source that another is held against, without a
// restart.
func TestErasedAnswersAreForgotten(t *testing.T) {
	p, answer := copiedAnswer(t)
	if got := p.copies("e2"); len(got) != 1 || got[0].Passages[0].OtherExpert != "e1" {
		t.Fatalf("the copy is not found: %+v", got)
	}
	p.told(model.Change{Kind: model.ChangeSession, ID: "s1", Version: 2, Deleted: true})
	p.detect()
	if got := p.copies("e2"); len(got) != 0 {
		t.Errorf("an erased answer is still a source: %+v", got)
	}
	// the same words again, by a third, are now copied of the second
	p.expert("e3", "garden", jpegOf(t, scene(3), 90))
	p.told(session(t, "s3", "e3", t0.AddDate(0, 0, -3), answer)...)
	p.detect()
	if got := p.copies("e3"); len(got) != 1 || got[0].Passages[0].OtherExpert != "e2" {
		t.Errorf("the remaining copy is not found: %+v", got)
	}
	// an expert who is erased is forgotten as a whole
	p.told(model.Change{Kind: model.ChangeSession, ID: "s2", Version: 2, Deleted: true}, model.Change{Kind: model.ChangeProfile, ID: "e2", Version: 2, Deleted: true}, model.Change{Kind: model.ChangeExpert, ID: "e2", Version: 2, Deleted: true})
	p.detect()
	if got := p.copies("e3"); len(got) != 0 {
		t.Errorf("an erased expert is still a source: %+v", got)
	}
}

// TestSessionUnderWay lets messages come one by one: what stands in several of
// them is found as if they had come at once.
func TestSessionUnderWay(t *testing.T) {
	p := newPlace(t)
	p.expert("e1", "garden", jpegOf(t, scene(1), 90))
	p.told(asChange(t, model.ChangeSession, "s1", 1, model.Session{ID: "s1", Version: 1, ExpertID: "e1", ClientID: "c1", Cluster: "garden", Kind: "chat", StartedAt: t0}))
	for i, text := range []string{"my number is 415", "then 555", "and 2671"} {
		p.told(asChange(t, model.ChangeMessage, fmt.Sprint("m", i), 1, model.Message{ID: fmt.Sprint("m", i), Session: "s1", Seq: int64(i + 1), Version: 1, From: model.FromExpert, At: t0.Add(time.Duration(i) * time.Minute), Text: text}))
		p.detect()
	}
	found, err := p.store.FindingsOf(t.Context(), "e1.1")
	must(t, err)
	for _, f := range found {
		if f.Guideline == "contact-exchange" && len(f.Messages) == 3 {
			return
		}
	}
	t.Errorf("the number over three messages is not found: %+v", found)
}
