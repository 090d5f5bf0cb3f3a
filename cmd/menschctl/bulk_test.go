package main

import (
	"testing"
)

func TestBulk(t *testing.T) {
	s := newSite(t).synced()
	s.do("bulk", "--all", "--dismiss").want(t, exitUsage) // no rationale
	s.do("bulk", "--dismiss", "--rationale", "x").want(t, exitUsage)
	s.do("bulk", "--all", "--dismiss", "--step", "note", "--rationale", "x").want(t, exitUsage)
	s.do("bulk", "--all", "--step", "ban", "--guideline", "courtesy", "--rationale", "x").want(t, exitRefused)
	dry := lines[bulkLine](t, s.do("bulk", "--all", "--dismiss", "--rationale", "one quarrel", "--dry-run", "--sample", "1", "--json").want(t, exitDone))
	sampled := 0
	for _, l := range dry {
		if l.Sampled {
			sampled++
		}
		if l.Decision != "" || l.Why != "" {
			t.Errorf("%+v", l)
		}
	}
	if len(dry) < 2 || sampled != 1 {
		t.Fatalf("%d cases, %d in the sample", len(dry), sampled)
	}
	if s.do("outbox", "--json").want(t, exitDone).out != "" {
		t.Fatal("a dry run decided")
	}
	done := lines[bulkLine](t, s.do("bulk", "--dismiss", "--rationale", "one quarrel", "--json", dry[0].CaseID, dry[1].CaseID, "e99.1").want(t, exitPartly))
	decided, left := 0, 0
	for _, l := range done {
		if l.Decision != "" {
			decided++
		}
		if l.Why != "" {
			left++
		}
	}
	if decided != 2 || left != 1 {
		t.Fatalf("%+v", done)
	}
	if out := lines[outboxLine](t, s.do("outbox", "--json").want(t, exitDone)); len(out) != 2 || out[0].Decision == out[1].Decision {
		t.Errorf("%+v", out)
	}
	s.do("verify").want(t, exitDone)
}
