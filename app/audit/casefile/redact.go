package casefile

import (
	"slices"

	"mensch/app/cases"
	"mensch/app/model"
)

// Redact makes the expert's copy of a case: what they did, what was decided
// and why, and nothing of other people. Out go who reported and in which
// words, who moderated, notes and rationales, other accounts and their photos,
// the signals, and what the finders find of clients in any text. The files it
// is given are left as they are.
func Redact(f File, finders ...cases.Finder) File {
	clean := func(text string) string { return cases.Redact(text, finders...) }
	// What happened is told with the names of who did it.
	staffless := func(text string) string { return clean(cases.Redact(text, cases.Words("moderator", staff(f)...))) }
	out := File{
		Format: f.Format, ExportedAt: f.ExportedAt, Redacted: true, PackVersion: f.PackVersion,
		Guidelines: slices.Clone(f.Guidelines), Strikes: slices.Clone(f.Strikes), Profile: f.Profile,
		Case: model.Case{ID: f.Case.ID, ExpertID: f.Case.ExpertID, Round: f.Case.Round, Version: f.Case.Version, State: f.Case.State, OpenedAt: f.Case.OpenedAt},
	}
	out.Expert = f.Expert
	out.Expert.Signals = model.Signals{}
	for _, i := range f.Incidents {
		// Even the words of a report can tell who wrote it.
		out.Incidents = append(out.Incidents, model.Incident{
			ID: i.ID, Version: i.Version, ExpertID: i.ExpertID, CaseID: i.CaseID, Reporter: "removed",
			Guideline: i.Guideline, Text: "[removed]", At: i.At, Closed: i.Closed,
		})
	}
	for _, finding := range f.Findings {
		out.Findings = append(out.Findings, redactFinding(finding, clean))
	}
	for _, r := range f.Decisions {
		out.Decisions = append(out.Decisions, redactReceipt(r, clean))
	}
	for _, a := range f.Approvals {
		a.Proposer, a.Approver, a.Reason, a.OwnView, a.AnswerKey = "removed", "", "", "", ""
		if a.Answer != string(cases.ApprovalYes) {
			a.Decision = nil // it never came to be
		}
		if a.Decision != nil {
			d := redactReceipt(model.Receipt{Decision: *a.Decision}, clean).Decision
			a.Decision = &d
		}
		out.Approvals = append(out.Approvals, a)
	}
	for _, a := range f.Appeals {
		a.DecidedBy = ""
		a.Reason = staffless(a.Reason)
		out.Appeals = append(out.Appeals, a)
	}
	for _, s := range f.Sessions {
		s.Session.ClientID = "removed"
		messages := make([]model.Message, len(s.Messages))
		for i, m := range s.Messages {
			m.Text = clean(m.Text)
			messages[i] = m
		}
		out.Sessions = append(out.Sessions, Transcript{Session: s.Session, Messages: messages})
	}
	for _, p := range f.Pairs {
		out.Pairs = append(out.Pairs, redactPair(p, clean))
	}
	for _, m := range f.Timeline {
		switch m.Kind {
		case "joined", "sanction", "profile", "appeal":
			m.Text = staffless(m.Text)
			out.Timeline = append(out.Timeline, m)
		case "decision":
			m.Text = "A decision was made."
			out.Timeline = append(out.Timeline, m)
		}
	}
	// The offsets of marks belong to the texts as they were.
	for i := range out.Findings {
		out.Findings[i].Spans = nil
	}
	return out
}

// staff are all who worked on the case.
func staff(f File) []string {
	names := []string{f.ExportedBy}
	for _, r := range f.Decisions {
		names = append(names, r.Decision.Moderator)
	}
	for _, a := range f.Approvals {
		names = append(names, a.Proposer, a.Approver)
	}
	for _, a := range f.Appeals {
		names = append(names, a.DecidedBy)
	}
	for _, n := range f.Notes {
		names = append(names, n.Author)
	}
	return names
}

// RedactProof leaves the rows of the log out, and keeps the proof that they
// stand there.
func RedactProof(p Proof) Proof {
	out := Proof{Head: p.Head}
	for _, r := range p.Rows {
		out.Rows = append(out.Rows, ProvenRow{Proof: r.Proof})
	}
	return out
}

func redactFinding(f model.Finding, clean func(string) string) model.Finding {
	return model.Finding{
		ID: f.ID, ExpertID: f.ExpertID, CaseID: f.CaseID, Detector: f.Detector, Guideline: f.Guideline, Score: f.Score,
		Reason: reasonOf(f, clean), Advisory: f.Advisory, SessionID: f.SessionID, Messages: slices.Clone(f.Messages),
		At: f.At, Verdict: f.Verdict,
	}
}

// reasonOf is a finding's reason, unless it can name other people: those who
// rated, other accounts, whose photo it is.
func reasonOf(f model.Finding, clean func(string) string) string {
	if f.Match != nil || len(f.Accounts) > 0 || len(f.Events) > 0 || len(f.Passages) > 0 {
		return "The details name other people and are left out of this copy."
	}
	return clean(f.Reason)
}

func redactReceipt(r model.Receipt, clean func(string) string) model.Receipt {
	d := r.Decision
	d.Moderator, d.Rationale, d.LeaseToken = "removed", "", 0
	d.Sanctions = slices.Clone(d.Sanctions)
	for i := range d.Sanctions {
		d.Sanctions[i].DepartedReason = ""
		d.Sanctions[i].Ratings = nil
	}
	var evidence []model.Evidence
	for _, e := range d.Evidence {
		kept := model.Evidence{Kind: e.Kind, ID: e.ID, Guideline: e.Guideline, Text: "[removed]", Quote: clean(e.Quote)}
		switch {
		case e.Finding != nil:
			f := redactFinding(*e.Finding, clean)
			kept.Finding, kept.Text = &f, f.Reason
		case e.Kind == cases.EvidenceMessage, e.Kind == cases.EvidenceProfile:
			kept.Text = clean(e.Text)
		}
		evidence = append(evidence, kept)
	}
	d.Evidence = evidence
	// The message went to the expert as it stands.
	r.Decision = d
	return r
}

// redactPair keeps the expert's own photo, and of a known picture what it is;
// another person's photo stays out.
func redactPair(p Pair, clean func(string) string) Pair {
	out := Pair{
		FindingID: p.FindingID, Expert: p.Expert, Title: "Another account’s photo, not shown in this copy",
		Reason: "The photo of the profile was found elsewhere.", Verdict: p.Verdict,
		Match: model.Match{
			Query: p.Match.Query, Other: "removed", Kind: p.Match.Kind, Score: p.Match.Score, Distance: p.Match.Distance,
			Transform: p.Match.Transform, Region: p.Match.Region, OtherRegion: p.Match.OtherRegion, Affine: p.Match.Affine,
		},
	}
	if p.Match.Bank != "" && p.Match.ExpertID == "" {
		out.Title, out.Source = clean(p.Title), clean(p.Source)
	}
	return out
}
