package casefile_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/net/html"

	"mensch/app/audit"
	"mensch/app/audit/casefile"
	"mensch/app/cases"
	"mensch/app/model"
)

var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func keys(t testing.TB) (secret, public string) {
	t.Helper()
	secret, public, err := audit.NewKey(rand.Reader, "mensch-test")
	if err != nil {
		t.Fatal(err)
	}
	return secret, public
}

func signerOf(t testing.TB, secret string) note.Signer {
	t.Helper()
	s, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func knownOf(t testing.TB, public string) note.Verifiers {
	t.Helper()
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return note.VerifierList(v)
}

func photo(shade int) (id string, data []byte) {
	img := image.NewGray(image.Rect(0, 0, 4, 4))
	img.Pix[0] = byte(shade)
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a buffer takes all
	sum := sha256.Sum256(b.Bytes())
	return hex.EncodeToString(sum[:]), b.Bytes()
}

func shelf() (casefile.Photos, []string) {
	photos := map[string][]byte{}
	var ids []string
	for i := range 2 {
		id, data := photo(i)
		photos[id] = data
		ids = append(ids, id)
	}
	return func(id string) (string, io.ReadCloser, error) {
		data, ok := photos[id]
		if !ok {
			return "", nil, model.ErrNotFound
		}
		return "image/png", io.NopCloser(bytes.NewReader(data)), nil
	}, ids
}

const attack = `<script>alert("x")</script><img src="https://evil.example/x"> {{.Case}} ]]>`

func file(photos []string) casefile.File {
	text := "Write to anna@example.com " + attack
	d := model.Decision{
		ID: "d1", CaseID: "e1.1", ExpertID: "e1", Moderator: "mo", Outcome: model.Sanctioned, PackVersion: "2026.1", DecidedAt: now,
		Message: "Hello " + attack, Rationale: "clear", Sanctions: []model.Sanction{{ID: "s1", DecisionID: "d1", Guideline: "contact-exchange", Step: model.StepWarning, StartsAt: now, Strikes: 1, PackVersion: "2026.1"}},
		Evidence: []model.Evidence{{Kind: "message", ID: "m1", Guideline: "contact-exchange", Text: text}},
	}
	return casefile.File{
		ExportedAt: "2026-03-11T08:00:00Z", ExportedBy: "mo", PackVersion: "2026.1",
		Case:       model.Case{ID: "e1.1", ExpertID: "e1", Round: 1, State: model.CaseDecided, OpenedAt: now.AddDate(0, 0, -3)},
		Expert:     model.Expert{ID: "e1", ScreenName: attack, Cluster: "Home & Garden", State: model.ExpertActive, JoinedAt: now.AddDate(-1, 0, 0), Signals: model.Signals{Email: "secret@example.com", Devices: []string{"dev1"}}},
		Profile:    model.Profile{ExpertID: "e1", Version: 3, Name: "Anna", Bio: attack, PhotoID: photos[0], UpdatedAt: now},
		Guidelines: []casefile.Guideline{{ID: "contact-exchange", Title: "No contacts", Paragraph: "Don't.", Severity: 3}},
		Incidents:  []model.Incident{{ID: "i1", ExpertID: "e1", Reporter: model.ReporterClient, ReporterID: "client-77", Text: attack, At: now}},
		Findings: []model.Finding{
			{ID: "f1", ExpertID: "e1", Detector: "contact", Guideline: "contact-exchange", Score: 0.9, Reason: attack, SessionID: "t1", Messages: []string{"m1"}, Spans: []model.Span{{Message: "m1", Start: 9, End: 25, Label: "email"}, {Message: "m1", Start: -4, End: 999}}, At: now},
			{ID: "f2", ExpertID: "e1", Detector: "same-person", Guideline: "multiple-accounts", Score: 0.8, Reason: "rival shares a phone", Accounts: []model.Linked{{ExpertID: "rival", Cluster: "Pets"}}, At: now},
		},
		Strikes:   []model.Strike{{SanctionID: "s1", ExpertID: "e1", Guideline: "contact-exchange", Count: 1, At: now, Expires: now.AddDate(1, 0, 0)}},
		Decisions: []model.Receipt{{Key: "d1", Decision: d, CaseVersion: 2, ReceivedAt: now}},
		Appeals:   []model.Appeal{{ID: "a1", CaseID: "e1.1", DecisionID: "d1", ExpertID: "e1", Text: attack, At: now}},
		Notes:     []model.Note{{ID: "n1", CaseID: "e1.1", Author: "mo", Text: attack, At: now}},
		Sessions: []casefile.Transcript{{
			Session:  model.Session{ID: "t1", ExpertID: "e1", ClientID: "client-77", Cluster: "Home & Garden", Kind: "chat", StartedAt: now},
			Messages: []model.Message{{ID: "m1", Session: "t1", Seq: 1, From: model.FromExpert, At: now, Text: text}, {ID: "m2", Session: "t1", Seq: 2, From: model.FromClient, At: now, Text: "I live at 12 High Street, 0170 1234567"}},
		}},
		Pairs: []casefile.Pair{
			{FindingID: "f3", Expert: photos[0], Other: photos[1], Title: "Other " + attack, Match: model.Match{Query: photos[0], Other: photos[1], ExpertID: "rival", Kind: model.AlteredCopy, Score: 0.97, Distance: 5, Transform: "mirrored", Region: model.Region{X: 0.1, Y: 0.2, Width: 0.5, Height: 0.5}}, Reason: "Altered copy."},
			{FindingID: "f4", Expert: photos[0], Other: "00ff", Title: "A hash", Match: model.Match{Query: photos[0], Other: "00ff", Bank: "b1", Kind: model.SamePicture}, Reason: "Known picture."},
		},
		Timeline: []casefile.Moment{{At: now, Kind: "incident", Text: attack}},
	}
}

func proof(t testing.TB, signer note.Signer) casefile.Proof {
	t.Helper()
	var rows []model.AuditRow
	prev := ""
	for i := range 9 {
		r := model.AuditRow{Seq: int64(i + 1), At: now.Add(time.Duration(i) * time.Second), Actor: "mo", Action: "decide", Object: fmt.Sprintf("decision:d%d", i), Prev: prev}
		r.Hash = audit.Seal(r)
		prev = r.Hash
		rows = append(rows, r)
	}
	var tree audit.Tree
	if err := tree.Grow(func(yield func(model.AuditRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	head, err := audit.HeadOf(&tree, "mensch/test", now)
	if err != nil {
		t.Fatal(err)
	}
	var p casefile.Proof
	if p.Head, err = audit.SignHead(head, signer); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{1, 4} {
		in, err := tree.Prove(audit.Anchor{Seq: rows[i].Seq, Hash: rows[i].Hash})
		if err != nil {
			t.Fatal(err)
		}
		p.Rows = append(p.Rows, casefile.ProvenRow{Row: &rows[i], Proof: in})
	}
	return p
}

func sealed(t testing.TB, secret string) []byte {
	t.Helper()
	photos, ids := shelf()
	signer := signerOf(t, secret)
	var b bytes.Buffer
	if err := casefile.Write(&b, file(ids), photos, proof(t, signer), signer); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(data []byte, known note.Verifiers) (*casefile.Report, error) {
	return casefile.Verify(bytes.NewReader(data), int64(len(data)), known)
}

func TestSealAndVerify(t *testing.T) {
	secret, public := keys(t)
	data := sealed(t, secret)
	rep, err := verify(data, knownOf(t, public))
	if err != nil {
		t.Fatal(err)
	}
	if rep.File.Case.ID != "e1.1" || len(rep.File.Photos) != 3 || len(rep.Proof.Rows) != 2 || rep.Head.Size != 9 || len(rep.Entries) != 8 {
		t.Errorf("got %d photos, %d rows, head %v, entries %v", len(rep.File.Photos), len(rep.Proof.Rows), rep.Head, rep.Entries)
	}
	if rep.File.Photos[2].Fault == "" || rep.File.Photos[2].Path != "" {
		t.Errorf("a picture of which only a hash is known: %+v", rep.File.Photos[2])
	}
	if again := sealed(t, secret); !bytes.Equal(again, data) {
		t.Error("the same case gives other bytes")
	}
	_, other := keys(t)
	var tampered *casefile.TamperedError
	if _, err := verify(data, knownOf(t, other)); !errors.As(err, &tampered) || tampered.Entry != "manifest.txt" {
		t.Errorf("a stranger's file passes: %v", err)
	}
	if _, err := verify([]byte("no zip at all"), knownOf(t, public)); !errors.Is(err, casefile.ErrNotCaseFile) {
		t.Errorf("got %v", err)
	}
}

// TestEveryByteCounts changes bytes all over the file, in its entries and
// between them: not one goes unnoticed, and what lies in an entry is laid at
// its door.
func TestEveryByteCounts(t *testing.T) {
	secret, public := keys(t)
	known := knownOf(t, public)
	data := sealed(t, secret)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	entryAt := func(at int) string {
		for _, f := range z.File {
			if start, err := f.DataOffset(); err == nil && int64(at) >= start && int64(at) < start+int64(f.UncompressedSize64) {
				return f.Name
			}
		}
		return ""
	}
	check := func(at int, bit byte) {
		bad := bytes.Clone(data)
		bad[at] ^= bit
		_, err := verify(bad, known)
		var tampered *casefile.TamperedError
		switch name := entryAt(at); {
		case err == nil:
			t.Fatalf("byte %d (%s) can change", at, name)
		case name != "" && (!errors.As(err, &tampered) || tampered.Entry != name):
			t.Fatalf("byte %d lies in %s, but: %v", at, name, err)
		}
	}
	for at := 0; at < len(data); at++ {
		// All of what lies between the entries, and a sample of the rest.
		if entryAt(at) == "" || at%97 == 0 {
			check(at, 1)
			check(at, 0x80)
		}
	}
	for _, n := range []int{1, len(data) / 2, len(data) - 1} {
		if _, err := verify(data[:n], known); err == nil {
			t.Errorf("a file cut at %d passes", n)
		}
	}
	if _, err := verify(append(bytes.Clone(data), 'x'), known); err == nil {
		t.Error("a longer file passes")
	}
}

// rezip writes a ZIP of other entries.
func rezip(t *testing.T, data []byte, edit func(name string, content []byte) (string, []byte)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name, content := edit(f.Name, content)
		if name == "" {
			continue
		}
		e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: f.Modified})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestForgeries(t *testing.T) {
	secret, public := keys(t)
	known := knownOf(t, public)
	data := sealed(t, secret)
	for _, c := range []struct {
		name, entry, why string
		edit             func(name string, content []byte) (string, []byte)
	}{
		{"a changed page", "case.html", "changed", func(n string, b []byte) (string, []byte) {
			if n == "case.html" {
				b = bytes.Replace(b, []byte("Sanctioned"), []byte("Dismissed!"), 1)
			}
			return n, b
		}},
		{"a missing photo", "photos/", "missing", func(n string, b []byte) (string, []byte) {
			if strings.HasPrefix(n, "photos/") {
				return "", nil
			}
			return n, b
		}},
		{"a missing proof", "audit/rows.json", "missing", func(n string, b []byte) (string, []byte) {
			if n == "audit/rows.json" {
				return "", nil
			}
			return n, b
		}},
		{"another name", "case.json", "missing", func(n string, b []byte) (string, []byte) {
			if n == "case.json" {
				return "case2.json", b
			}
			return n, b
		}},
	} {
		_, err := verify(rezip(t, data, c.edit), known)
		var tampered *casefile.TamperedError
		if !errors.As(err, &tampered) || !strings.HasPrefix(tampered.Entry, c.entry) || !strings.Contains(tampered.Why, c.why) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	same := rezip(t, data, func(n string, b []byte) (string, []byte) { return n, b })
	if !bytes.Equal(same, data) {
		t.Error("the test's own ZIP differs, so that it shows nothing")
	}
	// A proof of another log, sealed by the right key, is still no proof.
	photos, ids := shelf()
	signer := signerOf(t, secret)
	p := proof(t, signer)
	p.Rows[0].Row.Actor = "somebody else"
	p.Rows[0].Row.Hash = audit.Seal(*p.Rows[0].Row)
	p.Rows[0].Proof.Hash = p.Rows[0].Row.Hash
	var b bytes.Buffer
	if err := casefile.Write(&b, file(ids), photos, p, signer); err != nil {
		t.Fatal(err)
	}
	var tampered *casefile.TamperedError
	if _, err := verify(b.Bytes(), known); !errors.As(err, &tampered) || tampered.Entry != "audit/rows.json" {
		t.Errorf("a forged row passes: %v", err)
	}
}

// TestPageIsSafe reads the page as a browser would: foreign text is text, no
// script runs, nothing is loaded from anywhere.
func TestPageIsSafe(t *testing.T) {
	secret, public := keys(t)
	data := sealed(t, secret)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := z.Open("case.html")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	pictures, marks, rects := 0, 0, 0
	var text strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "iframe", "object", "embed", "link", "form", "a", "base":
			t.Errorf("the page has a <%s>", n.Data)
		case "mark":
			marks++
		case "rect":
			rects++
		}
		for _, a := range n.Attr {
			if a.Key == "src" {
				pictures++
				if !strings.HasPrefix(a.Val, "data:image/png;base64,") {
					t.Errorf("the page loads %s", a.Val)
				}
			}
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("the page has %s", a.Key)
			}
		}
	}
	if pictures != 3 || marks < 2 || rects != 1 {
		t.Errorf("%d pictures, %d marks, %d regions", pictures, marks, rects)
	}
	if n := strings.Count(text.String(), attack); n < 7 {
		t.Errorf("foreign text stands there as it is only %d times", n)
	}
	rep, err := verify(data, knownOf(t, public))
	if err != nil {
		t.Fatal(err)
	}
	if rep.File.Sessions[0].Messages[0].Text != "Write to anna@example.com "+attack {
		t.Error("the JSON has other text")
	}
}

// canaries puts one into every text.
func canaries(v reflect.Value, path string, out map[string]string) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		canaries(v.Elem(), path, out)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(now))
			return
		}
		for i := range v.NumField() {
			canaries(v.Field(i), path+"."+v.Type().Field(i).Name, out)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		canaries(v.Index(0), path, out)
	case reflect.String:
		c := fmt.Sprintf("CANARY%04d", len(out))
		out[c] = path
		v.SetString(c)
	}
}

// TestRedactedVariant fills every text of a case file with a canary: in the
// expert's copy only those are left that are the expert's to see.
func TestRedactedVariant(t *testing.T) {
	var f casefile.File
	all := map[string]string{}
	canaries(reflect.ValueOf(&f).Elem(), "", all)
	f.ExportedAt = "2026-03-11T08:00:00Z"
	if len(all) < 150 {
		t.Fatalf("only %d canaries", len(all))
	}
	before, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	out := casefile.Redact(f)
	data, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	after, err := json.Marshal(f)
	if err != nil || !bytes.Equal(before, after) {
		t.Error("redacting changes what it was given")
	}
	var left []string
	for c, path := range all {
		if bytes.Contains(data, []byte(c)) {
			left = append(left, path)
		}
	}
	slices.Sort(left)
	for _, path := range left {
		for _, never := range []string{
			"Signals", "Reporter", "Moderator", "Rationale", "Departed", "ClientID", "Notes", "Accounts", "Passages", "Events", "Span",
			"JudgedBy", "Incidents.Text", "Incidents.SessionID", "Proposer", "Approver", "DecidedBy", "Match.Other", "Match.ExpertID", "Match.Bank", "Pairs.Title", "Pairs.Source",
			"Pairs.Other", "Lease", "Ratings", "ExportedBy",
		} {
			if strings.Contains(path, never) {
				t.Errorf("%s is left in the expert's copy", path)
			}
		}
	}
	for _, want := range []string{".Decisions.Decision.Message", ".Profile.Bio", ".Sessions.Messages.Text", ".Strikes.Guideline", ".Appeals.Text"} {
		if !slices.Contains(left, want) {
			t.Errorf("%s is missing from the expert's copy", want)
		}
	}
}

// What happened is told in the program's words, with the names of who did it.
func TestRedactedTimelineNamesNoModerator(t *testing.T) {
	f := casefile.File{
		ExportedBy: "Ada", ExportedAt: "2026-03-11T08:00:00Z",
		Decisions: []model.Receipt{{Decision: model.Decision{ID: "d1", Moderator: "Robin"}}},
		Appeals:   []model.Appeal{{DecidedBy: "Kim", Reason: "Kim saw it otherwise."}},
		Timeline:  []casefile.Moment{{Kind: "sanction", Text: "warning for “Contact exchange”, by Robin"}, {Kind: "profile", Text: "Profile changed, seen by Ada"}},
	}
	data, err := json.Marshal(casefile.Redact(f))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Ada", "Robin", "Kim"} {
		if bytes.Contains(data, []byte(name)) {
			t.Errorf("%s is named", name)
		}
	}
}

// TestRedactedProfileIsTheirOwn: what the expert wrote stays, but for what it
// says of clients.
func TestRedactedProfileIsTheirOwn(t *testing.T) {
	f := file([]string{"aa", "bb"})
	copied := cases.CopyProfile(model.Profile{ExpertID: "e1", Version: 2, Name: "Anna", Bio: "Maria says I'm the best.", PhotoID: "aa"}, "misrepresentation")
	f.Decisions[0].Decision.Evidence = []model.Evidence{copied}
	got := casefile.Redact(f, cases.Words("client", "Maria")).Decisions[0].Decision.Evidence
	if len(got) != 1 || got[0].Kind != cases.EvidenceProfile || got[0].ID != "e1@2" || got[0].Guideline != "misrepresentation" {
		t.Fatalf("got %+v", got)
	}
	if text := got[0].Text; !strings.Contains(text, "I'm the best.") || !strings.Contains(text, "Photo: aa") || strings.Contains(text, "Maria") {
		t.Errorf("got %q", text)
	}
}

func TestRedactedFileIsSealed(t *testing.T) {
	secret, public := keys(t)
	photos, ids := shelf()
	signer := signerOf(t, secret)
	f := file(ids)
	var b bytes.Buffer
	red := casefile.Redact(f, cases.Words("name", "High Street"))
	if err := casefile.Write(&b, red, photos, casefile.RedactProof(proof(t, signer)), signer); err != nil {
		t.Fatal(err)
	}
	rep, err := verify(b.Bytes(), knownOf(t, public))
	if err != nil {
		t.Fatal(err)
	}
	if !rep.File.Redacted || len(rep.Proof.Rows) != 2 || rep.Proof.Rows[0].Row != nil {
		t.Errorf("got %+v", rep.Proof)
	}
	for _, leak := range []string{"client-77", "secret@example.com", "dev1", "1234567", "High Street", ids[1], "rival", "decision:d"} {
		if bytes.Contains(b.Bytes(), []byte(leak)) {
			t.Errorf("%q is in the expert's copy", leak)
		}
	}
	if !bytes.Contains(b.Bytes(), []byte(ids[0])) {
		t.Error("the expert's own photo is missing")
	}
}

func TestPhotosThatCannotBeHad(t *testing.T) {
	secret, public := keys(t)
	signer := signerOf(t, secret)
	_, ids := shelf()
	wrong := func(string) (string, io.ReadCloser, error) {
		return "image/png", io.NopCloser(strings.NewReader("other bytes")), nil
	}
	script := func(string) (string, io.ReadCloser, error) {
		return "text/html", io.NopCloser(strings.NewReader("<script>")), nil
	}
	for name, photos := range map[string]casefile.Photos{"wrong bytes": wrong, "no picture": script, "nothing": nil} {
		var b bytes.Buffer
		if err := casefile.Write(&b, file(ids), photos, proof(t, signer), signer); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		rep, err := verify(b.Bytes(), knownOf(t, public))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, p := range rep.File.Photos {
			if p.Path != "" || p.Fault == "" {
				t.Errorf("%s: got %+v", name, p)
			}
		}
	}
	f := file(ids)
	f.ExportedAt = "yesterday"
	if err := casefile.Write(io.Discard, f, nil, proof(t, signer), signer); err == nil {
		t.Error("a file without a time is sealed")
	}
}

var update = flag.Bool("update", false, "write testdata/sealed.zip anew")

// TestOldFilesStayValid checks a file that was sealed once and for all: a
// later version of the program or of Go must still read it.
func TestOldFilesStayValid(t *testing.T) {
	if *update {
		secret, public := keys(t)
		for name, data := range map[string][]byte{"sealed.zip": sealed(t, secret), "key.txt": []byte(public + "\n")} {
			if err := os.WriteFile("testdata/"+name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	key, err := os.ReadFile("testdata/key.txt")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/sealed.zip")
	if err != nil {
		t.Fatal(err)
	}
	rep, err := verify(data, knownOf(t, strings.TrimSpace(string(key))))
	if err != nil || rep.File.Case.ID != "e1.1" {
		t.Fatal(err)
	}
}

func FuzzVerify(f *testing.F) {
	key, err := os.ReadFile("testdata/key.txt")
	if err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile("testdata/sealed.zip")
	if err != nil {
		f.Fatal(err)
	}
	known := knownOf(f, strings.TrimSpace(string(key)))
	f.Add(data)
	f.Add(data[:200])
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, file []byte) {
		rep, err := verify(file, known)
		if err == nil && (!bytes.Equal(file, data) || rep == nil) {
			t.Fatal("a file passes that nobody sealed")
		}
		if err != nil && rep != nil {
			t.Fatal("an error comes with a report")
		}
	})
}
