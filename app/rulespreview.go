package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// RulesPreview says what a draft of the rules would change in this store, had
// it been in force all along. Nothing is written.
type RulesPreview struct {
	Changes  []string // how the draft differs, in sentences
	Read     int      // transcripts, profiles and so on that were read
	Opened   int      // cases that there would be more
	Closed   int      // cases that there would be fewer
	Moved    int      // other cases whose priority would change
	Altered  int      // findings that would mark other words, with others of the same
	Added    int      // findings that there would be more
	Gone     int      // findings that there would be fewer
	Cases    []CaseChange
	Cut      bool  // there are more changed cases than Cases holds
	Stale    int64 // work that was not read yet by the rules in force: it counts as changed too
	Problems []guidelines.Problem
	Faults   []string // conditions that could not be asked, in words
}

// CaseChange is what would become of one expert's open case.
type CaseChange struct {
	CaseID     string // empty: there is none yet
	ExpertID   string
	ScreenName string
	Cluster    string
	Opened     bool
	Closed     bool
	Before     int // priority, 0 to 100
	After      int
	Findings   []FindingChange // added ones first, strongest first
}

// FindingChange is a finding that comes or goes.
type FindingChange struct {
	Finding model.Finding
	Added   bool
	Altered bool   // it is there now, and marks other words
	Why     string // in words, where a condition is behind it
}

// maxCaseChanges is how many changed cases a preview holds in full.
const maxCaseChanges = 2000

// PreviewRules runs a draft over the local store. It reads only what the change
// can touch, may be cancelled at any time, and reports how far it is.
func (d *Desk) PreviewRules(ctx context.Context, draft *guidelines.Pack, progress func(phase string, done, total int64)) (RulesPreview, error) {
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	before := d.ruling.Load()
	out := RulesPreview{Changes: guidelines.Changes(before.pack, draft)}
	pack, err := draft.Check()
	var invalid *guidelines.InvalidError
	if errors.As(err, &invalid) {
		out.Problems = invalid.Problems
		return out, nil
	}
	if err != nil {
		return out, err
	}
	after, err := newRuling(pack, d.models)
	if err != nil {
		return out, err
	}
	after.curves = before.curves
	counts, err := d.store.Counts(ctx)
	if err != nil {
		return out, fmt.Errorf("counting the work: %w", err)
	}
	out.Stale = int64(counts.Work)
	p := &preview{desk: d, before: before, after: after, shadow: &Desk{store: d.store, shipped: d.shipped, models: d.models, now: d.now}, out: &out, progress: progress, found: map[string]*difference{}}
	p.shadow.ruling.Store(after)
	touched := guidelines.TouchedBy(before.pack, pack)
	for reads, reread := range touched.Reads() {
		if err := p.reread(ctx, reads, reread); err != nil {
			return out, err
		}
	}
	if err := p.weigh(ctx, touched.Cases); err != nil {
		return out, err
	}
	p.finish()
	return out, nil
}

// preview is a preview under way.
type preview struct {
	desk, shadow  *Desk
	before, after *ruling
	out           *RulesPreview
	progress      func(string, int64, int64)

	mu    sync.Mutex
	found map[string]*difference // by expert
}

// difference is what changes in an expert's findings.
type difference struct {
	added []model.Finding
	gone  map[string]bool
	lost  []model.Finding
}

func (p *preview) note(scope model.ScopeFindings, before []model.Finding) {
	had := map[string]bool{}
	for _, f := range before {
		had[f.ID] = true
	}
	seen := map[string]bool{}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.Read++
	of := func(id string) *difference {
		if p.found[id] == nil {
			p.found[id] = &difference{gone: map[string]bool{}}
		}
		return p.found[id]
	}
	for _, f := range scope.Findings {
		seen[f.ID] = true
		if !had[f.ID] {
			diff := of(f.ExpertID)
			diff.added = append(diff.added, f)
		}
	}
	for _, f := range before {
		if !seen[f.ID] {
			diff := of(f.ExpertID)
			diff.gone[f.ID] = true
			diff.lost = append(diff.lost, f)
		}
	}
}

// reread runs the detectors of one kind over what the change touches.
func (p *preview) reread(ctx context.Context, reads guidelines.Reads, reread guidelines.Reread) error {
	work := model.WorkFor{Kind: workKinds[reads]}
	if reread.Narrow {
		work.Detectors = reread.Detectors
	}
	phase := "reading " + string(reads)
	var do func(context.Context, []string) error
	switch reads {
	case guidelines.ReadsSessions:
		do = p.sessions
	case guidelines.ReadsPhotos:
		// A photo is judged on the profiles that show it.
		work.Kind = model.WorkProfile
		do = each(func(ctx context.Context, id string) error { return p.scope(ctx, "photo:"+id, id, p.shadow.reviewPhoto) })
	case guidelines.ReadsProfiles:
		do = each(func(ctx context.Context, id string) error {
			return p.scope(ctx, "profile:"+id, id, func(_ context.Context, id string) (model.ScopeFindings, error) {
				return p.shadow.reviewProfile(id), nil
			})
		})
	case guidelines.ReadsExperts:
		do = each(p.expert)
	}
	if narrowed := thresholdsOnly(p.before.pack, p.after.pack, reread); narrowed && reads != guidelines.ReadsSessions {
		// What can only fall away by its score needs no detector.
		do = each(p.filtered(reads))
	} else if reads != guidelines.ReadsSessions && p.shadow.indexes == nil {
		p.progress("preparing the comparison of all experts", 0, 0)
		x, err := p.shadow.loadIndexes(ctx)
		if err != nil {
			return err
		}
		p.shadow.indexes = x
	}
	var total int64
	ids := []string(nil)
	for after := ""; ; {
		page, err := p.desk.store.WorkIDs(ctx, work, after, recordsPage)
		if err != nil {
			return fmt.Errorf("reading what the change touches: %w", err)
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1]
		ids = append(ids, page...)
		total += int64(len(page))
	}
	for begin := 0; begin < len(ids); begin += workPage {
		if err := do(ctx, ids[begin:min(begin+workPage, len(ids))]); err != nil {
			return fmt.Errorf("%s: %w", phase, err)
		}
		p.progress(phase, int64(min(begin+workPage, len(ids))), total)
	}
	return nil
}

// thresholdsOnly reports whether the named detectors only show less by score,
// or are switched off.
func thresholdsOnly(before, after *guidelines.Pack, r guidelines.Reread) bool {
	if !r.Narrow {
		return false
	}
	for _, name := range r.Detectors {
		known, _ := guidelines.KnownDetector(name)
		for _, n := range known.Numbers {
			if n.Name != guidelines.MinScore && before.Param(name, n.Name, n.Fallback) != after.Param(name, n.Name, n.Fallback) {
				return false
			}
		}
	}
	return true
}

func (p *preview) sessions(ctx context.Context, ids []string) error {
	convs, err := p.desk.conversations(ctx, ids)
	if err != nil {
		return err
	}
	scopes, err := p.shadow.reviewConversations(ctx, convs)
	if err != nil {
		return err
	}
	for i, scope := range scopes {
		if convs[i].Session.ID == "" {
			continue
		}
		before, err := p.desk.store.FindingsOfScope(ctx, scope.Scope)
		if err != nil {
			return fmt.Errorf("reading the findings in session %s: %w", ids[i], err)
		}
		p.note(scope, before)
	}
	return nil
}

// each does something for every one of a page, on all cores.
func each(do func(context.Context, string) error) func(context.Context, []string) error {
	return func(ctx context.Context, ids []string) error {
		return onAllCores(ctx, len(ids), func(ctx context.Context, i int) error { return do(ctx, ids[i]) })
	}
}

func (p *preview) scope(ctx context.Context, name, id string, review func(context.Context, string) (model.ScopeFindings, error)) error {
	scope, err := review(ctx, id)
	if err != nil {
		return err
	}
	before, err := p.desk.store.FindingsOfScope(ctx, name)
	if err != nil {
		return fmt.Errorf("reading the findings of %s: %w", id, err)
	}
	p.note(scope, before)
	return nil
}

func (p *preview) expert(ctx context.Context, id string) error {
	expert, err := p.desk.store.Expert(ctx, id)
	if notFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading expert %s: %w", id, err)
	}
	err = p.scope(ctx, "ratings:"+id, id, func(context.Context, string) (model.ScopeFindings, error) {
		return p.shadow.reviewRatings(id), nil
	})
	if err != nil {
		return err
	}
	return p.scope(ctx, "attendance:"+id, id, func(ctx context.Context, _ string) (model.ScopeFindings, error) {
		return p.shadow.attendance(ctx, expert)
	})
}

var scopesOf = map[guidelines.Reads][]string{
	guidelines.ReadsPhotos: {"photo:"}, guidelines.ReadsProfiles: {"profile:"}, guidelines.ReadsExperts: {"ratings:", "attendance:"},
}

// filtered takes away what the rules let through no more.
func (p *preview) filtered(reads guidelines.Reads) func(context.Context, string) error {
	return func(ctx context.Context, id string) error {
		for _, prefix := range scopesOf[reads] {
			before, err := p.desk.store.FindingsOfScope(ctx, prefix+id)
			if err != nil {
				return fmt.Errorf("reading the findings of %s: %w", id, err)
			}
			p.note(model.ScopeFindings{Scope: prefix + id, ExpertID: id, Findings: p.after.inForce(slices.Clone(before))}, before)
		}
		return nil
	}
}

// weigh compares the cases of the experts that the change touches, or of all
// experts with findings where conditions or priorities changed.
func (p *preview) weigh(ctx context.Context, all bool) error {
	const phase = "weighing cases"
	var ids []string
	for id, diff := range p.found {
		if len(diff.added)+len(diff.lost) > 0 {
			ids = append(ids, id)
		}
	}
	if all {
		ids = ids[:0]
		for after := ""; ; {
			page, err := p.desk.store.WorkIDs(ctx, model.WorkFor{Kind: model.WorkCase}, after, recordsPage)
			if err != nil {
				return fmt.Errorf("reading which cases there are: %w", err)
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1]
			ids = append(ids, page...)
		}
	}
	slices.Sort(ids)
	now := p.desk.now().UTC()
	for begin := 0; begin < len(ids); begin += workPage {
		page := ids[begin:min(begin+workPage, len(ids))]
		facts, err := p.desk.store.WeighingFacts(ctx, page, true, now)
		if err != nil {
			return fmt.Errorf("reading the cases: %w", err)
		}
		for _, f := range facts {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := p.compare(ctx, f, now); err != nil {
				return err
			}
		}
		p.progress(phase, int64(begin+len(page)), int64(len(ids)))
	}
	return nil
}

// compare puts an expert's case before and after the change side by side.
func (p *preview) compare(ctx context.Context, facts model.CaseFacts, now time.Time) error {
	diff := p.found[facts.Expert.ID]
	if diff == nil {
		diff = &difference{gone: map[string]bool{}}
	}
	var judged []model.Finding
	if len(diff.added) > 0 {
		var err error
		if judged, err = p.desk.store.JudgedOf(ctx, facts.Expert.ID); err != nil {
			return fmt.Errorf("reading the verdicts on %s: %w", facts.Expert.ID, err)
		}
	}
	old := facts
	old.Findings = nil
	next := facts
	next.Findings = nil
	known := map[string]model.Finding{}
	var made []model.Finding // of conditions, before
	for _, f := range facts.Findings {
		known[f.ID] = f
		if f.Suppressed == "" {
			old.Findings = append(old.Findings, f)
		}
		switch {
		case f.Detector == guidelines.DetectCondition:
			made = append(made, f)
		case !diff.gone[f.ID]:
			next.Findings = append(next.Findings, f)
		}
	}
	change := CaseChange{CaseID: facts.Case.ID, ExpertID: facts.Expert.ID, ScreenName: facts.Expert.ScreenName, Cluster: facts.Expert.Cluster}
	tell := func(f model.Finding, added bool, why string) {
		shown := p.after.calibrated([]model.Finding{f})[0]
		change.Findings = append(change.Findings, FindingChange{Finding: shown, Added: added, Why: why})
	}
	for _, f := range diff.added {
		h := model.Inherit(f, judged)
		for i, v := range h.Marks {
			f.Spans[i].Verdict = v
		}
		if f.Verdict = h.Verdict; f.Verdict == model.VerdictRejected {
			continue // what was rejected stays rejected
		}
		next.Findings = append(next.Findings, f)
	}
	weighed := p.after.pack.Weigh(withScores(p.after, next), now)
	for _, err := range weighed.Faults {
		if text := err.Error(); !slices.Contains(p.out.Faults, text) {
			p.out.Faults = append(p.out.Faults, text)
		}
	}
	live := next.Findings[:0:0]
	replaced := map[string]bool{}
	for _, f := range next.Findings {
		why := weighed.Suppressed[f.ID]
		was, had := known[f.ID]
		switch {
		case why == "":
			live = append(live, f)
			if !had {
				tell(f, true, "")
				for _, g := range diff.lost {
					if known[g.ID].Suppressed == "" && sharesWords(f, g) {
						replaced[g.ID] = true
						change.Findings[len(change.Findings)-1].Altered = true
					}
				}
			} else if was.Suppressed != "" {
				tell(f, true, "No condition keeps it out of sight any more.")
			}
		case had && was.Suppressed == "":
			tell(f, false, why)
		}
	}
	next.Findings = append(live, weighed.Found...)
	for _, f := range diff.lost {
		if was, ok := known[f.ID]; ok && was.Suppressed == "" && f.Verdict != model.VerdictRejected && !replaced[f.ID] {
			tell(f, false, "")
		}
	}
	was := func(list []model.Finding, id string) bool {
		return slices.ContainsFunc(list, func(f model.Finding) bool { return f.ID == id })
	}
	for _, f := range weighed.Found {
		if !was(made, f.ID) {
			tell(f, true, "")
		}
	}
	for _, f := range made {
		if !was(weighed.Found, f.ID) {
			tell(f, false, "Its condition does not hold any more.")
		}
	}
	wasOpen, isOpen := needsSomebody(old), needsSomebody(next)
	change.Opened, change.Closed = isOpen && !wasOpen, wasOpen && !isOpen
	change.Before, change.After = p.before.prioritise(old, now).Score, p.after.prioritise(next, now).Score
	if !wasOpen {
		change.Before = 0
	}
	if !isOpen {
		change.After = 0
	}
	if len(change.Findings) > 0 || change.Before != change.After {
		p.keep(change)
	}
	return nil
}

// sharesWords reports whether two findings of one detector mark common words.
func sharesWords(a, b model.Finding) bool {
	if a.Detector != b.Detector || a.Guideline != b.Guideline {
		return false
	}
	for _, s := range a.Spans {
		for _, o := range b.Spans {
			if s.Message == o.Message && s.Start < o.End && o.Start < s.End {
				return true
			}
		}
	}
	return false
}

func withScores(r *ruling, facts model.CaseFacts) model.CaseFacts {
	facts.Findings = r.calibrated(slices.Clone(facts.Findings))
	return facts
}

// needsSomebody reports whether a case is in the queue.
func needsSomebody(facts model.CaseFacts) bool {
	return len(facts.Incidents) > 0 ||
		slices.ContainsFunc(facts.Findings, func(f model.Finding) bool { return !f.Advisory && f.Verdict != model.VerdictRejected }) ||
		slices.ContainsFunc(facts.Appeals, func(a model.Appeal) bool { return a.Outcome == "" })
}

func (p *preview) keep(c CaseChange) {
	for _, f := range c.Findings {
		switch {
		case f.Altered:
			p.out.Altered++
		case f.Added:
			p.out.Added++
		default:
			p.out.Gone++
		}
	}
	switch {
	case c.Opened:
		p.out.Opened++
	case c.Closed:
		p.out.Closed++
	case c.Before != c.After:
		p.out.Moved++
	}
	slices.SortStableFunc(c.Findings, func(a, b FindingChange) int {
		if a.Added != b.Added {
			if a.Added {
				return -1
			}
			return 1
		}
		return model.StrongestFirst(a.Finding, b.Finding)
	})
	p.out.Cases = append(p.out.Cases, c)
}

// finish puts what weighs most first: cases that come and go, then those whose
// findings change, then those that only move.
func (p *preview) finish() {
	rank := func(c CaseChange) int {
		switch {
		case c.Opened:
			return 0
		case c.Closed:
			return 1
		case len(c.Findings) > 0:
			return 2
		}
		return 3
	}
	abs := func(n int) int { return max(n, -n) }
	slices.SortStableFunc(p.out.Cases, func(a, b CaseChange) int {
		if x, y := rank(a), rank(b); x != y {
			return x - y
		}
		if x, y := abs(a.After-a.Before), abs(b.After-b.Before); x != y {
			return y - x
		}
		return strings.Compare(a.ExpertID, b.ExpertID)
	})
	if len(p.out.Cases) > maxCaseChanges {
		p.out.Cases, p.out.Cut = p.out.Cases[:maxCaseChanges], true
	}
}

// Quote is a message with the words that a finding marks.
type Quote struct {
	Who     string // the expert's name, or Client
	At      time.Time
	Text    string
	Message string
	Spans   []model.Span
}

// Quotes are the messages that a finding marks, in order, at most limit.
func (d *Desk) Quotes(ctx context.Context, f model.Finding, limit int) ([]Quote, error) {
	if f.SessionID == "" || len(f.Spans) == 0 {
		return nil, nil
	}
	conv, err := d.store.Conversation(ctx, f.SessionID)
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading session %s: %w", f.SessionID, err)
	}
	name := "Expert"
	if expert, err := d.store.Expert(ctx, conv.Session.ExpertID); err == nil {
		name = expert.ScreenName
	} else if !notFound(err) {
		return nil, fmt.Errorf("reading expert %s: %w", conv.Session.ExpertID, err)
	}
	var out []Quote
	for _, m := range conv.Messages {
		q := Quote{Who: "Client", At: m.At, Text: m.Text, Message: m.ID}
		if m.From == model.FromExpert {
			q.Who = name
		}
		sum := model.TextSum(m.Text)
		for _, s := range f.Spans {
			if s.Message == m.ID && s.Within(m.Text) && s.MadeOn(sum) {
				q.Spans = append(q.Spans, s)
			}
		}
		if len(q.Spans) > 0 {
			out = append(out, q)
		}
		if len(out) == limit {
			break
		}
	}
	return out, nil
}
