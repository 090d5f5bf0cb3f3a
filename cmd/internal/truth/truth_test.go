package truth

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/app/profiles"
	"mensch/app/ratings"
	"mensch/app/transcripts"
	"mensch/assets"
	"mensch/assets/demo"
	"mensch/cmd/mensch-platform/community"
)

// unseen are the kinds of violation that these detectors don't read, with the
// reason. Reports alone, or the photo matcher's own test, bring them up.
var unseen = map[string]string{
	"mensch/":              "a matter of judgement over a whole conversation; no detector claims it",
	"misrep/no-degree":     "what an expert admits in a chat is nothing that two texts contradict each other in",
	"misrep/edited-degree": "shows only between two versions of a profile; the present one is consistent",
	"photo/":               "photos are matched by their own test",
	"copyright/photo":      "photos are matched by their own test",
}

func exempt(kind string) bool {
	for prefix := range unseen {
		if strings.HasPrefix(kind, prefix) {
			return true
		}
	}
	return false
}

// settled are the guidelines whose detectors must be right; the others are in
// the table only, while their own tests hold them.
var settled = map[string]bool{
	"availability": true, "promptness": true, "multiple-accounts": true, "plagiarism": true, "misrepresentation": true,
}

// owes reports whether a fact is one that the detectors of profiles, ratings
// and attendance must find.
func owes(f community.Fact) bool {
	if f.Guideline == "ratings" {
		return strings.HasPrefix(f.Kind, "ratings/ring") || strings.HasPrefix(f.Kind, "ratings/self") || strings.HasPrefix(f.Kind, "ratings/burst")
	}
	return settled[f.Guideline] || f.Kind == "copyright/bio"
}

// backwards are the experts whose planted copy stands, by the clock, before its
// original: nobody can tell the two apart.
func backwards(c *community.Community) map[string]bool {
	at := map[string]time.Time{}
	for _, m := range c.Messages {
		at[m.ID] = m.At
	}
	first := func(f community.Fact) time.Time {
		var t time.Time
		for _, e := range f.Evidence {
			if t.IsZero() || at[e.Message].Before(t) {
				t = at[e.Message]
			}
		}
		return t
	}
	out := map[string]bool{}
	for _, f := range c.Truth.Violations {
		if f.Kind != "plagiarism/answer" {
			continue
		}
		for _, d := range c.Truth.Decoys {
			if d.Kind == "decoy/own-answer" && slices.Contains(f.Others, d.ExpertID) && first(f).Before(first(d)) {
				out[f.ExpertID], out[d.ExpertID] = true, true
			}
		}
	}
	return out
}

// findings runs the detectors over a community: every finding, by expert.
func findings(t *testing.T, c *community.Community) map[string][]model.Finding {
	t.Helper()
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := transcripts.New(pack, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	people, err := profiles.NewCommunity(pack, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	ledger := ratings.NewLedger(pack)
	profileOf := map[string]model.Profile{}
	for _, p := range c.Profiles {
		profileOf[p.ExpertID] = p
	}
	for _, e := range c.Experts {
		people.Put(model.ExpertProfile{Expert: e, Profile: profileOf[e.ID]})
		ledger.PutExpert(e)
	}
	for _, r := range c.Ratings {
		ledger.PutRating(r)
	}
	messages := map[string][]model.Message{}
	for _, m := range c.Messages {
		messages[m.Session] = append(messages[m.Session], m)
	}
	convs := map[string][]model.Conversation{}
	for _, s := range c.Sessions {
		convs[s.ExpertID] = append(convs[s.ExpertID], model.Conversation{Session: s, Messages: messages[s.ID]})
		for _, m := range messages[s.ID] {
			if m.From == model.FromExpert {
				people.AddText(s.ExpertID, "message:"+m.ID, m.Text, m.At)
			}
		}
	}
	status := map[string][]model.StatusEvent{}
	for _, s := range c.StatusEvents {
		status[s.ExpertID] = append(status[s.ExpertID], s)
	}
	out := map[string][]model.Finding{}
	for _, e := range c.Experts {
		for _, conv := range convs[e.ID] {
			out[e.ID] = append(out[e.ID], reader.Review(conv)...)
		}
		out[e.ID] = append(out[e.ID], people.Review(e.ID)...)
		out[e.ID] = append(out[e.ID], ledger.Review(e.ID)...)
		out[e.ID] = append(out[e.ID], ratings.Attendance(pack, e, convs[e.ID], status[e.ID])...)
	}
	return out
}

type row struct {
	planted, found, exempt, decoys, decoysFlagged, others, othersFlagged int
}

func TestDetectorsAgainstTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("generates a whole community")
	}
	start := time.Now()
	c, err := community.Generate(1, demo.Photos)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("community in %s", time.Since(start).Round(time.Millisecond))
	start = time.Now()
	found := findings(t, c)
	t.Logf("detectors in %s", time.Since(start).Round(time.Millisecond))

	rows := map[string]*row{}
	at := func(g string) *row {
		if rows[g] == nil {
			rows[g] = &row{}
		}
		return rows[g]
	}
	guilty := map[string]map[string]bool{}
	for _, f := range c.Truth.Violations {
		if guilty[f.Guideline] == nil {
			guilty[f.Guideline] = map[string]bool{}
		}
		guilty[f.Guideline][f.ExpertID] = true
	}
	var wrong []string
	turned := backwards(c)
	for _, f := range c.Truth.Violations {
		r := at(f.Guideline)
		if exempt(f.Kind) || f.Guideline == "plagiarism" && turned[f.ExpertID] {
			r.exempt++
			continue
		}
		r.planted++
		if slices.ContainsFunc(found[f.ExpertID], func(g model.Finding) bool { return shows(f, g) }) {
			r.found++
			continue
		}
		if owes(f) {
			t.Errorf("%s: %s by %s was not found %s", f.Guideline, f.Kind, f.ExpertID, evidence(f))
		}
		wrong = append(wrong, fmt.Sprintf("missed   %-18s %-26s %s %s", f.Guideline, f.Kind, f.ExpertID, evidence(f)))
	}
	for _, f := range c.Truth.Decoys {
		r := at(f.Guideline)
		r.decoys++
		if f.Guideline == "plagiarism" && turned[f.ExpertID] {
			continue
		}
		if g := slices.IndexFunc(found[f.ExpertID], func(g model.Finding) bool { return !g.Advisory && taken(f, g) }); g >= 0 {
			r.decoysFlagged++
			if settled[f.Guideline] {
				t.Errorf("%s: the decoy %s of %s was flagged: %s", f.Guideline, f.Kind, f.ExpertID, found[f.ExpertID][g].Reason)
			}
			wrong = append(wrong, fmt.Sprintf("decoy    %-18s %-26s %s %s", f.Guideline, f.Kind, f.ExpertID, found[f.ExpertID][g].Reason))
		}
	}
	for g, r := range rows {
		for _, e := range c.Experts {
			if guilty[g][e.ID] || g == "plagiarism" && turned[e.ID] {
				continue
			}
			r.others++
			if i := slices.IndexFunc(found[e.ID], func(f model.Finding) bool { return !f.Advisory && f.Guideline == g }); i >= 0 {
				r.othersFlagged++
				f := found[e.ID][i]
				wrong = append(wrong, fmt.Sprintf("innocent %-18s %-26s %s %.2f %s %v %s", g, f.Detector, e.ID, f.Score, f.Reason, f.Messages, words(c, f)))
			}
		}
	}
	for g, r := range rows {
		if (settled[g] || g == "ratings") && float64(r.othersFlagged) > 0.01*float64(r.others) {
			t.Errorf("%s: %d of %d others were flagged", g, r.othersFlagged, r.others)
		}
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(format string, args ...any) {
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			t.Fatal(err)
		}
	}
	line("guideline\tplanted\tfound\texempt\tdecoys\tflagged\tothers\tflagged\t\n")
	for _, g := range sorted(rows) {
		r := rows[g]
		line("%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", g, r.planted, r.found, r.exempt, r.decoys, r.decoysFlagged, r.others, r.othersFlagged)
	}
	_ = w.Flush()
	slices.Sort(wrong)
	if os.Getenv("VERBOSE") != "" {
		t.Log("\n" + strings.Join(wrong, "\n"))
	}
	t.Log("\n" + table.String())
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// shows reports whether a finding is about a fact. The detector of what lies
// outside an expert's field only ever advises, as does that of a claimed title where
// the profile lists nothing that could bear it out.
func shows(fact community.Fact, f model.Finding) bool {
	return f.Guideline == fact.Guideline && (!f.Advisory || f.Guideline == "expertise" || fact.Kind == "misrep/doctor")
}

// taken reports whether a finding mistakes a decoy for a violation: it rests
// on the decoy's own messages, ratings or accounts, where the decoy has any.
func taken(fact community.Fact, f model.Finding) bool {
	if f.Guideline != fact.Guideline {
		return false
	}
	switch {
	case len(fact.Evidence) > 0 && len(f.Spans) > 0:
		return slices.ContainsFunc(fact.Evidence, func(e community.Evidence) bool {
			return slices.ContainsFunc(f.Spans, func(s model.Span) bool { return s.Message == e.Message })
		})
	case len(fact.Sessions) > 0 && f.SessionID != "":
		return slices.Contains(fact.Sessions, f.SessionID)
	case len(fact.Ratings) > 0 && len(f.Events) > 0:
		return slices.ContainsFunc(f.Events, func(e model.Event) bool { return slices.Contains(fact.Ratings, e.ID) })
	case len(fact.Others) > 0 && len(f.Accounts) > 0:
		return slices.ContainsFunc(f.Accounts, func(a model.Linked) bool { return slices.Contains(fact.Others, a.ExpertID) })
	}
	return true
}

func evidence(f community.Fact) string {
	var out []string
	for _, e := range f.Evidence {
		out = append(out, e.Message)
	}
	return fmt.Sprint(f.Others, f.Field, f.Source, out)
}

func words(c *community.Community, f model.Finding) string {
	var out []string
	for _, s := range f.Spans {
		for _, m := range c.Messages {
			if m.ID == s.Message {
				out = append(out, m.Text[s.Start:s.End])
			}
		}
	}
	return strings.Join(out, " | ")
}
