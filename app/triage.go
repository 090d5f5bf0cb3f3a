package app

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
	"mensch/app/profiles"
)

// Queue gives the cases behind the key after, in the filter's order.
func (d *Desk) Queue(ctx context.Context, filter model.QueueFilter, after model.QueueKey, limit int) ([]model.QueueRow, error) {
	return d.store.QueuePage(ctx, d.as(filter), after, limit)
}

// QueueOutline gives the shape of a filtered queue.
func (d *Desk) QueueOutline(ctx context.Context, filter model.QueueFilter, pageSize int) (model.QueueOutline, error) {
	return d.store.QueueOutline(ctx, d.as(filter), pageSize)
}

// Clusters are the fields of advice that the store knows.
func (d *Desk) Clusters(ctx context.Context) ([]string, error) { return d.store.Clusters(ctx) }

// Search finds words in transcripts and profiles.
func (d *Desk) Search(ctx context.Context, words string, after int64, limit int) ([]model.SearchHit, error) {
	return d.store.Search(ctx, words, after, limit)
}

// Messages pages a transcript.
func (d *Desk) Messages(ctx context.Context, sessionID string, afterSeq int64, limit int) ([]model.Message, error) {
	return d.store.Messages(ctx, sessionID, afterSeq, limit)
}

// CaseFile gathers all that is known of a case.
func (d *Desk) CaseFile(ctx context.Context, caseID string) (CaseFile, error) {
	facts, err := d.store.CaseFacts(ctx, caseID)
	if err != nil {
		return CaseFile{}, fmt.Errorf("reading case %s: %w", caseID, err)
	}
	file := CaseFile{Case: facts.Case, Expert: facts.Expert, Strikes: facts.Strikes, Appeals: facts.Appeals}
	expertID := facts.Case.ExpertID
	if file.Profile, err = d.store.Profile(ctx, expertID); err != nil && !notFound(err) {
		return CaseFile{}, fmt.Errorf("reading the profile of %s: %w", expertID, err)
	}
	if file.Incidents, err = d.store.IncidentsOf(ctx, caseID); err != nil {
		return CaseFile{}, fmt.Errorf("reading the incidents of %s: %w", caseID, err)
	}
	if file.Findings, err = d.store.FindingsOf(ctx, caseID); err != nil {
		return CaseFile{}, fmt.Errorf("reading the findings of %s: %w", caseID, err)
	}
	file.Findings = d.ruling.Load().calibrated(file.Findings)
	if err := d.showMatches(ctx, file.Findings); err != nil {
		return CaseFile{}, err
	}
	slices.SortStableFunc(file.Findings, model.StrongestFirst)
	file.Findings = suppressedLast(file.Findings)
	if file.Decisions, err = d.store.DecisionsOf(ctx, expertID); err != nil {
		return CaseFile{}, fmt.Errorf("reading the decisions on %s: %w", expertID, err)
	}
	for _, r := range file.Decisions {
		if r.Decision.CaseID != caseID || !r.ReceivedAt.IsZero() {
			continue
		}
		entry, err := d.store.OutboxEntry(ctx, r.Decision.ID)
		if err != nil && !notFound(err) {
			return CaseFile{}, fmt.Errorf("reading the outbox: %w", err)
		}
		if err == nil {
			file.Outbox = &entry
		}
		break
	}
	if file.Proposals, err = d.Approvals(ctx, model.ApprovalFilter{CaseID: caseID}, "", 50); err != nil {
		return CaseFile{}, fmt.Errorf("reading the proposals on %s: %w", caseID, err)
	}
	if file.Outbox == nil {
		if entry, err := d.waitingProposal(ctx, facts.Case); err != nil {
			return CaseFile{}, err
		} else if entry != nil {
			file.Outbox = entry
		}
	}
	if err := d.addSessions(ctx, &file); err != nil {
		return CaseFile{}, err
	}
	if err := d.addLinked(ctx, &file); err != nil {
		return CaseFile{}, err
	}
	addShared(&file)
	file.Checks = profiles.Checklist(model.ExpertProfile{Expert: file.Expert, Profile: file.Profile}, d.now().UTC())
	if err := d.addPairs(ctx, &file); err != nil {
		return CaseFile{}, err
	}
	if err := d.addTeam(ctx, &file); err != nil {
		return CaseFile{}, err
	}
	file.Timeline = timeline(file, d.Titles())
	return file, nil
}

func (d *Desk) addSessions(ctx context.Context, file *CaseFile) error {
	marks := map[string]int{}
	var order []string
	note := func(id string, n int) {
		if id == "" {
			return
		}
		if _, ok := marks[id]; !ok {
			order = append(order, id)
		}
		marks[id] += n
	}
	for _, f := range file.Findings {
		note(f.SessionID, len(f.Spans))
	}
	for _, i := range file.Incidents {
		note(i.SessionID, 0)
	}
	for _, id := range order {
		conv, err := d.store.Conversation(ctx, id)
		if notFound(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("reading session %s: %w", id, err)
		}
		file.Sessions = append(file.Sessions, SessionMarks{Session: conv.Session, Messages: len(conv.Messages), Marks: marks[id]})
	}
	slices.SortStableFunc(file.Sessions, func(a, b SessionMarks) int { return b.Marks - a.Marks })
	return nil
}

func (d *Desk) addLinked(ctx context.Context, file *CaseFile) error {
	at := map[string]int{}
	for _, f := range file.Findings {
		for _, l := range f.Accounts {
			if i, ok := at[l.ExpertID]; ok {
				for _, s := range l.Signals {
					if !slices.Contains(file.Linked[i].Signals, s) {
						file.Linked[i].Signals = append(file.Linked[i].Signals, s)
					}
				}
				continue
			}
			expert, err := d.store.Expert(ctx, l.ExpertID)
			if notFound(err) {
				continue
			}
			if err != nil {
				return fmt.Errorf("reading expert %s: %w", l.ExpertID, err)
			}
			profile, err := d.store.Profile(ctx, l.ExpertID)
			if err != nil && !notFound(err) {
				return fmt.Errorf("reading the profile of %s: %w", l.ExpertID, err)
			}
			at[l.ExpertID] = len(file.Linked)
			file.Linked = append(file.Linked, LinkedExpert{
				Expert: expert, Profile: profile, Signals: slices.Clone(l.Signals), Same: expert.Cluster == file.Expert.Cluster,
			})
		}
	}
	return nil
}

func (d *Desk) addPairs(ctx context.Context, file *CaseFile) error {
	banks, err := d.store.Banks(ctx)
	if err != nil {
		return fmt.Errorf("reading the banks: %w", err)
	}
	names := make(map[string]string, len(banks))
	for _, b := range banks {
		names[b.ID] = b.Name
	}
	var compared []string
	for _, f := range file.Findings {
		if f.Match != nil {
			compared = append(compared, f.ID)
		}
	}
	words, err := d.store.MatchWords(ctx, compared)
	if err != nil {
		return fmt.Errorf("reading the verdicts on the photos: %w", err)
	}
	for _, f := range file.Findings {
		if f.Match == nil {
			continue
		}
		pair := PhotoPair{FindingID: f.ID, Match: *f.Match, Guideline: f.Guideline, Advisory: f.Advisory, Reason: f.Reason, Verdict: f.Verdict, Word: words[f.ID]}
		pair.Expert = PhotoSide{PhotoID: f.Match.Query, Title: file.Expert.ScreenName + " · " + file.Expert.Cluster}
		pair.Other = PhotoSide{PhotoID: f.Match.Other}
		switch {
		case f.Match.BankItem != "":
			item, err := d.store.BankItem(ctx, f.Match.BankItem)
			if err != nil && !notFound(err) {
				return fmt.Errorf("reading bank item %s: %w", f.Match.BankItem, err)
			}
			pair.Other.PhotoID, pair.Other.Title = item.PhotoID, item.Name
			pair.Other.Source = joined(" · ", names[f.Match.Bank], item.Source, item.Licence)
		case f.Match.ExpertID != "":
			other, err := d.store.Expert(ctx, f.Match.ExpertID)
			if err != nil && !notFound(err) {
				return fmt.Errorf("reading expert %s: %w", f.Match.ExpertID, err)
			}
			pair.Other.Title = joined(" · ", other.ScreenName, other.Cluster)
		}
		for _, side := range []*PhotoSide{&pair.Expert, &pair.Other} {
			if side.Fault, err = d.photoFault(ctx, side.PhotoID); err != nil {
				return err
			}
		}
		file.Pairs = append(file.Pairs, pair)
	}
	return nil
}

func joined(sep string, words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), sep)
}

// timeline puts everything with a time in order.
func timeline(file CaseFile, titles map[string]string) []TimelineEvent {
	var events []TimelineEvent
	add := func(at time.Time, kind, format string, args ...any) {
		if !at.IsZero() {
			events = append(events, TimelineEvent{At: at, Kind: kind, Text: fmt.Sprintf(format, args...)})
		}
	}
	title := func(id string) string {
		if t, ok := titles[id]; ok {
			return t
		}
		return id
	}
	add(file.Expert.JoinedAt, "joined", "%s joined %s", file.Expert.ScreenName, file.Expert.Cluster)
	add(file.Profile.UpdatedAt, "profile", "Profile changed (version %d)", file.Profile.Version)
	for _, i := range file.Incidents {
		add(i.At, "incident", "Reported by %s: %s", i.Reporter, i.Text)
	}
	for _, f := range file.Findings {
		add(f.At, "finding", "%s: %s", title(f.Guideline), f.Reason)
	}
	for _, r := range file.Decisions {
		if len(r.Decision.Sanctions) == 0 {
			add(r.Decision.DecidedAt, "decision", "%s by %s", r.Decision.Outcome, r.Decision.Moderator)
		}
		for _, s := range r.Decision.Sanctions {
			add(r.Decision.DecidedAt, "sanction", "%s for “%s”, by %s", s.Step, title(s.Guideline), r.Decision.Moderator)
		}
	}
	for _, n := range file.Notes {
		add(n.At, "note", "%s: %s", n.Author, n.Text)
	}
	for _, e := range file.TeamEvents {
		if words := teamWords(e); words != "" {
			add(e.At, "note", "%s", words)
		}
	}
	for _, a := range file.Appeals {
		add(a.At, "appeal", "Appeal: %s", a.Text)
		if a.Outcome != "" {
			add(a.DecidedAt, "appeal", "Appeal %s by %s: %s", a.Outcome, a.DecidedBy, a.Reason)
		}
	}
	for _, p := range file.Proposals {
		add(p.AskedAt, "decision", "Proposed to a second person by %s", p.Proposer)
		if p.Answer != "" {
			add(p.AnsweredAt, "decision", "Proposal of %s: %s", p.Proposer, joined(", ", p.Answer, p.Approver, p.Reason))
		}
	}
	slices.SortStableFunc(events, func(a, b TimelineEvent) int { return a.At.Compare(b.At) })
	return events
}

// JudgeFinding keeps the moderator's verdict on a whole finding.
func (d *Desk) JudgeFinding(ctx context.Context, findingID string, v model.Verdict) error {
	return d.judge(ctx, findingID, -1, v)
}

// JudgeMark keeps the moderator's verdict on one mark of a finding.
func (d *Desk) JudgeMark(ctx context.Context, findingID string, span int, v model.Verdict) error {
	return d.judge(ctx, findingID, span, v)
}

func (d *Desk) judge(ctx context.Context, findingID string, span int, v model.Verdict) error {
	f, err := d.store.Finding(ctx, findingID)
	if err != nil {
		return fmt.Errorf("reading finding %s: %w", findingID, err)
	}
	if f.Match != nil && span < 0 {
		_, err := d.JudgeMatch(ctx, findingID, matchWord(v, f.Match.Kind), "")
		return err
	}
	if err := d.store.JudgeFinding(ctx, findingID, span, v, d.Moderator(), d.now().UTC()); err != nil {
		return fmt.Errorf("keeping the verdict on finding %s: %w", findingID, err)
	}
	return d.refreshCases(ctx, f.ExpertID)
}

// Transcript prepares a session for reading: its marks in the order of the
// text. The messages themselves come by Messages.
func (d *Desk) Transcript(ctx context.Context, sessionID string) (TranscriptView, error) {
	conv, err := d.store.Conversation(ctx, sessionID)
	if err != nil {
		return TranscriptView{}, fmt.Errorf("reading session %s: %w", sessionID, err)
	}
	view := TranscriptView{Session: conv.Session, Messages: len(conv.Messages), Edition: edition(conv.Messages)}
	if view.Expert, err = d.store.Expert(ctx, conv.Session.ExpertID); err != nil && !notFound(err) {
		return TranscriptView{}, fmt.Errorf("reading expert %s: %w", conv.Session.ExpertID, err)
	}
	findings, err := d.store.FindingsOfSession(ctx, sessionID)
	if err != nil {
		return TranscriptView{}, fmt.Errorf("reading the findings in session %s: %w", sessionID, err)
	}
	findings = d.ruling.Load().calibrated(slices.DeleteFunc(findings, func(f model.Finding) bool { return f.Suppressed != "" }))
	view.Marks = marks(conv.Messages, findings, d.Titles())
	d.exposeTranscript(ctx, view)
	return view, nil
}

// edition tells messages from the same ones after one was edited.
func edition(messages []model.Message) uint64 {
	h := fnv.New64a()
	for _, m := range messages {
		for _, part := range []string{m.ID, m.Text} {
			_, _ = h.Write([]byte(strconv.Itoa(len(part)) + ":" + part)) // a hash does not fail
		}
	}
	return h.Sum64()
}

func marks(messages []model.Message, findings []model.Finding, titles map[string]string) []Mark {
	byID := make(map[string]model.Message, len(messages))
	sums := make(map[string]string, len(messages))
	for _, m := range messages {
		byID[m.ID] = m
	}
	for _, f := range findings {
		for _, s := range f.Spans {
			if _, known := sums[s.Message]; !known {
				sums[s.Message] = model.TextSum(byID[s.Message].Text)
			}
		}
	}
	var out []Mark
	for _, f := range findings {
		for i, s := range f.Spans {
			m, ok := byID[s.Message]
			if !ok || !s.Within(m.Text) || !s.MadeOn(sums[s.Message]) {
				continue // the message was edited or erased after the detector read it
			}
			verdict := s.Verdict
			if verdict == model.VerdictOpen {
				verdict = f.Verdict
			}
			title := titles[f.Guideline]
			if title == "" {
				title = f.Guideline
			}
			out = append(out, Mark{
				FindingID: f.ID, Span: i, Seq: m.Seq, MessageID: m.ID, Start: s.Start, End: s.End, Label: s.Label, Reading: s.Reading,
				Guideline: f.Guideline, Title: title, Reason: f.Reason, Score: f.Score, Verdict: verdict,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b Mark) int {
		if a.Seq != b.Seq {
			return int(a.Seq - b.Seq)
		}
		return a.Start - b.Start
	})
	join(out)
	return out
}
