package demo

import (
	"fmt"
	"time"

	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/cmd/mensch-platform/community"
	"mensch/cmd/mensch-platform/platform"
)

// proposed are the guidelines under which the colleague has proposed something
// severe: one case each.
var proposed = []struct {
	guideline string
	step      model.Step
	days      int
	ago       time.Duration
	why       string
}{
	{"confidentiality", model.StepSuspension, 7, 5 * time.Hour, "The client could be recognised. The ladder begins with seven days, and I see no reason to leave it."},
	{"mensch", model.StepBan, 0, 26 * time.Hour, "Read the report to its end before you answer; I was angry when I wrote this."},
}

// putProposals files what the colleague has proposed, so that whoever opens the
// demo is the second person. The times are the clock's, not the community's: a
// proposal expires.
func putProposals(l *platform.Loader, pack *guidelines.Pack, c *community.Community, now time.Time) error {
	taken := 0
	for n, p := range proposed {
		for _, k := range c.Cases {
			incidents := reportsOf(c, k, p.guideline)
			if k.State != model.CaseOpen || len(incidents) == 0 {
				continue
			}
			a, err := proposal(pack, c, k, incidents, n, now)
			if err != nil {
				return err
			}
			k.Version++
			k.State = model.CaseProposed
			a.CaseVersion = k.Version
			if err := l.Put(model.ChangeCase, k.ID, k.Version, k); err != nil {
				return err
			}
			if err := l.Put(model.ChangeApproval, a.ID, 1, a); err != nil {
				return err
			}
			taken++
			break
		}
	}
	if taken == 0 {
		return fmt.Errorf("the community has no report that anything severe could be proposed on")
	}
	return nil
}

func reportsOf(c *community.Community, k model.Case, guideline string) []model.Incident {
	var out []model.Incident
	for _, i := range c.Incidents {
		if i.CaseID == k.ID && i.Guideline == guideline && !i.Closed {
			out = append(out, i)
		}
	}
	return out
}

func proposal(pack *guidelines.Pack, c *community.Community, k model.Case, incidents []model.Incident, n int, now time.Time) (model.Approval, error) {
	p := proposed[n]
	at := now.Add(-p.ago).UTC().Truncate(time.Millisecond)
	var who model.ExpertProfile
	for i := range c.Experts {
		if c.Experts[i].ID == k.ExpertID {
			who.Expert, who.Profile = c.Experts[i], c.Profiles[i]
		}
	}
	d := model.Decision{
		ID: fmt.Sprintf("dp%d", 70001+n), CaseID: k.ID, CaseVersion: k.Version, ExpertID: k.ExpertID, Moderator: Colleague, Outcome: model.Sanctioned,
		Language: pack.LanguageOf(who.Expert), PackVersion: pack.Version, Rationale: p.why, DecidedAt: at,
	}
	for _, i := range incidents {
		d.Evidence = append(d.Evidence, cases.CopyIncident(i))
	}
	if who.Profile.ExpertID != "" {
		d.Evidence = append(d.Evidence, cases.CopyProfile(who.Profile, p.guideline))
	}
	departed := ""
	if r := cases.Recommend(pack, p.guideline, nil, at); r.Step != p.step {
		departed = "What is reported goes beyond what the ladder was made for."
	}
	s, err := cases.NewSanction(pack, d.ID+"-1", d.ID, who.Expert, cases.Choice{Guideline: p.guideline, Step: p.step, Days: p.days, DepartedReason: departed}, at)
	if err != nil {
		return model.Approval{}, fmt.Errorf("proposing on case %s: %w", k.ID, err)
	}
	d.Sanctions = []model.Sanction{s}
	if d.Message, err = cases.Compose(pack, d.Language, who, d.Sanctions, d.Evidence); err != nil {
		return model.Approval{}, fmt.Errorf("proposing on case %s: %w", k.ID, err)
	}
	a, err := cases.Ask(pack, d.ID, d, at)
	if err != nil {
		return a, fmt.Errorf("proposing on case %s: %w", k.ID, err)
	}
	a.Expires = now.Add(time.Duration(pack.Approval.Hours) * time.Hour).UTC().Truncate(time.Millisecond)
	return a, nil
}
