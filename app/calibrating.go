package app

import (
	"context"
	"fmt"
	"math"

	"mensch/app/calibration"
	"mensch/app/guidelines"
	"mensch/app/model"
)

// movedEnough is by how much a probability must move, somewhere where findings
// are shown, before a detector's calibration is replaced: cases should not
// change their places for nothing.
const movedEnough = 0.02

func (d *Desk) loadCurves(ctx context.Context) (map[string]calibration.Curve, error) {
	list, err := d.store.Calibrations(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the calibration of scores: %w", err)
	}
	out := make(map[string]calibration.Curve, len(list))
	for _, c := range list {
		out[c.Detector] = calibration.Curve{A: c.A, B: c.B, C: c.C, Verdicts: c.Verdicts, Accepted: c.Accepted}
	}
	return out, nil
}

// judged are all verdicts by detector, oldest first.
func (d *Desk) judged(ctx context.Context) (map[string][]calibration.Dated, error) {
	out := map[string][]calibration.Dated{}
	for last := (model.JudgedFinding{}); ; {
		page, err := d.store.JudgedFindings(ctx, last, recordsPage)
		if err != nil {
			return nil, fmt.Errorf("reading the verdicts: %w", err)
		}
		if len(page) == 0 {
			return out, nil
		}
		last = page[len(page)-1]
		for _, j := range page {
			if j.Detector == guidelines.DetectCondition {
				continue // a condition's score is what somebody wrote there
			}
			out[j.Detector] = append(out[j.Detector], calibration.Dated{
				Verdict: calibration.Verdict{Score: j.Score, Accepted: j.Verdict == model.VerdictAccepted}, At: j.At,
			})
		}
	}
}

func plainVerdicts(list []calibration.Dated) []calibration.Verdict {
	out := make([]calibration.Verdict, len(list))
	for i, v := range list {
		out[i] = v.Verdict
	}
	return out
}

// recalibrate fits scores to the verdicts of this site anew. Where that moves a
// detector's probabilities, they are kept, and the cases with its findings are
// ranked anew.
func (d *Desk) recalibrate(ctx context.Context) error {
	verdicts, err := d.judged(ctx)
	if err != nil {
		return err
	}
	r := d.ruling.Load()
	curves := make(map[string]calibration.Curve, len(verdicts))
	var changed []model.Calibration
	for detector, list := range verdicts {
		now, had := r.curves[detector]
		if !had {
			now = calibration.Identity
		}
		next := calibration.Fit(plainVerdicts(list), calibration.Options{})
		if distance(now, next) < movedEnough {
			if had {
				curves[detector] = now
			}
			continue
		}
		curves[detector] = next
		changed = append(changed, model.Calibration{Detector: detector, A: next.A, B: next.B, C: next.C, Verdicts: next.Verdicts, Accepted: next.Accepted})
	}
	if len(changed) == 0 {
		return nil
	}
	if err := d.store.SaveCalibrations(ctx, changed, d.Moderator(), d.now().UTC()); err != nil {
		return fmt.Errorf("keeping the calibration of scores: %w", err)
	}
	with := *r
	with.curves = curves
	d.ruling.Store(&with)
	return nil
}

func distance(a, b calibration.Curve) float64 {
	most := 0.0
	for s := 0.3; s < 1; s += 0.05 {
		most = math.Max(most, math.Abs(a.At(s)-b.At(s)))
	}
	return most
}

// driftWords says what watching a detector found, and what to do; empty: nothing.
func driftWords(d calibration.Drift) string {
	if d.Direction == 0 {
		return ""
	}
	expected := int(math.Round(d.Expected))
	since := d.Since.UTC().Format("2 January")
	if d.Direction < 0 {
		return fmt.Sprintf("Since %s only %d of %d judged findings were accepted, where %d were to be expected by their scores: what it reads has changed, or the rules have. Look at what was rejected, then raise the score it shows from or allow the words.", since, d.Accepted, d.Count, expected)
	}
	return fmt.Sprintf("Since %s %d of %d judged findings were accepted, where %d were to be expected by their scores: it may be missing more of the same below the score it shows from. Try a lower one.", since, d.Accepted, d.Count, expected)
}
