package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mensch/app/model"
	platform "mensch/app/sync"
)

const settingColleagues = "colleagues"

// AddNote keeps a remark on a case, which colleagues see too.
func (d *Desk) AddNote(ctx context.Context, caseID, text string) error {
	return d.onCase(ctx, caseID, model.TeamEvent{Kind: model.TeamNote, Text: text})
}

// AddAccountNote keeps a remark on the account that a case is about, whatever
// becomes of the case.
func (d *Desk) AddAccountNote(ctx context.Context, caseID, text string) error {
	held, err := d.store.Case(ctx, caseID)
	if err != nil {
		return fmt.Errorf("reading case %s: %w", caseID, err)
	}
	return d.team(ctx, model.TeamEvent{Kind: model.TeamNote, ExpertID: held.ExpertID, Text: text})
}

// PinNote keeps a note above the others, for everybody, or lets it go.
func (d *Desk) PinNote(ctx context.Context, note model.Note, pinned bool) error {
	e := model.TeamEvent{Kind: model.TeamPin, CaseID: note.CaseID, ExpertID: note.ExpertID, Ref: note.ID}
	if !pinned {
		e.Kind = model.TeamUnpin
	}
	return d.team(ctx, e)
}

// Hold keeps a case for this moderator until a time, beyond the lease, with a
// reason that colleagues read.
func (d *Desk) Hold(ctx context.Context, caseID string, until time.Time, reason string) error {
	return d.onCase(ctx, caseID, model.TeamEvent{Kind: model.TeamHold, Until: until.UTC().Truncate(time.Second), Text: reason})
}

// Resume ends a hold, one's own or a colleague's.
func (d *Desk) Resume(ctx context.Context, caseID string) error {
	return d.onCase(ctx, caseID, model.TeamEvent{Kind: model.TeamResume})
}

// Hand gives a case to a named colleague, with a note for them.
func (d *Desk) Hand(ctx context.Context, caseID, to, note string) error {
	return d.onCase(ctx, caseID, model.TeamEvent{Kind: model.TeamHand, To: strings.TrimSpace(to), Text: note})
}

// Return ends a hand-over without a decision.
func (d *Desk) Return(ctx context.Context, caseID string) error {
	return d.onCase(ctx, caseID, model.TeamEvent{Kind: model.TeamReturn})
}

// AskHelp puts a question about a case to all colleagues; Answer answers it.
func (d *Desk) AskHelp(ctx context.Context, caseID, question string) error {
	return d.onCase(ctx, caseID, model.TeamEvent{Kind: model.TeamHelp, Text: question})
}

// Answer answers the question that a case's colleague asked.
func (d *Desk) Answer(ctx context.Context, caseID, text string) error {
	return d.onCase(ctx, caseID, model.TeamEvent{Kind: model.TeamAnswer, Text: text})
}

// Skip leaves a case to others. It is counted, the claim is given back, and
// the case is not shown to this moderator for model.SkipRest.
func (d *Desk) Skip(ctx context.Context, caseID, reason string) error {
	if err := d.onCase(ctx, caseID, model.TeamEvent{Kind: model.TeamSkip, Text: reason}); err != nil {
		return err
	}
	held, err := d.store.Case(ctx, caseID)
	if err != nil || held.Lease == nil || held.Lease.Holder != d.Moderator() {
		return err
	}
	// The platform drops the claim when the event reaches it.
	return d.store.DropLease(ctx, caseID)
}

func (d *Desk) onCase(ctx context.Context, caseID string, e model.TeamEvent) error {
	held, err := d.store.Case(ctx, caseID)
	if err != nil {
		return fmt.Errorf("reading case %s: %w", caseID, err)
	}
	e.CaseID, e.ExpertID = caseID, held.ExpertID
	if e.Kind == model.TeamHold || e.Kind == model.TeamHand {
		if l := held.Lease; l != nil && l.Holder != d.Moderator() && l.Expires.After(d.now()) {
			return &Refusal{Why: l.Holder + " works on the case now. Nothing was changed; wait until they give it back, or ask them."}
		}
	}
	return d.team(ctx, e)
}

// team keeps an event; it leaves with the next push.
func (d *Desk) team(ctx context.Context, e model.TeamEvent) error {
	e.ID, e.By, e.At, e.Text = uuid.NewString(), d.Moderator(), d.now().UTC().Truncate(time.Millisecond), strings.TrimSpace(e.Text)
	if why := e.Wrong(); why != "" {
		return &Refusal{Why: why + " Nothing was kept."}
	}
	err := d.store.AddTeamEvent(ctx, e)
	var no *model.HandlingError
	if errors.As(err, &no) {
		return &Refusal{Why: no.Why + " Nothing was changed."}
	}
	if err != nil {
		return fmt.Errorf("keeping the %s: %w", e.Kind, err)
	}
	d.changed()
	return nil
}

// Colleagues are the names that a case can be handed to, as the platform gave
// them last.
func (d *Desk) Colleagues(ctx context.Context) ([]string, error) {
	text, err := d.store.Setting(ctx, settingColleagues)
	if err != nil || text == "" {
		return nil, err
	}
	var names []string
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, fmt.Errorf("reading the colleagues' names: %w", err)
	}
	me := d.Moderator()
	return slices.DeleteFunc(names, func(n string) bool { return n == me }), nil
}

// meet asks the platform who the colleagues are. A platform that does not say
// is none to fail on.
func (d *Desk) meet(ctx context.Context, p platform.Platform) error {
	team, ok := p.(platform.Teamwork)
	if !ok {
		return nil
	}
	names, err := team.Colleagues(ctx)
	switch platform.KindOf(err) {
	case platform.KindNotFound, platform.KindMalformed, platform.KindInvalid, platform.KindForbidden:
		return nil
	}
	if err != nil {
		return fmt.Errorf("asking for the colleagues' names: %w", err)
	}
	text, err := json.Marshal(names)
	if err != nil {
		return fmt.Errorf("writing the colleagues' names: %w", err)
	}
	return d.store.SetSetting(ctx, settingColleagues, string(text))
}

// pushTeam sends what colleagues are to be told.
func (d *Desk) pushTeam(ctx context.Context, p platform.Platform) error {
	sent, err := platform.PushTeam(ctx, d.store, p, d.now)
	if sent.Any() {
		d.changed()
	}
	if err != nil {
		return fmt.Errorf("telling colleagues: %w", err)
	}
	return nil
}

// addTeam fills in what colleagues wrote and did, on this account and on those
// that share a signal with it.
func (d *Desk) addTeam(ctx context.Context, file *CaseFile) error {
	var err error
	id := file.Case.ExpertID
	if file.Notes, err = d.store.NotesAbout(ctx, id); err != nil {
		return fmt.Errorf("reading the notes on %s: %w", id, err)
	}
	named := map[string][]string{}
	for _, l := range file.Linked {
		named[l.Expert.ID] = append(named[l.Expert.ID], l.Signals...)
	}
	for _, f := range file.Findings {
		if f.Match != nil && f.Match.ExpertID != "" && f.Match.ExpertID != id && f.Verdict != model.VerdictRejected {
			named[f.Match.ExpertID] = append(named[f.Match.ExpertID], "a photo that matches")
		}
	}
	if file.LinkedNotes, err = d.store.LinkedNotes(ctx, id, named); err != nil {
		return fmt.Errorf("reading the notes on linked accounts: %w", err)
	}
	if file.Handling, err = d.store.Handling(ctx, file.Case.ID); err != nil {
		return fmt.Errorf("reading how case %s is handled: %w", file.Case.ID, err)
	}
	if file.TeamEvents, err = d.store.TeamEventsOf(ctx, file.Case.ID); err != nil {
		return fmt.Errorf("reading the team events of %s: %w", file.Case.ID, err)
	}
	if file.Unsent, err = d.store.UnsentTeamEvents(ctx, file.Case.ID); err != nil {
		return fmt.Errorf("reading what colleagues were not told: %w", err)
	}
	return nil
}

// teamWords says a team event for the timeline; empty: it is not shown there.
func teamWords(e model.TeamEvent) string {
	switch e.Kind {
	case model.TeamHold:
		return fmt.Sprintf("%s holds the case until %s: %s", e.By, e.Until.Format("2 January, 15:04 UTC"), e.Text)
	case model.TeamResume:
		return e.By + " ended the hold"
	case model.TeamHand:
		return fmt.Sprintf("%s handed the case to %s: %s", e.By, e.To, e.Text)
	case model.TeamReturn:
		return e.By + " ended the hand-over"
	case model.TeamHelp:
		return e.By + " asks: " + e.Text
	case model.TeamAnswer:
		return e.By + " answers: " + e.Text
	case model.TeamSkip:
		return e.By + " skipped the case: " + e.Text
	}
	return ""
}
