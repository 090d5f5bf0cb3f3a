package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"mensch/app/calibration"
	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/app/transcripts"
)

// ruling is a rule pack with what is made of it. It is replaced as a whole when
// the rules change, so that whoever reads it sees one version.
type ruling struct {
	pack   *guidelines.Pack
	reader *transcripts.Reader
	seq    int64                        // of the version in the store; 0: as shipped
	curves map[string]calibration.Curve // by detector
	fault  string                       // why the version in force is not the last one, in a sentence

	// What its reader understood is of no use to another one.
	readings  *readings  // of sessions under way
	histories *histories // of experts
}

func newRuling(pack *guidelines.Pack, models fs.FS) (*ruling, error) {
	reader, err := transcripts.New(pack, models)
	if err != nil {
		return nil, fmt.Errorf("preparing the transcript detectors: %w", err)
	}
	return &ruling{pack: pack, reader: reader, readings: &readings{}, histories: &histories{}}, nil
}

// pack is the rule pack in force.
func (d *Desk) pack() *guidelines.Pack { return d.ruling.Load().pack }

// reader reads transcripts by the rule pack in force.
func (d *Desk) reader() *transcripts.Reader { return d.ruling.Load().reader }

// loadRuling takes the rules that were last put in force in this store, else
// those that the program ships, and the calibration.
func (d *Desk) loadRuling(ctx context.Context) error {
	r, err := newRuling(d.shipped, d.models)
	if err != nil {
		return err
	}
	kept, err := d.store.ActivePack(ctx)
	switch {
	case notFound(err):
	case err != nil:
		return fmt.Errorf("reading the rules in force: %w", err)
	default:
		pack, err := guidelines.Load(bytes.NewReader(kept.Body))
		var invalid *guidelines.InvalidError
		switch {
		case errors.As(err, &invalid):
			// Another version of the program wrote them: work goes on by the rules that are known to be whole.
			r.fault = fmt.Sprintf("Version %s of the rules, put in force by %s, cannot be read by this version of Mensch: %v. The rules that Mensch ships are in force instead.", kept.Version, kept.Author, invalid.Problems[0])
			r.seq = kept.Seq
		case err != nil:
			return fmt.Errorf("reading the rules in force: %w", err)
		default:
			if r, err = newRuling(pack, d.models); err != nil {
				return err
			}
			r.seq = kept.Seq
		}
	}
	if r.curves, err = d.loadCurves(ctx); err != nil {
		return err
	}
	d.ruling.Store(r)
	return nil
}

// inForce are the findings that the rules let through: of detectors that are
// on, from the score that they are shown from; hints have no such score.
func (r *ruling) inForce(findings []model.Finding) []model.Finding {
	return slices.DeleteFunc(findings, func(f model.Finding) bool {
		return r.pack.Off(f.Detector) || !f.Advisory && f.Score < r.pack.Shown(f.Detector)
	})
}

// calibrated gives findings the probability that a moderator accepts them in
// place of the detector's own score.
func (r *ruling) calibrated(findings []model.Finding) []model.Finding {
	if len(r.curves) == 0 {
		return findings
	}
	for i := range findings {
		if c, ok := r.curves[findings[i].Detector]; ok {
			findings[i].Score = c.At(findings[i].Score)
		}
	}
	return findings
}

// prioritise ranks a case: by its facts, and by the conditions that raise it.
func (r *ruling) prioritise(facts model.CaseFacts, now time.Time) model.Priority {
	facts.Findings = r.calibrated(slices.Clone(facts.Findings))
	p := cases.Prioritise(r.pack, facts, now)
	raised := r.pack.Weigh(facts, now).Raised
	if len(raised) == 0 {
		return p
	}
	p.Reasons = append(p.Reasons, raised...)
	slices.SortStableFunc(p.Reasons, func(a, b model.PriorityReason) int { return b.Points - a.Points })
	for _, reason := range raised {
		p.Score += reason.Points
	}
	p.Score = min(p.Score, 100)
	return p
}

// weigh asks the rules' conditions of experts' open cases and keeps what they
// say, before the cases are grouped and ranked.
func (d *Desk) weigh(ctx context.Context, now time.Time, expertIDs []string) error {
	r := d.ruling.Load()
	facts, err := d.store.WeighingFacts(ctx, expertIDs, false, now)
	if err != nil {
		return fmt.Errorf("reading the facts for the rules: %w", err)
	}
	list := make([]model.Weighing, 0, len(facts))
	for _, f := range facts {
		f.Findings = r.calibrated(f.Findings)
		w := r.pack.Weigh(f, now)
		had := slices.ContainsFunc(f.Findings, func(f model.Finding) bool { return f.Suppressed != "" || f.Detector == guidelines.DetectCondition })
		if had || len(w.Suppressed) > 0 || len(w.Found) > 0 {
			list = append(list, model.Weighing{ExpertID: f.Expert.ID, Suppressed: w.Suppressed, Found: w.Found})
		}
	}
	if err := d.store.KeepWeighing(ctx, list, guidelines.ConditionScope); err != nil {
		return fmt.Errorf("keeping what the rules' conditions say: %w", err)
	}
	return nil
}

// suppressedLast puts findings that a condition keeps out of sight behind the
// others, and says so in their reasons.
func suppressedLast(findings []model.Finding) []model.Finding {
	var seen, out []model.Finding
	for _, f := range findings {
		if f.Suppressed == "" {
			seen = append(seen, f)
			continue
		}
		f.Reason = "Does not count, by a rule: " + f.Suppressed + " What was seen: " + f.Reason
		out = append(out, f)
	}
	return append(seen, out...)
}
