package transcript_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/transcript"
	"mensch/views/viewstest"
)

func open(t *testing.T, r shell.Route) (*viewstest.Window, *viewstest.Desk, *transcript.View) {
	t.Helper()
	desk := viewstest.NewDesk(20)
	w := viewstest.NewWindow(t, desk)
	v := transcript.New(w.Shell, desk)
	w.Add(shell.Transcript, v)
	w.LoadSettings()
	r.Screen = shell.Transcript
	w.Open(r)
	if !w.Pump.Settle() {
		t.Fatal("the transcript does not come to rest")
	}
	return w, desk, v
}

func inSight(v *transcript.View, id string) bool {
	for _, m := range v.InSight() {
		if m.ID == id {
			return true
		}
	}
	return false
}

func TestMarksAreWalkedAndJudgedByKey(t *testing.T) {
	w, desk, v := open(t, shell.Route{Session: "s-101"})
	marks := v.Marks()
	m, ok := v.Current()
	if !ok || m != marks[0] || !inSight(v, m.MessageID) {
		t.Fatalf("begins with %+v", m)
	}
	w.Type("n")
	w.Type("p")
	w.Type("a")
	w.Type("r")
	if desk.Verdict(marks[0].FindingID, marks[0].Span) != model.VerdictAccepted || desk.Verdict(marks[1].FindingID, marks[1].Span) != model.VerdictRejected {
		t.Fatalf("kept %v", desk.Verdicts)
	}
	if m, _ := v.Current(); m.MessageID != marks[2].MessageID || m.Start != marks[2].Start {
		t.Fatalf("after two verdicts at %+v", m)
	}
	for range marks {
		w.Type("n")
		if m, _ := v.Current(); !inSight(v, m.MessageID) {
			t.Fatalf("the current mark in %s is not in sight", m.MessageID)
		}
	}
	if w.Notice() != "That was the last mark." {
		t.Errorf("at the end: %q", w.Notice())
	}
	desk.Faults["JudgeMark"] = errors.New("no space")
	w.Type("a")
	if m, _ := v.Current(); m.Verdict != model.VerdictOpen || !strings.Contains(w.Notice(), "Keeping the verdict") {
		t.Errorf("a verdict that was not kept is shown as %q, notice %q", m.Verdict, w.Notice())
	}
}

func TestARouteBeginsAtItsFinding(t *testing.T) {
	_, _, v := open(t, shell.Route{Session: "s-101", Finding: "f-ratings"})
	if m, ok := v.Current(); !ok || m.FindingID != "f-ratings" || !inSight(v, m.MessageID) {
		t.Fatalf("begins with %+v", m)
	}
}

func TestMarksCoverTheWordsThatTheyName(t *testing.T) {
	w, _, v := open(t, shell.Route{Session: "s-101"})
	texts := map[string]string{}
	for share := float32(0); share <= 1; share += 0.1 {
		v.Scroll(share)
		w.Pump.Settle()
		for _, m := range v.InSight() {
			texts[m.ID] = m.Text
		}
	}
	for _, m := range v.Marks() {
		if got := texts[m.MessageID][m.Start:m.End]; strings.TrimSpace(got) != got || got == "" {
			t.Errorf("a mark covers %q", got)
		}
	}
}

func TestFindGoesFromPlaceToPlace(t *testing.T) {
	w, _, v := open(t, shell.Route{Session: "s-long"})
	w.Chord(fyne.KeyF)
	w.Type("SLUGS survive")
	if m, _ := v.Current(); m.Verdict != model.VerdictOpen {
		t.Fatal("what was typed into the search acted on the marks")
	}
	w.Pump.Advance(time.Second)
	at, n := v.Found()
	if n < 100 || at != 0 {
		t.Fatalf("found %d places, at %d", n, at)
	}
	has := func() bool {
		for _, m := range v.InSight() {
			if strings.Contains(m.Text, "slugs survive") {
				return true
			}
		}
		return false
	}
	for range 5 {
		w.Press(fyne.KeyReturn)
		if !has() {
			t.Fatal("the place is not in sight")
		}
	}
	if at, _ := v.Found(); at != 5 {
		t.Fatalf("five times Enter led to %d", at)
	}
	w.Press(fyne.KeyEscape)
	if _, n := v.Found(); n != 0 || w.Win.Canvas().Focused() != nil {
		t.Fatal("Esc does not close the search")
	}
	w.Type("/")
	w.Type("no such words")
	w.Pump.Advance(time.Second)
	if _, n := v.Found(); n != 0 {
		t.Fatal("found what is not there")
	}
}

// Five thousand messages of all heights: opened, walked through the marks and
// scrolled from end to end, no call on the UI thread may be felt.
func TestFiveThousandMessagesDoNotStall(t *testing.T) {
	start := time.Now()
	w, _, v := open(t, shell.Route{Session: "s-long"})
	opened := time.Since(start)
	answer := w.Pump.Longest()
	var longest time.Duration
	measure := func(f func()) {
		begin := time.Now()
		f()
		longest = max(longest, time.Since(begin))
	}
	for step := range 300 {
		measure(func() { v.Scroll(float32(step) / 299) })
	}
	if s := v.InSight(); len(s) == 0 || s[len(s)-1].Seq != 5000 {
		t.Fatalf("the end is not in sight: %d messages", len(s))
	}
	for range 100 {
		measure(func() { w.Type("n") })
	}
	if m, _ := v.Current(); !inSight(v, m.MessageID) {
		t.Error("the current mark is not in sight")
	}
	t.Logf("opened in %v, longest answer %v, longest step %v", opened, answer, longest)
	if viewstest.Race {
		return
	}
	if answer > 400*time.Millisecond || longest > 400*time.Millisecond {
		t.Errorf("the longest answer took %v, the longest step %v", answer, longest)
	}
}

func TestAnEmptySessionAndAMissingOne(t *testing.T) {
	w, desk, _ := open(t, shell.Route{Session: "s-101"})
	desk.Long = 0
	w.Open(shell.Route{Screen: shell.Transcript, Session: "s-long"})
	w.Pump.Settle()
	w.Type("npar jkgGf")
	desk.Faults["Transcript"] = model.ErrNotFound
	w.Open(shell.Route{Screen: shell.Transcript, Session: "s-gone"})
	w.Pump.Settle()
	if !strings.Contains(w.Notice(), "no longer in the store") {
		t.Errorf("notice %q", w.Notice())
	}
	w.Type("npar jkgG")
}

func TestAVerdictIsTakenBackByKey(t *testing.T) {
	w, desk, v := open(t, shell.Route{Session: "s-101"})
	marks := v.Marks()
	first, second := marks[0], marks[1]
	w.Type("ar")
	w.Type("u")
	if m, _ := v.Current(); m.MessageID != second.MessageID || m.Verdict != model.VerdictOpen || desk.Verdict(second.FindingID, second.Span) != model.VerdictOpen {
		t.Fatalf("after one u at %+v, kept %v", m, desk.Verdicts)
	}
	w.Type("u")
	if m, _ := v.Current(); m.MessageID != first.MessageID || desk.Verdict(first.FindingID, first.Span) != model.VerdictOpen {
		t.Fatalf("after two at %+v, kept %v", m, desk.Verdicts)
	}
	for _, k := range v.Keys() {
		if k.Text == "Take the last verdict back" {
			t.Error("there is nothing left to take back, and a key for it")
		}
	}
}

func TestMarksOfOneGuidelineAreWalked(t *testing.T) {
	w, _, v := open(t, shell.Route{Session: "s-101"})
	w.Type("o")
	only, _ := v.Current()
	seen := 1
	for range 20 {
		w.Type("n")
		m, _ := v.Current()
		if m.Guideline != only.Guideline {
			t.Fatalf("walked to %s among %s", m.Guideline, only.Guideline)
		}
	}
	want := 0
	for _, m := range v.Marks() {
		if m.Guideline == only.Guideline {
			want++
		}
	}
	w.Type("p")
	for range 20 {
		w.Type("p")
	}
	for range 20 {
		before, _ := v.Current()
		w.Type("n")
		if m, _ := v.Current(); m != before {
			seen++
		}
	}
	if seen != want {
		t.Errorf("walked %d of %d marks", seen, want)
	}
	w.Type("o")
	w.Type("n")
	if m, _ := v.Current(); m.Guideline == only.Guideline {
		t.Errorf("all are walked again, and the next is of %s", m.Guideline)
	}
}

func TestTheSameWordsElsewhereAreOpenedAndComeBackFrom(t *testing.T) {
	w, desk, v := open(t, shell.Route{Session: "s-101"})
	w.Type("nnn")
	at, _ := v.Current()
	w.Type("w")
	if !w.OverlayOpen() {
		t.Fatalf("no list of places; notice %q", w.Notice())
	}
	w.Type("jj")
	w.Press(fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	if w.OverlayOpen() || w.Route().Session != "s-long" || !inSight(v, w.Route().Message) {
		t.Fatalf("Enter leads to %+v", w.Route())
	}
	if _, n := v.Found(); n == 0 {
		t.Error("the words are not shown there")
	}
	w.Press(fyne.KeyEscape) // closes the search
	w.Press(fyne.KeyEscape)
	w.Pump.Settle()
	if m, _ := v.Current(); w.Route().Session != "s-101" || m.FindingID != at.FindingID {
		t.Errorf("Esc leads to %+v, at %+v", w.Route(), m)
	}
	desk.Faults["Elsewhere"] = errors.New("the index is gone")
	w.Type("w")
	if w.OverlayOpen() || w.Notice() == "" {
		t.Error("a failed search is not told")
	}
}

func TestASplitContactIsOneThing(t *testing.T) {
	w, _, v := open(t, shell.Route{Session: "s-split"})
	m, ok := v.Current()
	if !ok || m.Part != 1 || m.Parts != 3 || m.Joined == "" {
		t.Fatalf("%+v", m)
	}
	w.Type("nn")
	if m, _ := v.Current(); m.Part != 3 {
		t.Errorf("%+v", m)
	}
	w.Type("9")
	w.Type("0")
	if s := v.InSight(); len(s) == 0 || s[0].Seq != 1 {
		t.Error("0 does not lead to the start")
	}
}

// TestAnEditedMessageIsReadAnew edits the first marked message while the
// transcript is open: its new text is shown with the mark at its new place, the
// current mark stays so, and nothing jumps.
func TestAnEditedMessageIsReadAnew(t *testing.T) {
	w, desk, v := open(t, shell.Route{Session: "s-101"})
	w.Type("n")
	current, _ := v.Current()
	first := v.Marks()[0]
	said := func(id string) string {
		ms, err := desk.Messages(t.Context(), "s-101", 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			if m.ID == id {
				return m.Text
			}
		}
		return ""
	}
	words := said(first.MessageID)[first.Start:first.End]
	before := v.InSight()[0].ID
	desk.Edited = map[string]string{first.MessageID: "Oh dear. " + said(first.MessageID)}
	w.Type("/")
	w.Type("Oh dear")
	w.Changed()
	w.Pump.Settle()
	if got := v.Marks()[0]; got.Start != first.Start+len("Oh dear. ") || v.Text(first.MessageID)[got.Start:got.End] != words {
		t.Errorf("the mark is at %d of %q", got.Start, v.Text(first.MessageID))
	}
	if m, _ := v.Current(); m.FindingID != current.FindingID || m.Span != current.Span {
		t.Errorf("the current mark became %+v", m)
	}
	if got := v.InSight()[0].ID; got != before {
		t.Errorf("%s is at the top, and was not", got)
	}
	if _, n := v.Found(); n != 1 {
		t.Errorf("the new words are found %d times", n)
	}
}
