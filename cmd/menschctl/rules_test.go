package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mensch/cmd/internal/workplace"
)

func TestRulesFromTheTerminal(t *testing.T) {
	dir := t.TempDir()
	desk, err := workplace.Open(t.Context(), workplace.Config{Dir: dir, Offline: true, Moderator: "mira"})
	must(t, err)
	must(t, desk.Close())
	ctl := func(code int, args ...string) answer {
		t.Helper()
		return do(t, nil, "", append(args, "--dir", dir)...).want(t, code)
	}
	if a := ctl(exitDone, "rules", "show"); !strings.Contains(a.out, "version 2026.1") || !strings.Contains(a.out, "contact") {
		t.Errorf("%s", a.out)
	}
	fares := lines[fareLine](t, ctl(exitDone, "rules", "show", "--json"))
	if len(fares) < 10 || fares[0].Detector != "contact" || !fares[0].On || fares[0].ShownFrom != 0.5 {
		t.Errorf("%+v", fares)
	}
	file := filepath.Join(t.TempDir(), "rules.json")
	whole := ctl(exitDone, "rules", "show", "--file").out
	must(t, os.WriteFile(file, []byte(whole), 0o600))
	ctl(exitDone, "rules", "check", file)
	if a := ctl(exitRefused, "rules", "apply", file, "--reason", "For nothing."); !strings.Contains(a.err, "Nothing was changed") {
		t.Errorf("%s", a.err)
	}
	must(t, os.WriteFile(file, []byte(strings.Replace(whole, "expert.age_days < 30", "expert.age_days < true", 1)), 0o600))
	faults := lines[problemLine](t, ctl(exitRefused, "rules", "check", file, "--json"))
	if len(faults) != 1 || faults[0].Field != "conditions[0].when" || !strings.Contains(faults[0].Fault, "column") {
		t.Errorf("%+v", faults)
	}
	ctl(exitRefused, "rules", "preview", file)
	must(t, os.WriteFile(file, []byte(strings.Replace(whole, "expert.age_days < 30", "expert.age_days < 60", 1)), 0o600))
	drafts := lines[draftLine](t, ctl(exitDone, "rules", "preview", file, "--json"))
	if len(drafts) != 1 || len(drafts[0].Changes) != 1 || drafts[0].Opened != 0 {
		t.Errorf("%+v", drafts)
	}
	ctl(exitUsage, "rules", "apply", file)
	kept := lines[versionLine](t, ctl(exitDone, "rules", "apply", file, "--reason", "Two months of care.", "--json"))
	if len(kept) != 1 || kept[0].Version != "2026.1+1" || kept[0].Reason != "Two months of care." {
		t.Errorf("%+v", kept)
	}
	history := lines[versionLine](t, ctl(exitDone, "rules", "history", "--json"))
	if len(history) != 2 || history[1].Version != "2026.1" || len(history[0].Changes) != 1 {
		t.Errorf("%+v", history)
	}
	ctl(exitDone, "verify", "--offline")
	if a := ctl(exitDone, "rules", "schema"); !strings.Contains(a.out, "json-schema.org") {
		t.Errorf("%s", a.out)
	}
	ctl(exitFailed, "rules", "check", filepath.Join(dir, "absent.json"))
}
