package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"mensch/app/calibration"
	"mensch/app/guidelines"
	"mensch/app/model"
)

// Rules are what the Rules screen shows: the rules in force, who may change
// them, and how the detectors fare.
type Rules struct {
	Pack    *guidelines.Pack // a copy to change
	Seq     int64            // of the version in force; 0: as shipped
	Shipped string           // version of the rules that the program ships
	Fault   string           // why the version last put in force is not in force; empty
	May     bool             // this moderator may put rules in force
	WhyNot  string           // in a sentence, where they may not
	Work    int64            // what is still to be read by these rules
	History []model.PackVersion
	Fares   []Fare // in the order of the catalogue
}

// Fare is how a detector fares on this site.
type Fare struct {
	guidelines.Known
	Count   model.DetectorCount
	Curve   calibration.Curve  // in use
	Bands   []calibration.Band // ten, of all verdicts by the curve in use
	Error   float64            // expected calibration error; NaN without verdicts
	Brier   float64
	Drift   calibration.Drift
	Warning string // of drift, in a sentence; empty: none
}

// roles that may put rules in force.
var rulers = []string{"senior", "admin"}

// mayRule says whether this moderator may put rules in force, and if not, why.
func (d *Desk) mayRule() (bool, string) {
	_, server := d.link()
	if server == "" {
		return true, "" // a store of one's own
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, role := range d.roles {
		if slices.Contains(rulers, role) {
			return true, ""
		}
	}
	if len(d.roles) == 0 {
		return false, "The platform has not said yet which roles you have. Sync once (Ctrl+R); until then you can change and preview the rules, but not put them in force."
	}
	return false, fmt.Sprintf("Rules are put in force by a senior moderator; you are known as %s. You can change and preview them, and export the file for a colleague.", strings.Join(d.roles, ", "))
}

const historyPage = 100

// Rules gathers what the Rules screen shows.
func (d *Desk) Rules(ctx context.Context) (Rules, error) {
	r := d.ruling.Load()
	out := Rules{Seq: r.seq, Shipped: d.shipped.Version, Fault: r.fault}
	var err error
	if out.Pack, err = r.pack.Clone(); err != nil {
		return out, err
	}
	out.May, out.WhyNot = d.mayRule()
	if out.History, err = d.store.Packs(ctx, 0, historyPage); err != nil {
		return out, fmt.Errorf("reading the versions of the rules: %w", err)
	}
	counts, err := d.store.Counts(ctx)
	if err != nil {
		return out, fmt.Errorf("counting the work: %w", err)
	}
	out.Work = int64(counts.Work)
	found, err := d.store.DetectorCounts(ctx)
	if err != nil {
		return out, fmt.Errorf("counting the findings: %w", err)
	}
	verdicts, err := d.judged(ctx)
	if err != nil {
		return out, err
	}
	now := d.now().UTC()
	for _, known := range guidelines.Catalogue {
		f := Fare{Known: known, Count: model.DetectorCount{Detector: known.Name}, Curve: calibration.Identity}
		if i := slices.IndexFunc(found, func(c model.DetectorCount) bool { return c.Detector == known.Name }); i >= 0 {
			f.Count = found[i]
		}
		if c, ok := r.curves[known.Name]; ok {
			f.Curve = c
		}
		list := verdicts[known.Name]
		plain := plainVerdicts(list)
		f.Bands = calibration.Reliability(plain, f.Curve, 10)
		f.Error, f.Brier = calibration.Error(f.Bands), calibration.Brier(plain, f.Curve)
		f.Drift = calibration.Watch(list, calibration.Options{}, calibration.Watching{}, now)
		f.Warning = driftWords(f.Drift)
		out.Fares = append(out.Fares, f)
	}
	return out, nil
}

// RulesAt is a version of the rules that was in force before; seq 0 is what the
// program ships.
func (d *Desk) RulesAt(ctx context.Context, seq int64) (*guidelines.Pack, error) {
	if seq == 0 {
		return d.shipped.Clone()
	}
	kept, err := d.store.Pack(ctx, seq)
	if err != nil {
		return nil, fmt.Errorf("reading version %d of the rules: %w", seq, err)
	}
	return d.ReadRules(kept.Body)
}

// ReadRules checks the file of a rule pack, and gives what is in it as a draft.
// Its faults are an *guidelines.InvalidError.
func (d *Desk) ReadRules(data []byte) (*guidelines.Pack, error) {
	pack, err := guidelines.Load(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the rules: %w", err)
	}
	return pack, nil
}

// CheckRules says what is wrong with a draft; nothing: it could be put in force.
func (d *Desk) CheckRules(draft *guidelines.Pack) []guidelines.Problem {
	_, err := draft.Check()
	var invalid *guidelines.InvalidError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return invalid.Problems
	}
	return []guidelines.Problem{{Text: err.Error()}}
}

// RulesFile writes a draft as a file that ReadRules reads.
func (d *Desk) RulesFile(draft *guidelines.Pack) ([]byte, error) { return draft.Bytes() }

// RuleChanges says in sentences how a draft differs from the rules in force.
func (d *Desk) RuleChanges(draft *guidelines.Pack) []string {
	return guidelines.Changes(d.pack(), draft)
}

// SaveRules puts a draft in force as a new version, with the reason that the
// history and the audit log show, and queues what it touches to be read anew:
// Detect does that. seq names the version that the draft was made of.
func (d *Desk) SaveRules(ctx context.Context, draft *guidelines.Pack, seq int64, reason string) (model.PackVersion, error) {
	var none model.PackVersion
	if may, why := d.mayRule(); !may {
		return none, &Refusal{Why: "The rules were not put in force. " + why}
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return none, &Refusal{Why: "The rules were not put in force: say why they change. Colleagues read it in the history, and so does whoever checks a decision later."}
	}
	d.detect.Lock() // no detector may read by one version what is queued for the other
	defer d.detect.Unlock()
	before := d.ruling.Load()
	stale := &Refusal{Why: "Somebody put other rules in force meanwhile. Nothing was kept of yours; open the rules anew and make the change on them."}
	if before.seq != seq {
		return none, stale
	}
	changes := guidelines.Changes(before.pack, draft)
	if len(changes) == 0 && before.fault == "" {
		return none, &Refusal{Why: "Nothing was changed, so that the rules stay as they are."}
	}
	named, err := draft.Clone()
	if err != nil {
		return none, err
	}
	if named.Version, err = d.nextVersion(ctx, before.pack, draft); err != nil {
		return none, err
	}
	pack, err := named.Check()
	var invalid *guidelines.InvalidError
	if errors.As(err, &invalid) {
		return none, &Refusal{Why: fmt.Sprintf("The rules were not put in force: %v.", invalid.Problems[0])}
	}
	if err != nil {
		return none, err
	}
	after, err := newRuling(pack, d.models)
	if err != nil {
		return none, err
	}
	versions, err := d.versions(before, pack, changes, reason)
	if err != nil {
		return none, err
	}
	touched := guidelines.TouchedBy(before.pack, pack)
	err = d.store.SavePacks(ctx, before.seq, versions, workOf(touched))
	if errors.Is(err, model.ErrStale) {
		return none, stale
	}
	if err != nil {
		return none, fmt.Errorf("putting the rules in force: %w", err)
	}
	kept, err := d.store.ActivePack(ctx)
	if err != nil {
		return none, fmt.Errorf("reading the rules in force: %w", err)
	}
	after.seq, after.curves = kept.Seq, before.curves
	d.ruling.Store(after)
	reads := touched.Reads()
	if _, ok := reads[guidelines.ReadsProfiles]; ok {
		d.indexes = nil // they were made with the old numbers
	}
	if _, ok := reads[guidelines.ReadsExperts]; ok {
		d.indexes = nil
	}
	d.changed()
	return kept, nil
}

// nextVersion names the next version: the draft's own name where a file brought
// another one that was never in force, else the next in the row.
func (d *Desk) nextVersion(ctx context.Context, now, draft *guidelines.Pack) (string, error) {
	used := map[string]bool{now.Version: true, d.shipped.Version: true}
	for before := int64(0); ; {
		page, err := d.store.Packs(ctx, before, historyPage)
		if err != nil {
			return "", fmt.Errorf("reading the versions of the rules: %w", err)
		}
		for _, p := range page {
			used[p.Version], before = true, p.Seq
		}
		if len(page) < historyPage {
			break
		}
	}
	version := draft.Version
	for used[version] {
		version = guidelines.NextVersion(version)
	}
	return version, nil
}

// versions are what is to be kept: the new rules, and before the first change
// the shipped ones, so that the history begins at its beginning.
func (d *Desk) versions(before *ruling, pack *guidelines.Pack, changes []string, reason string) ([]model.PackVersion, error) {
	now := d.now().UTC()
	var out []model.PackVersion
	add := func(p *guidelines.Pack, author, reason string, changes []string) error {
		data, err := p.Bytes()
		if err != nil {
			return err
		}
		checked, err := guidelines.Load(bytes.NewReader(data))
		if err != nil {
			return err
		}
		out = append(out, model.PackVersion{Version: p.Version, Digest: checked.Digest, Body: data, Author: author, Reason: reason, Changes: changes, At: now})
		return nil
	}
	if before.seq == 0 {
		if err := add(before.pack, "Mensch", "As the program ships them.", nil); err != nil {
			return nil, err
		}
	}
	err := add(pack, d.Moderator(), reason, changes)
	return out, err
}

var workKinds = map[guidelines.Reads]model.WorkKind{
	guidelines.ReadsSessions: model.WorkSession, guidelines.ReadsPhotos: model.WorkPhoto,
	guidelines.ReadsProfiles: model.WorkProfile, guidelines.ReadsExperts: model.WorkExpert,
}

// workOf is what a change of rules asks to be read anew.
func workOf(t guidelines.Touched) []model.WorkFor {
	var out []model.WorkFor
	for reads, r := range t.Reads() {
		w := model.WorkFor{Kind: workKinds[reads]}
		if r.Narrow {
			w.Detectors = r.Detectors
		}
		out = append(out, w)
	}
	if t.Cases {
		out = append(out, model.WorkFor{Kind: model.WorkCase})
	}
	return out
}

// ImportRules reads a rules file by its path as a draft.
func (d *Desk) ImportRules(_ context.Context, path string) (*guidelines.Pack, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &Refusal{Why: fmt.Sprintf("The file %s cannot be opened: %v. The rules are as they were.", path, errors.Unwrap(err))}
	}
	defer func() { _ = file.Close() }() // only read
	pack, err := guidelines.Load(io.LimitReader(file, guidelines.MaxBytes+1))
	var invalid *guidelines.InvalidError
	if errors.As(err, &invalid) {
		more := ""
		if n := len(invalid.Problems) - 1; n > 0 {
			more = fmt.Sprintf(" (and %d more)", n)
		}
		return nil, &Refusal{Why: fmt.Sprintf("The file holds no valid rules: %s%s. The rules are as they were.", invalid.Problems[0], more)}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the rules in %s: %w", path, err)
	}
	return pack, nil
}

// ExportRules writes a draft as a new file; one that is there already is left.
func (d *Desk) ExportRules(_ context.Context, draft *guidelines.Pack, path string) error {
	data, err := draft.Bytes()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &Refusal{Why: fmt.Sprintf("The file %s cannot be made: %v. Nothing was written.", path, errors.Unwrap(err))}
	}
	if _, err = file.Write(data); err == nil {
		err = file.Sync()
	}
	if failed := file.Close(); err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("writing the rules to %s: %w", path, err)
	}
	return nil
}
