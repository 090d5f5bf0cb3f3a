package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"mensch/app/model"
)

func texts(t testing.TB) *Store {
	s := openStore(t)
	apply(t, s, expertChange("e1", 1), change(model.ChangeExpert, "e2", 1, model.Expert{ID: "e2", ScreenName: "Zaubergärtner"}),
		change(model.ChangeProfile, "e1", 1, model.Profile{ExpertID: "e1", Name: "Ann", Bio: "I grow roses <i>and</i> café herbs", Degrees: []string{"Diploma in Permaculture"}}),
		change(model.ChangeSession, "s1", 1, model.Session{ID: "s1", ExpertID: "e2"}),
		incidentChange("i1", 1, "e1", 1), incidentChange("i2", 1, "e2", 1))
	for i, text := range []string{"Do you know roses?", "Write me at ann@example.org or call +49 170 1234567", "NEAR AND OR NOT", "don't use the rose-hips", "Привет, мир", strings.Repeat("filler ", 200) + "needle " + strings.Repeat("filler ", 200)} {
		id := fmt.Sprintf("m%d", i+1)
		apply(t, s, change(model.ChangeMessage, id, 1, model.Message{ID: id, Session: "s1", Seq: int64(i + 1), From: model.FromExpert, Text: text}))
	}
	refresh(t, s, "e1", "e2")
	return s
}

func found(hits []model.SearchHit) string {
	var out []string
	for _, h := range hits {
		if h.Kind == "profile" {
			out = append(out, h.ExpertID)
		} else {
			out = append(out, h.MessageID)
		}
	}
	return strings.Join(out, " ")
}

func TestSearch(t *testing.T) {
	s := texts(t)
	for typed, want := range map[string]string{
		"roses": "e1 m1", "rose": "e1 m4 m1", "ROSES": "e1 m1", "CAFE": "e1", "café": "e1", "permaculture": "e1", "zauber": "e2", "know roses": "m1", "roses know": "m1",
		"roses tulips": "", "+49 170 123": "m2", "ann@example.org": "m2", "near": "m3", "AND": "e1 m3", "or not": "m3", "don't": "m4", "rose-hips": "m4", "мир": "m5",
		"": "", "   ": "", `"`: "", `"""`: "", "*": "", "(": "", "bio:roses": "", "roses*": "e1 m1", "^roses": "e1 m1", "-roses": "e1 m1", "roses)": "e1 m1", "\x00roses": "e1 m1", "\xff": "", "needle": "m6",
		`roses" OR "near`: "", strings.Repeat("roses ", 500): "e1 m1", strings.Repeat("x", 100_000): "",
	} {
		if got := found(must(s.Search(t.Context(), typed, 0, 10))(t)); got != want {
			t.Errorf("%.40q found %q, want %q", typed, got, want)
		}
	}
	hit := must(s.Search(t.Context(), "needle", 0, 10))(t)[0]
	if !strings.Contains(hit.Snippet, "needle") || len(hit.Snippet) > 400 || hit.SessionID != "s1" || hit.ExpertID != "e2" {
		t.Errorf("%+v", hit)
	}
}

func TestSearchPagesByKey(t *testing.T) {
	s := texts(t)
	want := found(must(s.Search(t.Context(), "ro", 0, 10))(t))
	var got []model.SearchHit
	for after := int64(0); ; {
		page := must(s.Search(t.Context(), "ro", after, 1))(t)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		after = page[0].Key
	}
	if found(got) != want || want != "e1 m4 m1" {
		t.Errorf("one by one %q, at once %q", found(got), want)
	}
}

func TestSearchFollowsTheTexts(t *testing.T) {
	s := texts(t)
	apply(t, s, change(model.ChangeMessage, "m1", 2, model.Message{ID: "m1", Session: "s1", Seq: 1, From: model.FromExpert, Text: "Do you know tulips?"}),
		change(model.ChangeProfile, "e1", 2, model.Profile{ExpertID: "e1", Name: "Ann", Bio: "I grow lilies"}), tombstone(model.ChangeMessage, "m4", 2),
		change(model.ChangeExpert, "e2", 2, model.Expert{ID: "e2", ScreenName: "Somebody"}))
	for typed, want := range map[string]string{"roses": "", "tulips": "m1", "lilies": "e1", "rose": "", "zauber": "", "somebody": "e2"} {
		if got := found(must(s.Search(t.Context(), typed, 0, 10))(t)); got != want {
			t.Errorf("%q found %q, want %q", typed, got, want)
		}
	}
	ok(t, s.CheckIntegrity(t.Context()))
}

func TestQueueFilteredByWords(t *testing.T) {
	s := texts(t)
	for typed, want := range map[string]string{
		"permaculture": "e1.1", "call": "e2.1", "roses": "e1.1 e2.1", "zauber": "e2.1", "name e1": "e1.1", "nothing of it": "", "!!!": "", " ": "e1.1 e2.1",
	} {
		f := model.QueueFilter{Text: typed}
		rows := must(s.QueuePage(t.Context(), f, model.QueueKey{}, 10))(t)
		var got []string
		for _, r := range rows {
			got = append(got, r.CaseID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q shows %v, want %q", typed, got, want)
		}
		if o := must(s.QueueOutline(t.Context(), f, 1))(t); o.Total != len(rows) || len(o.Before) != max(len(rows), 1) {
			t.Errorf("%q: outline %+v for %d rows", typed, o, len(rows))
		}
	}
}

// FuzzSearch proves that nothing typed is a query error.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"roses", `"a b"`, "a OR b", "NEAR/3", "(a", "a*b", "col:x", "^x", "-", "é\u0301", "\x00", "\xff\xfe", "漢字", "a\u00adb", "१२३", "´", "ﬁ", "a" + strings.Repeat("\u0300", 300)} {
		f.Add(seed)
	}
	s := texts(f)
	f.Fuzz(func(t *testing.T, typed string) {
		hits, err := s.Search(t.Context(), typed, 0, 10)
		if err != nil && !errors.Is(err, t.Context().Err()) {
			t.Fatalf("%q: %v", typed, err)
		}
		if _, err := s.QueuePage(t.Context(), model.QueueFilter{Text: typed}, model.QueueKey{}, 10); err != nil {
			t.Fatalf("%q: %v", typed, err)
		}
		for _, h := range hits {
			if !utf8.ValidString(h.Snippet) {
				t.Fatalf("%q: the snippet %q is cut within a letter", typed, h.Snippet)
			}
		}
	})
}
