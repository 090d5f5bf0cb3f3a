package viewstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"mensch/app"
	"mensch/app/calibration"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/assets"
)

// rulebook is what the made-up desk keeps of the rules.
type rulebook struct {
	pack    *guidelines.Pack
	history []model.PackVersion
	packs   map[int64]*guidelines.Pack
	saved   []string // reasons
	may     bool
	file    map[string]*guidelines.Pack // by path
}

func (d *Desk) book() *rulebook {
	if d.rules != nil {
		return d.rules
	}
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	if err != nil {
		panic(err) // the shipped pack is tested elsewhere
	}
	first, err := pack.Clone()
	if err != nil {
		panic(err)
	}
	pack.Params["contact"]["min_score"] = 0.55
	pack.Version = "2026.1+1"
	d.rules = &rulebook{pack: pack, may: true, packs: map[int64]*guidelines.Pack{1: first, 2: pack}, file: map[string]*guidelines.Pack{}, history: []model.PackVersion{
		{Seq: 2, Version: "2026.1+1", Author: "Ruth Adler", Reason: "Too many harmless numbers in Pets: order numbers of feed.", Changes: []string{"Contact details: shown from this score, 0.5 becomes 0.55"}, At: Noon.AddDate(0, 0, -12), Digest: "5f1e7a90c2"},
		{Seq: 1, Version: "2026.1", Author: "Mensch", Reason: "As the program ships them.", At: Noon.AddDate(0, 0, -12), Digest: "a81b30cc91"},
	}}
	return d.rules
}

// MayRule says whether the made-up moderator may put rules in force.
func (d *Desk) MayRule(may bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.book().may = may
}

// Ruled are the reasons with which rules were put in force.
func (d *Desk) Ruled() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.book().saved)
}

// Exported is what was written to a path.
func (d *Desk) Exported(path string) *guidelines.Pack {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book().file[path]
}

// Rules are the rules in force and how the detectors fare.
func (d *Desk) Rules(ctx context.Context) (app.Rules, error) {
	if err := d.enter(ctx, "Rules"); err != nil {
		return app.Rules{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.book()
	pack, err := b.pack.Clone()
	if err != nil {
		return app.Rules{}, err
	}
	out := app.Rules{Pack: pack, Seq: b.history[0].Seq, Shipped: "2026.1", May: b.may, History: slices.Clone(b.history)}
	if !b.may {
		out.WhyNot = "Rules are put in force by a senior moderator; you are known as moderator. You can change and preview them, and export the file for a colleague."
	}
	for i, known := range guidelines.Catalogue {
		out.Fares = append(out.Fares, fare(i, known))
	}
	return out, nil
}

// fare makes up verdicts for a detector: the first ones are judged often, and
// the second drifts.
func fare(i int, known guidelines.Known) app.Fare {
	r := rand.New(rand.NewPCG(uint64(i), 3))
	n := []int{420, 260, 18, 44, 0, 71}[i%6]
	var list []calibration.Dated
	for k := range n {
		s := 0.5 + r.Float64()/2
		p := s * s
		at := Noon.AddDate(0, 0, -180).Add(time.Duration(k) * 180 * 24 * time.Hour / time.Duration(n))
		if i == 1 && at.After(Noon.AddDate(0, 0, -25)) {
			p /= 4
		}
		list = append(list, calibration.Dated{Verdict: calibration.Verdict{Score: s, Accepted: r.Float64() < p}, At: at})
	}
	plain := make([]calibration.Verdict, n)
	f := app.Fare{Known: known, Count: model.DetectorCount{Detector: known.Name, Findings: 12 * (i + 3)}}
	for k, v := range list {
		plain[k] = v.Verdict
		if v.Accepted {
			f.Count.Accepted++
		} else {
			f.Count.Rejected++
		}
	}
	f.Curve = calibration.Fit(plain, calibration.Options{})
	f.Bands = calibration.Reliability(plain, f.Curve, 10)
	f.Error, f.Brier = calibration.Error(f.Bands), calibration.Brier(plain, f.Curve)
	f.Drift = calibration.Watch(list, calibration.Options{}, calibration.Watching{}, Noon)
	if f.Drift.Direction != 0 {
		f.Warning = fmt.Sprintf("Since %s only %d of %d judged findings were accepted, where %d were to be expected by their scores: what it reads has changed, or the rules have. Look at what was rejected, then raise the score it shows from or allow the words.",
			f.Drift.Since.Format("2 January"), f.Drift.Accepted, f.Drift.Count, int(math.Round(f.Drift.Expected)))
	}
	return f
}

// RulesAt is an old version.
func (d *Desk) RulesAt(ctx context.Context, seq int64) (*guidelines.Pack, error) {
	if err := d.enter(ctx, "RulesAt"); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := d.book().packs[seq]; ok {
		return p.Clone()
	}
	return nil, model.ErrNotFound
}

// CheckRules checks a draft as the real desk does.
func (d *Desk) CheckRules(draft *guidelines.Pack) []guidelines.Problem {
	_, err := draft.Check()
	var invalid *guidelines.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Problems
	}
	return nil
}

// RuleChanges says how a draft differs.
func (d *Desk) RuleChanges(draft *guidelines.Pack) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return guidelines.Changes(d.book().pack, draft)
}

// PreviewRules makes up what a draft would do.
func (d *Desk) PreviewRules(ctx context.Context, draft *guidelines.Pack, progress func(phase string, done, total int64)) (app.RulesPreview, error) {
	if err := d.enter(ctx, "PreviewRules"); err != nil {
		return app.RulesPreview{}, err
	}
	out := app.RulesPreview{Changes: d.RuleChanges(draft), Problems: d.CheckRules(draft), Read: 2041}
	if len(out.Problems) > 0 {
		return out, nil
	}
	for done := int64(0); done <= 2041; done += 400 {
		progress("reading transcripts", done, 2041)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, row := range d.rows[:min(len(d.rows), 45)] {
		f := model.Finding{
			ID: fmt.Sprintf("p%d", i), ExpertID: row.ExpertID, Detector: "contact", Guideline: "contact-exchange", Score: 0.5 + float64(i%10)/20,
			Reason: "The expert gives a phone number, and offers or asks to be reached directly.", SessionID: "s-long", Spans: []model.Span{{Message: fmt.Sprintf("s-long-%d", i), Start: 0, End: 12, Label: "phone"}},
		}
		c := app.CaseChange{CaseID: row.CaseID, ExpertID: row.ExpertID, ScreenName: row.ScreenName, Cluster: row.Cluster, Before: row.Priority.Score, After: row.Priority.Score}
		switch {
		case i < 14:
			c.Opened, c.Before = true, 0
			c.Findings = []app.FindingChange{{Finding: f, Added: true}}
			out.Opened++
			out.Added++
		default:
			c.Closed, c.After = true, 0
			c.Findings = []app.FindingChange{{Finding: f, Why: map[bool]string{true: "The account is closed for good: how fast it answered needs no decision any more."}[i%5 == 0]}}
			out.Closed++
			out.Gone++
		}
		out.Cases = append(out.Cases, c)
	}
	return out, nil
}

// SaveRules puts a draft in force.
func (d *Desk) SaveRules(ctx context.Context, draft *guidelines.Pack, seq int64, reason string) (model.PackVersion, error) {
	if err := d.enter(ctx, "SaveRules"); err != nil {
		return model.PackVersion{}, err
	}
	changes := d.RuleChanges(draft)
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.book()
	if seq != b.history[0].Seq {
		return model.PackVersion{}, &app.Refusal{Why: "Somebody put other rules in force meanwhile."}
	}
	kept, err := draft.Clone()
	if err != nil {
		return model.PackVersion{}, err
	}
	kept.Version = guidelines.NextVersion(b.pack.Version)
	v := model.PackVersion{Seq: seq + 1, Version: kept.Version, Author: "Ruth Adler", Reason: reason, Changes: changes, At: Noon, Digest: "0c77e1"}
	b.pack, b.history, b.saved = kept, append([]model.PackVersion{v}, b.history...), append(b.saved, reason)
	b.packs[v.Seq] = kept
	return v, nil
}

// ImportRules reads what was exported to the path.
func (d *Desk) ImportRules(ctx context.Context, path string) (*guidelines.Pack, error) {
	if err := d.enter(ctx, "ImportRules"); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := d.book().file[path]; ok {
		return p.Clone()
	}
	return nil, &app.Refusal{Why: "The file " + path + " cannot be opened: it is not there. The rules are as they were."}
}

// ExportRules remembers a draft by its path.
func (d *Desk) ExportRules(ctx context.Context, draft *guidelines.Pack, path string) error {
	if err := d.enter(ctx, "ExportRules"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.book().file[path] = draft
	return nil
}

// Quotes make up the words of a finding.
func (d *Desk) Quotes(ctx context.Context, f model.Finding, _ int) ([]app.Quote, error) {
	if err := d.enter(ctx, "Quotes"); err != nil {
		return nil, err
	}
	text := "You could call me at +1 212 555 0176 after eight, then we can talk for as long as you like."
	at := strings.Index(text, "+1")
	return []app.Quote{{Who: "Marlene Kühn", At: Noon.Add(-time.Hour), Text: text, Message: f.Spans[0].Message, Spans: []model.Span{{Start: at, End: at + len("+1 212 555 0176"), Label: "phone"}}}}, nil
}
