package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mensch/app/evaluation"
	"mensch/assets/demo"
)

func TestEvaluatePhotos(t *testing.T) {
	bank, queries, names := t.TempDir(), t.TempDir(), photoNames(t)[:3]
	for i, name := range names {
		raw, err := demo.Photos.ReadFile(name)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(bank, filepath.Base(name)), raw, 0o600))
		if i < 2 {
			mirrored(t, name, filepath.Join(queries, []string{"a.jpg", "b.jpg"}[i]))
		}
	}
	truth := filepath.Join(t.TempDir(), "truth.csv")
	must(t, os.WriteFile(truth, []byte("query,bank,group\na.jpg,"+filepath.Base(names[0])+",mirrored\nb.jpg,"+filepath.Base(names[1])+",mirrored\n"), 0o600))
	args := []string{"evaluate", "photos", "--bank", bank, "--queries", queries, "--truth", truth}
	got := lines[evaluation.Result](t, do(t, nil, "", append(args, "--json")...).want(t, exitDone))
	if len(got) != 1 || got[0].Detector != "photos" || got[0].TP != 2 || got[0].FP != 0 || got[0].TN != 4 || *got[0].Recall != 1 || got[0].Baseline == nil {
		t.Errorf("%+v", got)
	}
	if a := do(t, nil, "", append(args, "--json", "--rows")...).want(t, exitDone); strings.Count(a.out, "\n") != 3 || strings.Count(a.out, `"right":true,"group":"mirrored"`) != 2 {
		t.Errorf("%s", a.out)
	}
	if a := do(t, nil, "", args...).want(t, exitDone); !strings.Contains(a.out, "recall") || !strings.Contains(a.out, "PDQ") {
		t.Errorf("%s", a.out)
	}
	do(t, nil, "", "evaluate", "photos", "--bank", bank).want(t, exitUsage)
	do(t, nil, "", append(args, truth)...).want(t, exitUsage)
	do(t, nil, "", "evaluate", "contact", truth, "--bank", bank).want(t, exitUsage)
	do(t, nil, "", "evaluate", "photos", "--bank", filepath.Join(bank, "none"), "--queries", queries, "--truth", truth).want(t, exitFailed)
	do(t, nil, "", "evaluate", "photos", "--bank", bank, "--queries", queries, "--truth", filepath.Join(bank, "none")).want(t, exitFailed)
}
