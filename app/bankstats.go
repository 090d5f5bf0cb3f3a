package app

import (
	"context"
	"fmt"
	"slices"

	"mensch/app/calibration"
	"mensch/app/model"
)

// MatchRecord is how well matches have stood before moderators: the verdicts on
// them, and what the scores are worth by these.
type MatchRecord struct {
	Curve     calibration.Curve // scores to the chance that a moderator calls it the same picture
	Minimum   int               // verdicts that it takes before scores are changed
	Confirmed int
	Refuted   int
	Steps     []MatchStep // by score
}

// Calibrated reports whether there are enough verdicts for scores to be shown by
// them.
func (r MatchRecord) Calibrated() bool { return r.Confirmed+r.Refuted >= r.Minimum }

// MatchStep is what was said of matches within a range of scores.
type MatchStep struct {
	From, To  float64
	Confirmed int
	Refuted   int
	Shown     float64 // the middle of the range, as it is shown now
}

// saidOf is what a word means for a match as a copy; ok is false where it says
// nothing about that: a graphic may be the same picture.
func saidOf(w model.MatchWord) (same, ok bool) {
	switch w {
	case model.WordSamePicture, model.WordStock:
		return true, true
	case model.WordSamePerson, model.WordUnrelated:
		return false, true
	}
	return false, false
}

// MatchRecord gathers the verdicts on matches.
func (d *Desk) MatchRecord(ctx context.Context) (MatchRecord, error) {
	verdicts, err := d.matchVerdicts(ctx)
	if err != nil {
		return MatchRecord{}, err
	}
	r := MatchRecord{Curve: calibration.Fit(verdicts, calibration.Defaults), Minimum: calibration.Defaults.Minimum}
	for from := 0.5; from < 0.99; from += 0.1 {
		r.Steps = append(r.Steps, MatchStep{From: from, To: from + 0.1, Shown: r.Curve.At(from + 0.05)})
	}
	for _, v := range verdicts {
		step := &r.Steps[min(max(int((v.Score-0.5)*10+1e-9), 0), len(r.Steps)-1)]
		if v.Accepted {
			r.Confirmed++
			step.Confirmed++
		} else {
			r.Refuted++
			step.Refuted++
		}
	}
	return r, nil
}

// matchVerdicts are the words that stand on matches of altered and unaltered
// copies, by the scores that the matcher itself gave. That one file is the same
// file needs no verdict, and portraits alike are hints.
func (d *Desk) matchVerdicts(ctx context.Context) ([]calibration.Verdict, error) {
	last := map[string]model.MatchJudgement{}
	for after := int64(0); ; {
		page, err := d.store.MatchJudgements(ctx, after, recordsPage)
		if err != nil {
			return nil, fmt.Errorf("reading the verdicts on matches: %w", err)
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].Seq
		for _, j := range page {
			if !j.Undone {
				last[j.FindingID] = j
			}
		}
	}
	var out []calibration.Verdict
	for _, j := range last {
		if j.Kind != model.SamePicture && j.Kind != model.AlteredCopy {
			continue
		}
		if same, ok := saidOf(j.Word); ok {
			out = append(out, calibration.Verdict{Score: j.Score, Accepted: same})
		}
	}
	return out, nil
}

// showMatches gives matches the scores that are shown: what the matcher's are
// worth as a copy by the words so far. (A finding's own score is calibrated by its
// detector's verdicts, as every finding's.) What is kept are always the matcher's
// own, so that no verdict is weighed twice.
func (d *Desk) showMatches(ctx context.Context, findings []model.Finding) error {
	if !slices.ContainsFunc(findings, func(f model.Finding) bool { return f.Match != nil }) {
		return nil
	}
	verdicts, err := d.matchVerdicts(ctx)
	if err != nil {
		return err
	}
	curve := calibration.Fit(verdicts, calibration.Defaults)
	for i, f := range findings {
		if f.Match != nil {
			shown := recalibrated(curve, *f.Match)
			findings[i].Match = &shown
		}
	}
	return nil
}

func recalibrated(curve calibration.Curve, m model.Match) model.Match {
	if m.Kind == model.SamePicture || m.Kind == model.AlteredCopy {
		m.Score = curve.At(m.Score)
	}
	return m
}
