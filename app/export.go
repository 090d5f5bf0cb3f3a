package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"mensch/app/audit"
	"mensch/app/audit/casefile"
	"mensch/app/cases"
)

// The most that an export reads of one case.
const (
	exportMessages = 20000 // of one session
	exportRows     = 20000 // of the audit log
)

// Exported says what became of an export.
type Exported struct {
	Path   string
	Bytes  int64
	SHA256 string // of the whole file, in hex
	Key    string // the verifier key that checks it
}

// ExportName is the file name that a case's export has by custom.
func ExportName(caseID string, redacted bool) string {
	name := "case-" + strings.Trim(unsafeName.ReplaceAllString(caseID, "-"), "-.")
	if redacted {
		name += "-redacted"
	}
	return name + ".zip"
}

var unsafeName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// ExportFile seals a case as one file at path: whole or not at all. A file that
// is there already is not replaced.
func (d *Desk) ExportFile(ctx context.Context, caseID, path string, redacted bool) (Exported, error) {
	if strings.TrimSpace(path) == "" {
		return Exported{}, &Refusal{Why: "Name the file to export to. Nothing was written."}
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, ExportName(caseID, redacted))
	}
	sum := sha256.New()
	size, err := newFile(path, func(w io.Writer) error { return d.ExportCase(ctx, caseID, io.MultiWriter(w, sum), redacted) })
	if err != nil {
		return Exported{}, fmt.Errorf("exporting case %s: %w", caseID, err)
	}
	out := Exported{Path: path, Bytes: size, SHA256: hex.EncodeToString(sum.Sum(nil))}
	out.Key, err = d.VerifierKey()
	return out, err
}

// ExportCase writes a case as one sealed file: what was seen, decided and said,
// with the rows of the audit log about it and the proof that they stand there.
// Redacted makes the copy for the expert. That it was exported stands in the
// audit log, and so in the file itself. ErrNoKey if nothing can be signed here.
func (d *Desk) ExportCase(ctx context.Context, caseID string, w io.Writer, redacted bool) error {
	file, err := d.exported(ctx, caseID)
	if err != nil {
		return err
	}
	if _, err := d.VerifierKey(); err != nil {
		return err // before the log says that something was exported
	}
	detail, err := json.Marshal(map[string]bool{"redacted": redacted})
	if err != nil {
		return fmt.Errorf("noting the export of case %s: %w", caseID, err)
	}
	if err := d.store.AppendAudit(ctx, d.now().UTC(), d.Moderator(), "export", "case:"+caseID, string(detail)); err != nil {
		return fmt.Errorf("noting the export of case %s: %w", caseID, err)
	}
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	proof, err := d.prove(ctx, file)
	if err != nil {
		return fmt.Errorf("proving case %s from the audit log: %w", caseID, err)
	}
	if redacted {
		file, proof = casefile.Redact(file, d.contacts, cases.Words("client", clients(file)...)), casefile.RedactProof(proof)
	}
	photos := func(id string) (string, io.ReadCloser, error) {
		info, err := d.store.PhotoInfo(ctx, id)
		if err != nil {
			return "", nil, err
		}
		r, err := d.store.OpenPhoto(ctx, id)
		return info.MediaType, r, err
	}
	if err := casefile.Write(w, file, photos, proof, d.log.signer); err != nil {
		return fmt.Errorf("sealing case %s: %w", caseID, err)
	}
	return nil
}

// clients are the names under which the case's clients appear.
func clients(f casefile.File) []string {
	var names []string
	for _, s := range f.Sessions {
		names = append(names, s.Session.ClientID)
	}
	return names
}

// exported gathers what the file tells.
func (d *Desk) exported(ctx context.Context, caseID string) (casefile.File, error) {
	c, err := d.CaseFile(ctx, caseID)
	if err != nil {
		return casefile.File{}, err
	}
	f := casefile.File{
		ExportedAt: d.now().UTC().Format(time.RFC3339), ExportedBy: d.Moderator(), PackVersion: d.pack().Version,
		Case: c.Case, Expert: c.Expert, Profile: c.Profile, Incidents: c.Incidents, Findings: c.Findings,
		Strikes: c.Strikes, Decisions: c.Decisions, Approvals: c.Proposals, Appeals: c.Appeals, Notes: c.Notes,
	}
	about := map[string]bool{}
	for _, i := range c.Incidents {
		about[i.Guideline] = true
	}
	for _, x := range c.Findings {
		about[x.Guideline] = true
	}
	for _, r := range c.Decisions {
		for _, s := range r.Decision.Sanctions {
			about[s.Guideline] = true
		}
	}
	for _, g := range d.pack().Guidelines {
		if about[g.ID] {
			f.Guidelines = append(f.Guidelines, casefile.Guideline{ID: g.ID, Title: g.Title, Paragraph: g.Paragraph, Severity: g.Severity})
		}
	}
	for _, s := range c.Sessions {
		messages, err := d.store.Messages(ctx, s.Session.ID, 0, exportMessages)
		if err != nil {
			return f, fmt.Errorf("reading session %s: %w", s.Session.ID, err)
		}
		f.Sessions = append(f.Sessions, casefile.Transcript{Session: s.Session, Messages: messages})
	}
	for _, p := range c.Pairs {
		f.Pairs = append(f.Pairs, casefile.Pair{
			FindingID: p.FindingID, Expert: p.Expert.PhotoID, Other: p.Other.PhotoID, Title: p.Other.Title, Source: p.Other.Source,
			Match: p.Match, Reason: p.Reason, Verdict: p.Verdict,
		})
	}
	for _, e := range c.Timeline {
		f.Timeline = append(f.Timeline, casefile.Moment{At: e.At, Kind: e.Kind, Text: e.Text})
	}
	return f, nil
}

// prove collects the log's rows about a case, each with its proof. The caller
// holds the log.
func (d *Desk) prove(ctx context.Context, f casefile.File) (casefile.Proof, error) {
	if err := d.log.open(d.keys); err != nil {
		return casefile.Proof{}, err
	}
	if err := d.log.grow(ctx, d.store); err != nil {
		return casefile.Proof{}, err
	}
	objects := []string{"case:" + f.Case.ID}
	for _, x := range f.Findings {
		objects = append(objects, "finding:"+x.ID)
	}
	for _, r := range f.Decisions {
		objects = append(objects, "decision:"+r.Decision.ID)
	}
	for _, a := range f.Approvals {
		objects = append(objects, "decision:"+a.DecisionID)
	}
	for _, r := range f.Decisions {
		for _, s := range r.Decision.Sanctions {
			objects = append(objects, "sanction:"+s.ID) // its statement of reasons
		}
	}
	for _, n := range f.Notes {
		objects = append(objects, "note:"+n.ID)
	}
	rows, err := d.store.AuditRowsAbout(ctx, objects, exportRows)
	if err != nil {
		return casefile.Proof{}, err
	}
	_, signed, err := d.sign()
	if err != nil {
		return casefile.Proof{}, err
	}
	proof := casefile.Proof{Head: signed}
	for _, row := range rows {
		if row.Seq > d.log.tree.Size() {
			break // another program wrote it just now
		}
		in, err := d.log.tree.Prove(audit.Anchor{Seq: row.Seq, Hash: row.Hash})
		if err != nil {
			return casefile.Proof{}, err
		}
		proof.Rows = append(proof.Rows, casefile.ProvenRow{Row: &row, Proof: in})
	}
	return proof, nil
}
