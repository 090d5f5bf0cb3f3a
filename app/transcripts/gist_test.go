package transcripts

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/app/transcripts/phrase"
	"mensch/assets"
)

// withoutModels is a reader that has its phrases only.
func withoutModels(t testing.TB) *Reader {
	t.Helper()
	r, err := New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func of(detector string, found []model.Finding) []model.Finding {
	var out []model.Finding
	for _, f := range found {
		if f.Detector == detector {
			out = append(out, f)
		}
	}
	return out
}

// modelOnly are messages in which no phrase holds.
var modelOnly = []struct{ detector, before, mark, after string }{
	{DetectConfidentiality, "Start with ten minutes a day and write down how you feel.", "The lad whose maths I help with on Mondays wets the bed because his father hits him", "Then add a walk."},
	{DetectDisparagement, "Prune it in March and water it well.", "I would trust a horoscope in a cracker more than the coaches on this site", "Then feed the roots."},
	{DetectSolicitation, "Water it twice a week and keep it out of the sun.", "A five from you would be a lifesaver, my score took a knock this week", "Good luck with the roses."},
}

// TestModelMarks looks for a mark on the one sentence that a model found amid
// harmless ones, and for the words that weigh most in the reason.
func TestModelMarks(t *testing.T) {
	t.Parallel()
	r, plain := reader(t), withoutModels(t)
	for _, c := range modelOnly {
		text := c.before + " " + c.mark + ". " + c.after
		if f := of(c.detector, plain.Review(talk("e: "+text))); len(f) > 0 {
			t.Errorf("%s: a phrase holds, so this shows nothing: %v", c.detector, f[0].Reason)
		}
		found := of(c.detector, r.Review(talk("c: and now?", "e: "+text)))
		if len(found) != 1 {
			t.Errorf("%s: %d findings in %q, want 1", c.detector, len(found), text)
			continue
		}
		f := found[0]
		if len(f.Spans) != 1 || text[f.Spans[0].Start:f.Spans[0].End] != c.mark || f.Spans[0].Message != "mb" {
			t.Errorf("%s marks %+v, want %q", c.detector, f.Spans, c.mark)
		}
		if f.Score < r.param(c.detector, "model_score") || f.Score > 0.98 {
			t.Errorf("%s scores %v", c.detector, f.Score)
		}
		_, why, ok := strings.Cut(f.Reason, "as the trained model reads it; ")
		if !ok || !strings.Contains(why, "weigh") {
			t.Errorf("%s does not say which words weigh: %q", c.detector, f.Reason)
		}
		for k, w := range strings.Split(why, "“") {
			if w, _, _ = strings.Cut(w, "”"); k > 0 && !strings.Contains(c.mark, w) {
				t.Errorf("%s names %q, which is not in the mark", c.detector, w)
			}
		}
		if f := of(c.detector, r.Review(talk("c: "+text))); len(f) > 0 {
			t.Errorf("%s finds a client's words against the expert", c.detector)
		}
	}
}

// TestModelNumbers sets the models' numbers in a pack: at 1 they mark nothing
// alone, and a veto of 1 leaves no phrase.
func TestModelNumbers(t *testing.T) {
	t.Parallel()
	pack := &guidelines.Pack{Params: map[string]map[string]float64{}}
	for _, d := range gistDetectors {
		pack.Params[d] = map[string]float64{"model_score": 1, "model_alone": 1, "model_veto": 0}
	}
	r, err := New(pack, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range modelOnly {
		if f := of(c.detector, r.Review(talk("e: "+c.mark))); len(f) > 0 {
			t.Errorf("%s speaks at a probability of 1: %v", c.detector, f)
		}
	}
	phrases := map[string]string{
		DetectConfidentiality: "One of my clients, Karin, told me that her husband is cheating on her.",
		DetectDisparagement:   "This company is run by crooks.",
		DetectSolicitation:    "Please leave me a five star review.",
	}
	for d, text := range phrases {
		if len(of(d, r.Review(talk("e: "+text)))) != 1 {
			t.Errorf("%s: no phrase holds in %q without a veto", d, text)
		}
		pack.Params[d]["model_veto"] = 1
	}
	strict, err := New(pack, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	for d, text := range phrases {
		if len(of(d, strict.Review(talk("e: "+text)))) != 0 {
			t.Errorf("%s: a phrase holds in %q against the veto", d, text)
		}
	}
}

// TestModelAllowed takes the words that a pack allows from what a model reads.
func TestModelAllowed(t *testing.T) {
	t.Parallel()
	for _, c := range modelOnly {
		pack := &guidelines.Pack{Detectors: map[string]guidelines.Detector{c.detector: {Remove: []string{c.mark}}}}
		r, err := New(pack, assets.Models())
		if err != nil {
			t.Fatal(err)
		}
		if f := of(c.detector, r.Review(talk("e: "+c.before+" "+c.mark+". "+c.after))); len(f) > 0 {
			t.Errorf("%s marks what the pack allows: %v", c.detector, f[0].Spans)
		}
	}
}

// TestModelWindows cuts any text into windows that cover all of it, are not too
// long, and begin where a sentence does.
func TestModelWindows(t *testing.T) {
	t.Parallel()
	r := reader(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab .!?\n,'5Zé\u0301")), 0, 600, -1).Draw(t, "text")
		m := said(text)
		sc := r.scratch.Get().(*scratch)
		defer r.scratch.Put(sc)
		l := r.read(&m, sc)
		covered := make([]bool, len(l.toks))
		gistWindows(&l, func(i, j int) {
			if i < 0 || j > len(l.toks) || i >= j || j-i > gistLong+gistShort {
				t.Fatalf("window [%d, %d) of %d", i, j, len(l.toks))
			}
			for k := i; k < j; k++ {
				covered[k] = true
			}
		})
		for k, ok := range covered {
			if !ok {
				t.Fatalf("token %d is in no window", k)
			}
		}
		for _, f := range r.Review(model.Conversation{Messages: []model.Message{m}}) {
			for _, s := range f.Spans {
				if s.Start < 0 || s.End > len(text) || s.Start >= s.End {
					t.Fatalf("%s marks [%d, %d) of %d", f.Detector, s.Start, s.End, len(text))
				}
			}
		}
	})
}

// TestModelDefaults compares the numbers that the detectors fall back on with
// those that the screens show, and wants each detector to have its own.
func TestModelDefaults(t *testing.T) {
	t.Parallel()
	for _, d := range []string{DetectContact, DetectIncivility, DetectConfidentiality, DetectSolicitation, DetectDisparagement, DetectExpertise, DetectCopyright} {
		if defaults[d]["min_score"] != 0.5 {
			t.Errorf("%s falls back on a least score of %v", d, defaults[d]["min_score"])
		}
	}
	for _, name := range []string{"model_score", "model_alone", "model_veto"} {
		for _, d := range gistDetectors {
			if defaults[d][name] == 0 {
				t.Errorf("%s has no %s", d, name)
			}
		}
	}
	for _, k := range guidelines.Catalogue {
		for name, v := range defaults[k.Name] {
			found := false
			for _, n := range k.Numbers {
				if n.Name == name {
					if found = true; n.Fallback != v {
						t.Errorf("%s.%s falls back on %v, the catalogue says %v", k.Name, name, v, n.Fallback)
					}
				}
			}
			if !found {
				t.Errorf("the catalogue lacks %s.%s", k.Name, name)
			}
		}
	}
}

// TestMood looks at words of either mood, and at one denied.
func TestMood(t *testing.T) {
	t.Parallel()
	r := reader(t)
	m := said("crooked liars. Not a scam. Lovely people. A table")
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	l := r.read(&m, sc)
	moods := map[string]uint8{}
	for k, g := range r.gistTokens(&l, nil) {
		if l.toks[k].Kind == phrase.Word {
			moods[l.word(l.toks[k])] = g.mood
		}
	}
	for w, want := range map[string]uint8{"liars": moodBad, "scam": moodNotBad, "lovely": moodGood, "table": moodNone} {
		if moods[w] != want {
			t.Errorf("%q has mood %d, want %d", w, moods[w], want)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	table := map[string]Kind{"lupus": {3, 200, 900, -12}, "epilepsy": {3, 200, 901, -11}, "table": {60, 7, 12, 0}}
	b, err := EncodeKinds(table)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeKinds(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(table) {
		t.Fatalf("%d words came back of %d", len(got), len(table))
	}
	for w, k := range table {
		if got[w] != k {
			t.Errorf("%s is %v, was %v", w, got[w], k)
		}
	}
	for i := range b {
		bent := bytes.Clone(b)
		bent[i] ^= 1
		if _, err := decodeKinds(bent); err == nil {
			t.Errorf("a table with a bent byte %d is read", i)
		}
	}
}

func FuzzKinds(f *testing.F) {
	b, err := EncodeKinds(map[string]Kind{"lupus": {3, 200, 900, -12}, "table": {60, 7, 12, 0}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(kindsMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := decodeKinds(b); err == nil && len(k) > maxKinds {
			t.Fatalf("%d words", len(k))
		}
	})
}

// TestGistNotes wants a word that the book numbers to be read as any other: the
// same text is read once with its words' numbers and once without.
func TestGistNotes(t *testing.T) {
	t.Parallel()
	r := reader(t)
	texts := []string{"He's one of mine, they'd say; Smb told f4gt jokes.", "sh1t happens at L i v e Person's helpdesk"}
	for _, c := range modelOnly {
		texts = append(texts, c.before+" "+c.mark+". "+c.after)
	}
	for _, text := range texts {
		sc := r.scratch.Get().(*scratch)
		m := said(text)
		l := r.read(&m, sc)
		got := r.gistTokens(&l, nil)
		numbered := 0
		for k := range l.toks {
			if l.toks[k].Note != 0 {
				numbered++
				if n := r.gistNotes[l.toks[k].Note]; l.aliases == nil && n.hash == 0 {
					t.Errorf("%q: token %d is numbered and not known", text, k)
				}
			}
			l.toks[k].Note = 0
		}
		if want := r.gistTokens(&l, nil); numbered == 0 || !slices.Equal(got, want) {
			t.Errorf("%q is read otherwise by its words' numbers (%d of them)", text, numbered)
		}
	}
}
