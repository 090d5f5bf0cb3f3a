package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mensch/app/model"
)

func TestBanksAreListedDescribedAndExported(t *testing.T) {
	s := newSite(t).synced()
	s.do("import", "--bank", "Stock", bank(t)).want(t, exitPartly)
	list := filepath.Join(t.TempDir(), "hashes.csv")
	must(t, os.WriteFile(list, []byte("pdq,name,licence\n"+strings.Repeat("5a", 32)+",known,CC0\nxyz,bad,\n"), 0o600))
	s.do("import", "--bank", "Stock", list).want(t, exitPartly)

	banks := lines[bankLine](t, s.do("bank", "list", "--json").want(t, exitDone))
	if len(banks) != 1 || banks[0].Bank != "Stock" || banks[0].Kind != model.BankStock || banks[0].Items != 7 || banks[0].HashOnly != 1 || banks[0].Precision != nil {
		t.Fatalf("%+v", banks)
	}
	items := lines[itemLine](t, s.do("bank", "items", "stock", "--json").want(t, exitDone))
	found := lines[itemLine](t, s.do("bank", "items", "Stock", "--find", "cc0 known", "--json").want(t, exitDone))
	if len(items) != 7 || len(found) != 1 || !found[0].HashOnly || found[0].Licence != "CC0" {
		t.Fatalf("%+v\n%+v", items, found)
	}
	id := found[0].Item
	s.do("bank", "note", id, "--note", "seen by \x1b[31m two", "--source", "Exchange").want(t, exitDone)
	s.do("bank", "disable", id).want(t, exitDone)
	found = lines[itemLine](t, s.do("bank", "items", "Stock", "--state", "disabled", "--json").want(t, exitDone))
	if len(found) != 1 || found[0].Note != "seen by \x1b[31m two" || found[0].Source != "Exchange" || found[0].Licence != "CC0" || !found[0].Disabled {
		t.Errorf("%+v", found)
	}
	if a := s.do("bank", "items", "Stock").want(t, exitDone); strings.Contains(a.out, "\x1b") || strings.Count(a.out, "\n") != 7 {
		t.Errorf("%q", a.out)
	}
	s.do("bank", "enable", id).want(t, exitDone)

	stats := lines[statsLine](t, s.do("bank", "stats", "--json").want(t, exitDone))
	if len(stats) != 1 || stats[0].Calibrated || stats[0].Minimum < 2 || len(stats[0].Scores) != 5 || len(stats[0].Banks) != 1 || stats[0].Curve.A != 1 {
		t.Errorf("%+v", stats)
	}
	if a := s.do("bank", "stats").want(t, exitDone); !strings.Contains(a.out, "until there are 30 verdicts") {
		t.Error(a.out)
	}

	for _, ext := range []string{"csv", "json", "zip"} {
		path := filepath.Join(t.TempDir(), "bank."+ext)
		done := lines[bankExportLine](t, s.do("bank", "export", "Stock", path, "--json").want(t, exitDone))
		if len(done) != 1 || done[0].Items != 7 || ext == "zip" && done[0].Photos != 6 {
			t.Errorf("%s: %+v", ext, done)
		}
		if info, err := os.Stat(path); err != nil || info.Size() != done[0].Bytes {
			t.Errorf("%s: %v", ext, err)
		}
		s.do("bank", "export", "Stock", path).want(t, exitRefused)
		line := lines[importLine](t, s.do("import", "--bank", "Again "+ext, path, "--json").want(t, exitDone))[0]
		if line.Added != 7 || line.Known != 0 {
			t.Errorf("%s: %+v", ext, line)
		}
	}
	s.do("bank", "export", "Nobody's", "x.csv").want(t, exitRefused)
	s.do("bank", "items", "Stock", "--state", "odd").want(t, exitUsage)
	s.do("bank", "note", id).want(t, exitUsage)
	s.do("bank", "disable", "nobody").want(t, exitFailed)
	s.do("bank", "odd").want(t, exitUsage)
	var raw map[string]json.RawMessage
	must(t, json.Unmarshal([]byte(s.do("bank", "stats", "--json").want(t, exitDone).out), &raw))
	for _, name := range []string{"confirmed", "refuted", "precision", "calibrated", "minimum", "curve", "scores", "banks"} {
		if _, ok := raw[name]; !ok {
			t.Errorf("no member %s", name)
		}
	}
}

// TestMatchesAreConfirmedAndRefuted judges a match with a bank, and reads the
// record after each word.
func TestMatchesAreConfirmedAndRefuted(t *testing.T) {
	s := newSite(t).synced()
	s.do("import", "--bank", "Stock", bank(t)).want(t, exitPartly) // the experts' photos among others
	match := ""
	for _, row := range lines[model.QueueRow](t, s.do("queue", "--json").want(t, exitDone)) {
		for _, f := range lines[factsLine](t, s.do("decide", row.CaseID, "--json").want(t, exitDone))[0].Findings {
			switch f.Guideline {
			case "false-photo", "multiple-accounts", "copyright":
				match = f.ID
			case "contact-exchange":
				s.do("bank", "confirm", f.ID).want(t, exitRefused) // it compares no photos
			}
		}
	}
	if match == "" {
		t.Fatal("the queue holds no match")
	}
	for _, c := range []struct {
		say                string
		confirmed, refuted int
	}{{"confirm", 1, 0}, {"refute", 0, 1}, {"reopen", 0, 0}} {
		said := lines[judgedLine](t, s.do("bank", c.say, match, "--json").want(t, exitDone))
		if len(said) != 1 || said[0].Finding != match || said[0].Score <= 0 {
			t.Errorf("%s: %+v", c.say, said)
		}
		stats := lines[statsLine](t, s.do("bank", "stats", "--json").want(t, exitDone))[0]
		if stats.Banks[0].Confirmed != c.confirmed || stats.Banks[0].Refuted != c.refuted {
			t.Errorf("%s: %+v", c.say, stats)
		}
		if stats.Confirmed+stats.Refuted != 0 {
			t.Errorf("%s: that a file is the same file says nothing of scores: %+v", c.say, stats)
		}
	}
}
