package cases

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

// LifeTold is the one event that no machine has: the platform says something
// that cannot follow from what was known, because it was put back to an earlier
// state or is another platform. The state is its word then.
const LifeTold = "told"

// life is a noun's machine, as far as a history needs it: where it begins, and
// which of its states each word of the store stands for. The first of them is
// where a history without a known cause leads.
type life struct {
	start  string
	next   func(from, event string) (string, error)
	events func(from string) []string
	stored map[string][]string
}

func lifeOf[S, E ~string](m machine[S, E], start S, stored map[string][]S) life {
	words := map[string][]string{}
	for word, states := range stored {
		for _, s := range states {
			words[word] = append(words[word], string(s))
		}
	}
	return life{
		start: string(start), stored: words,
		next: func(from, event string) (string, error) {
			to, err := m.next(S(from), E(event))
			return string(to), err
		},
		events: func(from string) []string {
			var all []string
			for _, e := range m.events(S(from)) {
				all = append(all, string(e))
			}
			return all
		},
	}
}

var lives = map[model.LifeNoun]life{
	model.LifeDecision: lifeOf(decisionMachine, DecisionDraft, map[string][]DecisionState{
		"proposed":  {DecisionProposed},
		"pending":   {DecisionConfirmed},
		"conflict":  {DecisionConfirmed}, // a person must choose; until then it is neither lost nor taken back
		"confirmed": {DecisionStanding},
		"reversed":  {DecisionReversed},
		"void":      {DecisionDraft, DecisionRefused, DecisionLost},
	}),
	model.LifeApproval: lifeOf(approvalMachine, ApprovalOpen, map[string][]ApprovalState{
		"":                        {ApprovalOpen},
		string(ApprovalYes):       {ApprovalYes},
		string(ApprovalNo):        {ApprovalNo},
		string(ApprovalExpired):   {ApprovalExpired},
		string(ApprovalWithdrawn): {ApprovalWithdrawn},
	}),
	model.LifeAppeal: lifeOf(appealMachine, AppealOpen, map[string][]AppealState{
		"":                       {AppealOpen, AppealTaken},
		string(AppealUpheld):     {AppealUpheld},
		string(AppealChanged):    {AppealChanged},
		string(AppealOverturned): {AppealOverturned},
	}),
}

// LiveOn gives the events that the history of a decision, a proposal or an
// appeal needs so that it ends where the store says. cause names the event that
// is known to have happened, if one is: it comes first where it can happen. What
// else moved meanwhile is told by the fewest events that explain it.
func LiveOn(l model.Life, cause string) []model.LifeEvent {
	m, ok := lives[l.Noun]
	if !ok {
		return nil
	}
	state := m.start
	if n := len(l.History); n > 0 {
		state = l.History[n-1].To
	}
	var out []model.LifeEvent
	step := func(kind, to string) {
		out = append(out, model.LifeEvent{Noun: l.Noun, ID: l.ID, Kind: kind, From: state, To: to})
		state = to
	}
	goal := m.stored[l.Stored]
	if len(goal) == 0 {
		return nil // a word that nobody knows: CheckLife says so
	}
	if cause != "" {
		if to, err := m.next(state, cause); err == nil && to != state {
			step(cause, to)
		}
	}
	if slices.Contains(goal, state) {
		return out
	}
	way, ok := m.way(state, goal[0])
	if !ok {
		step(LifeTold, goal[0])
		return out
	}
	for _, kind := range way {
		to, err := m.next(state, kind)
		if err != nil {
			break // way only walks what can happen
		}
		step(kind, to)
	}
	return out
}

// way is the shortest row of events from one state to another.
func (m life) way(from, to string) ([]string, bool) {
	type place struct {
		state string
		way   []string
	}
	seen := map[string]bool{from: true}
	for todo := []place{{state: from}}; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		if at.state == to {
			return at.way, true
		}
		for _, kind := range m.events(at.state) {
			next, err := m.next(at.state, kind)
			if err != nil || seen[next] {
				continue
			}
			seen[next] = true
			todo = append(todo, place{next, append(slices.Clone(at.way), kind)})
		}
	}
	return nil, false
}

// FoldLife replays the history of a decision, a proposal or an appeal from the
// beginning and gives the state that it leads to.
func FoldLife(noun model.LifeNoun, history []model.LifeEvent) (string, error) {
	m, ok := lives[noun]
	if !ok {
		return "", fmt.Errorf("nothing is known of the history of a %q", noun)
	}
	state := m.start
	for i, e := range history {
		if e.From != state {
			return state, fmt.Errorf("event %d, %q, begins at %q, but the one before led to %q", i+1, e.Kind, e.From, state)
		}
		to := e.To
		if e.Kind != LifeTold {
			var err error
			if to, err = m.next(state, e.Kind); err != nil {
				return state, fmt.Errorf("event %d: %w", i+1, err)
			}
		}
		if e.To != to {
			return state, fmt.Errorf("event %d, %q, is noted to lead to %q, and leads to %q", i+1, e.Kind, e.To, to)
		}
		state = to
	}
	return state, nil
}

// CheckLife compares where the store says that a decision, a proposal or an
// appeal stands with the fold of its history.
func CheckLife(l model.Life) error {
	state, err := FoldLife(l.Noun, l.History)
	if err != nil {
		return fmt.Errorf("%s %s: its history does not fold: %w", l.Noun, l.ID, err)
	}
	if !slices.Contains(lives[l.Noun].stored[l.Stored], state) {
		return fmt.Errorf("%s %s is stored as %q, but its events lead to %q", l.Noun, l.ID, l.Stored, state)
	}
	if l.Shown != l.Stored && l.Noun == model.LifeApproval {
		return fmt.Errorf("%s %s is stored as %q, but its text says %q", l.Noun, l.ID, l.Stored, l.Shown)
	}
	return nil
}

// SanctionEvents are what happened to a sanction, as the history of its
// decision and the clock tell.
func SanctionEvents(s model.Sanction, history []model.LifeEvent, now time.Time) []SanctionEvent {
	state := string(DecisionDraft)
	if n := len(history); n > 0 {
		state = history[n-1].To
	}
	var out []SanctionEvent
	switch DecisionState(state) {
	case DecisionStanding, DecisionReversed:
		if !now.Before(s.StartsAt) {
			out = append(out, SanctionBegin)
			if !s.EndsAt.IsZero() && !now.Before(s.EndsAt) {
				out = append(out, SanctionEnd)
			}
		}
		if DecisionState(state) == DecisionReversed {
			out = append(out, SanctionReverse)
		}
	case DecisionRefused, DecisionLost:
		out = append(out, SanctionDrop)
	case DecisionDraft:
		if len(history) > 0 {
			out = append(out, SanctionDrop)
		}
	}
	return out
}

// FoldSanction replays the events of a sanction.
func FoldSanction(events []SanctionEvent) (SanctionState, error) {
	state := SanctionPending
	for i, e := range events {
		var err error
		if state, err = NextSanction(state, e); err != nil {
			return state, fmt.Errorf("event %d: %w", i+1, err)
		}
	}
	return state, nil
}

// CheckRecord compares the strikes that the store has of an expert with the
// fold of the decisions that are in force, and where each sanction stands with
// the fold of its events. Every difference is an error of its own.
func CheckRecord(r model.ExpertRecord, now time.Time) error {
	var wrong []error
	// What only takes one of theirs back has its own sanctions elsewhere.
	settled := slices.DeleteFunc(Settle(r.Decisions), func(d model.Decision) bool { return d.ExpertID != r.ExpertID })
	for _, d := range settled {
		history := r.Histories[d.ID]
		stands := len(history) > 0 && (history[len(history)-1].To == string(DecisionStanding) || history[len(history)-1].To == string(DecisionReversed))
		if !stands {
			continue // its sanctions wait with it
		}
		for _, s := range d.Sanctions {
			folded, err := FoldSanction(SanctionEvents(s, history, now))
			if err != nil {
				wrong = append(wrong, fmt.Errorf("sanction %s: its events do not fold: %w", s.ID, err))
				continue
			}
			// A reversal that waits to be sent counts here already, and is no
			// event yet.
			if at := SanctionAt(s, now); at != folded && (at != SanctionReversed || confirmedReversal(s, r)) {
				wrong = append(wrong, fmt.Errorf("sanction %s is stored as %q, but its events lead to %q", s.ID, at, folded))
			}
		}
	}
	want, have := map[string]model.Strike{}, map[string]model.Strike{}
	for _, s := range foldedStrikes(settled) {
		if was, ok := want[s.SanctionID]; ok {
			s.Count += was.Count
		}
		want[s.SanctionID] = s
	}
	for _, s := range r.Strikes {
		have[s.SanctionID] = s
	}
	for _, id := range sortedKeys(want, have) {
		w, expected := want[id]
		h, stored := have[id]
		switch {
		case !stored:
			wrong = append(wrong, fmt.Errorf("the record of %s lacks the strikes of sanction %s", r.ExpertID, id))
		case !expected:
			wrong = append(wrong, fmt.Errorf("the record of %s has strikes of sanction %s, which no decision in force adds", r.ExpertID, id))
		case !sameStrike(w, h):
			wrong = append(wrong, fmt.Errorf("the record of %s has %s for sanction %s, but its decisions add %s", r.ExpertID, strikeInWords(h), id, strikeInWords(w)))
		}
	}
	return errors.Join(wrong...)
}

// confirmedReversal reports whether what takes a sanction back stands at the
// platform.
func confirmedReversal(s model.Sanction, r model.ExpertRecord) bool {
	history := r.Histories[s.ReversedByID]
	return len(history) > 0 && history[len(history)-1].To == string(DecisionStanding)
}

// foldedStrikes is Strikes for decisions as the platform may send them, with
// what it left out filled in as the store does.
func foldedStrikes(settled []model.Decision) []model.Strike {
	var out []model.Strike
	for _, d := range settled {
		for i, s := range d.Sanctions {
			if s.Strikes <= 0 {
				continue
			}
			if s.ID == "" {
				s.ID = fmt.Sprintf("%s#%d", d.ID, i)
			}
			if s.ExpertID == "" {
				s.ExpertID = d.ExpertID
			}
			if s.StartsAt.IsZero() {
				s.StartsAt = d.DecidedAt
			}
			if strike, ok := StrikeOf(s); ok {
				out = append(out, strike)
			}
		}
	}
	return out
}

// sameStrike compares to the microsecond, which is what a store keeps.
func sameStrike(a, b model.Strike) bool {
	same := func(x, y time.Time) bool { return x.Truncate(time.Microsecond).Equal(y.Truncate(time.Microsecond)) }
	return a.Guideline == b.Guideline && a.Count == b.Count && a.Reversed == b.Reversed && same(a.At, b.At) && same(a.Expires, b.Expires)
}

func strikeInWords(s model.Strike) string {
	text := fmt.Sprintf("%s under %q from %s", count(s.Count, "strike", "strikes"), s.Guideline, day(s.At))
	if !s.Expires.IsZero() {
		text += " until " + day(s.Expires)
	}
	if s.Reversed {
		text += ", taken back"
	}
	return text
}

func sortedKeys(maps ...map[string]model.Strike) []string {
	var keys []string
	for _, m := range maps {
		for k := range m {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, strings.Compare)
	return slices.Compact(keys)
}
