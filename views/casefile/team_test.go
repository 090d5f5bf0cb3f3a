package casefile_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func TestOpeningACaseClaimsItAndLeavingGivesItBack(t *testing.T) {
	w, desk, v, _ := open(t)
	id := v.File().Case.ID
	lease := v.File().Case.Lease
	if desk.Called("Attend") == 0 && (lease == nil || lease.Holder != "Ruth Adler") {
		t.Fatalf("the open case is claimed by nobody: %+v", lease)
	}
	// From one screen of the case to another the claim stays.
	w.Type("t")
	w.Pump.Advance(time.Second)
	if desk.Called("Release") != 0 {
		t.Error("reading the transcript gave the case back")
	}
	w.Press(fyne.KeyEscape)
	w.Pump.Settle()
	auto := desk.Called("Attend") > 0 && desk.Called("Claim") > 0
	w.Press(fyne.KeyEscape)
	w.Pump.Advance(time.Second)
	if auto && desk.Called("Release") != 1 {
		t.Errorf("back in the queue, %s was given back %d times", id, desk.Called("Release"))
	}
	// What the moderator claimed by hand stays claimed.
	before := desk.Called("Release")
	free := ""
	for _, r := range viewstest.NewDesk(60).Rows() {
		if r.LeaseHolder == "" && r.State == model.CaseOpen {
			free = r.CaseID
			break
		}
	}
	w.Open(shell.Route{Screen: shell.Case, CaseID: free})
	w.Pump.Settle()
	w.Type("ll")
	w.Press(fyne.KeyEscape)
	w.Pump.Advance(time.Second)
	if got := desk.Called("Release") - before; got != 1 {
		t.Errorf("released %d times: once by hand is right, and never by leaving", got)
	}
}

func TestColleagueOnTheCaseIsShown(t *testing.T) {
	w, desk, v, _ := open(t)
	for _, r := range desk.Rows() {
		if r.LeaseHolder == "Jonas Meier" && r.State == model.CaseOpen {
			w.Open(shell.Route{Screen: shell.Case, CaseID: r.CaseID})
			w.Pump.Settle()
			if l := v.File().Case.Lease; l == nil || l.Holder != "Jonas Meier" {
				t.Errorf("%+v", l)
			}
			return
		}
	}
	t.Skip("no case is held by a colleague")
}

func TestHoldHandHelpAndSkipByKeys(t *testing.T) {
	w, desk, v, _ := open(t)
	id := v.File().Case.ID
	last := func(kind model.TeamKind) model.TeamEvent {
		t.Helper()
		did := desk.Did()
		if len(did) == 0 || did[len(did)-1].Kind != kind || did[len(did)-1].CaseID != id {
			t.Fatalf("no %s: %+v, notice %q", kind, did, w.Notice())
		}
		return did[len(did)-1]
	}
	w.Type("h")
	if !w.OverlayOpen() {
		t.Fatal("h asks nothing")
	}
	w.Type("waiting for the bank")
	w.Win.Canvas().FocusNext()
	w.Type("3")
	w.Chord(fyne.KeyReturn)
	if e := last(model.TeamHold); e.Text != "waiting for the bank" || !e.Until.Equal(viewstest.Noon.AddDate(0, 0, 3)) {
		t.Errorf("%+v", e)
	}
	if v.File().Handling.HoldBy != "Ruth Adler" {
		t.Errorf("the screen shows %+v", v.File().Handling)
	}
	w.Type("h")
	last(model.TeamResume)
	w.Type("q")
	w.Type("is this a licence?")
	w.Chord(fyne.KeyReturn)
	last(model.TeamHelp)
	w.Type("q")
	w.Type("no")
	w.Chord(fyne.KeyReturn)
	last(model.TeamAnswer)
	w.Type("N")
	w.Type("on the account")
	w.Chord(fyne.KeyReturn)
	last(model.TeamNote)
	w.Type("p")
	if e := desk.Did(); e[len(e)-1].Kind != model.TeamPin {
		t.Errorf("p did %+v", e[len(e)-1])
	}
	w.Type("H")
	w.Type("you know them")
	w.Win.Canvas().FocusNext()
	w.Press(fyne.KeyRight)
	w.Chord(fyne.KeyReturn)
	if e := last(model.TeamHand); e.To != "Kim Larsen" || e.Text != "you know them" {
		t.Errorf("%+v", e)
	}
	w.Type("H")
	last(model.TeamReturn)
	// A skipped case leads to the next free one.
	w.Type("s")
	w.Type("2")
	w.Chord(fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	if e := last(model.TeamSkip); e.Text != "Not my field" {
		t.Errorf("%+v", e)
	}
	if v.File().Case.ID == id || w.Route().CaseID == id {
		t.Error("the skipped case is still in sight")
	}
	// An empty reason is refused in words, and nothing is kept.
	n := len(desk.Did())
	w.Type("h")
	w.Chord(fyne.KeyReturn)
	if len(desk.Did()) != n || !strings.Contains(w.Notice(), "reason") {
		t.Errorf("notice %q", w.Notice())
	}
}
