package app_test

import (
	"testing"
)

func TestPartsOfOneNumberAreJoined(t *testing.T) {
	p := newPlace(t)
	p.expert("e1", "Garden", jpegOf(t, scene(50), 90))
	p.talk("e1", "s1", "My number is 415", "client: ok", "555", "client: ?", "2671", "client: thanks", "Mail me at rosa@harbourlane.com too.")
	p.detect()
	view, err := p.Transcript(t.Context(), "s1")
	must(t, err)
	var parts []int
	for k, m := range view.Marks {
		if m.Parts > 0 {
			parts = append(parts, m.Part)
			if m.Parts != 3 || view.Marks[m.First].Part != 1 || m.Joined != "4155552671" {
				t.Errorf("mark %d: %+v", k, m)
			}
		}
	}
	if len(parts) != 3 || parts[0] != 1 || parts[2] != 3 {
		t.Errorf("parts %v of %+v", parts, view.Marks)
	}
}

func TestAPhraseIsFoundInOtherTranscripts(t *testing.T) {
	p := newPlace(t)
	for i, id := range []string{"e1", "e2"} {
		p.expert(id, "Garden", jpegOf(t, scene(uint64(i)+60), 90))
	}
	p.talk("e1", "s1", "client: Hello", "Everybody WASTES my time, honestly.")
	p.talk("e2", "s2", "I wrote that everybody, wastes — my time.", "client: everybody wastes my time", "My time is wastes everybody.")
	p.talk("e2", "s3", "Nothing like that.", "everybody wastes my money")
	hits, err := p.Elsewhere(t.Context(), " everybody wastes my time! ", "s1")
	must(t, err)
	if len(hits) != 2 {
		t.Fatalf("%+v", hits)
	}
	for _, h := range hits {
		if h.SessionID != "s2" || h.ScreenName != "Name e2" || h.ClientID != "c1" || h.Text[h.Start:h.End] == "" || h.From == "" {
			t.Errorf("%+v", h)
		}
	}
	if hits, err := p.Elsewhere(t.Context(), "  ,.; ", "s1"); err != nil || len(hits) != 0 {
		t.Errorf("no words: %+v, %v", hits, err)
	}
}
