package community

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"mensch/app/model"
)

// earlier is a sanction from before the open cases.
type earlier struct {
	guideline string
	step      model.Step
	daysAgo   int
	days      int // of a suspension
	strikes   int
	lives     int    // days that the strikes live
	who       string // "guilty": somebody who breaks the same rule now; "clean": somebody who doesn't
	appeal    string // "", "open", "upheld" or "overturned"
}

var earlierSanctions = []earlier{
	{"contact-exchange", model.StepWarning, 64, 0, 1, 180, "guilty", ""},
	{"contact-exchange", model.StepNote, 210, 0, 0, 0, "guilty", ""},
	{"contact-exchange", model.StepSuspension, 120, 7, 2, 365, "guilty", ""},
	{"contact-exchange", model.StepWarning, 420, 0, 1, 180, "clean", ""},
	{"courtesy", model.StepWarning, 90, 0, 1, 180, "guilty", ""},
	{"courtesy", model.StepWarning, 260, 0, 1, 180, "guilty", "upheld"},
	{"battles", model.StepWarning, 75, 0, 1, 180, "guilty", ""},
	{"ratings", model.StepWarning, 140, 0, 2, 365, "guilty", ""},
	{"availability", model.StepNote, 45, 0, 0, 0, "guilty", ""},
	{"promptness", model.StepNote, 38, 0, 0, 0, "guilty", ""},
	{"promptness", model.StepWarning, 500, 0, 1, 90, "clean", ""},
	{"confidentiality", model.StepWarning, 330, 0, 2, 365, "guilty", ""},
	{"mensch", model.StepSuspension, 200, 14, 3, 365, "guilty", ""},
	{"plagiarism", model.StepFieldReset, 95, 0, 1, 180, "clean", ""},
	{"false-photo", model.StepPhotoRemoval, 300, 0, 1, 180, "clean", ""},
	{"courtesy", model.StepWarning, 55, 0, 1, 180, "clean", "overturned"},
	{"battles", model.StepSuspension, 6, 14, 2, 365, "clean", "open"},
	{"mensch", model.StepBan, 19, 0, 6, 730, "clean", ""},
}

var moderators = []string{"amber", "noel", "trixie"}

// pastDecisions files decided cases with their receipts, strikes and appeals.
func (w *world) pastDecisions(r stream) error {
	guilty := map[string]bool{}
	for _, d := range w.deeds {
		guilty[d.ExpertID] = true
	}
	taken := map[string]bool{}
	for i, e := range earlierSanctions {
		p := w.sanctioned(e, guilty, taken)
		if p == nil {
			return fmt.Errorf("nobody for the earlier sanction %d", i)
		}
		taken[p.id] = true
		w.decide(r, p, e, i+1)
	}
	return nil
}

func (w *world) sanctioned(e earlier, guilty, taken map[string]bool) *person {
	if e.who == "guilty" {
		for _, d := range w.deeds {
			if !d.innocent && d.Guideline == e.guideline && !taken[d.ExpertID] {
				return d.who
			}
		}
		return nil
	}
	if e.step == model.StepBan || e.step == model.StepSuspension && e.daysAgo < e.days {
		for _, p := range w.people {
			if p.until != nil && !taken[p.id] && p.until.step == e.step {
				return p
			}
		}
		return nil
	}
	for i := range w.people {
		p := w.people[(i*37+e.daysAgo)%len(w.people)]
		if !guilty[p.id] && !taken[p.id] && p.until == nil && p.joined.Before(daysAgo(e.daysAgo+20)) {
			return p
		}
	}
	return nil
}

// decide files one decided case of round 1.
func (w *world) decide(r stream, p *person, e earlier, n int) {
	at := stamp(daysAgo(e.daysAgo).Add(-r.seconds(3600, 30000)))
	opened := stamp(at.Add(-r.seconds(9*3600, 60*3600)))
	pool := e.guideline
	if pool == "false-photo" {
		pool = "photo/stock"
	}
	in := &model.Incident{
		Version: 2, ExpertID: p.id, CaseID: model.CaseID(p.id, 1), Reporter: model.ReporterClient, ReporterID: pick(r, w.clients).id,
		Guideline: e.guideline, Text: w.reportText(r, pool, p, ""), At: opened, Closed: true,
	}
	if e.guideline == "plagiarism" {
		in.Reporter, in.ReporterID = model.ReporterExpert, w.colleagueOf(r, p)
	}
	w.incidents = append(w.incidents, in)
	k := w.touch(p, 1, opened, model.CaseOpen)
	id := fmt.Sprintf("d%d", 90000+n*11)
	s := model.Sanction{
		ID: id + "-1", DecisionID: id, ExpertID: p.id, Guideline: e.guideline, Step: e.step, Cluster: p.cluster.name,
		StartsAt: at, Strikes: e.strikes, PackVersion: PackVersion,
	}
	until := at.AddDate(0, 0, e.lives)
	if e.strikes > 0 {
		s.StrikesExpire = until
	}
	switch e.step {
	case model.StepSuspension:
		s.EndsAt = at.AddDate(0, 0, e.days)
		until = s.EndsAt
	case model.StepFieldReset:
		s.Field = "bio"
	case model.StepBan:
		s.Cluster = ""
	}
	pool = "sanction." + string(e.step)
	if e.step == model.StepFieldReset || e.step == model.StepPhotoRemoval {
		pool = "sanction.warning"
	}
	d := model.Decision{
		ID: id, CaseID: k.ID, CaseVersion: k.Version, ExpertID: p.id, Moderator: moderators[n%3], Outcome: model.Sanctioned,
		Sanctions: []model.Sanction{s}, Language: "en", PackVersion: PackVersion, DecidedAt: at,
		Message:   expand(r, w.lib.pools[pool][0], slots{"title": titles[e.guideline], "until": until.Format("2 January 2006")}),
		Rationale: pick(r, []string{"Clear from the transcript.", "Reported twice, the wording leaves no doubt.", "First time; the expert was open about it.", "See the transcript, last third."}),
		Evidence:  []model.Evidence{{Kind: "incident", Guideline: e.guideline, Text: in.Text}},
	}
	k = w.touch(p, 1, at, model.CaseDecided)
	w.receipts = append(w.receipts, model.Receipt{Key: id, Decision: d, CaseVersion: k.Version, ReceivedAt: at.Add(2 * time.Second)})
	w.changeState(p, e, at, s)
	w.past = append(w.past, pastIncident{len(w.receipts) - 1, in})
	if e.appeal == "" {
		return
	}
	ap := model.Appeal{
		ID: fmt.Sprintf("ap%d", 500+n), Version: 1, CaseID: k.ID, DecisionID: id, ExpertID: p.id,
		Text: expand(r, w.lib.pools["appeal"][len(w.appeals)%3], nil), At: stamp(at.Add(r.seconds(20*3600, 90*3600))),
	}
	w.touch(p, 1, ap.At, model.CaseAppealed)
	if e.appeal == "open" {
		ap.Files = w.papersOf(p, ap.ID)
	}
	if e.appeal != "open" {
		ap.Version, ap.Outcome, ap.DecidedBy = 2, e.appeal, moderators[(n+1)%3]
		ap.DecidedAt = stamp(ap.At.AddDate(0, 0, 5))
		k = w.touch(p, 1, ap.DecidedAt, model.CaseDecided)
		if e.appeal == "overturned" {
			rev := model.Decision{
				ID: id + "r", CaseID: k.ID, CaseVersion: k.Version - 1, ExpertID: p.id, Moderator: ap.DecidedBy, Outcome: model.Reversed,
				Reverses: id, Language: "en", PackVersion: PackVersion, DecidedAt: ap.DecidedAt,
				Message:   "We looked at your objection again and take the warning back. It no longer counts on your record. We're sorry for the trouble.",
				Rationale: "The client's words were taken for the expert's.",
			}
			w.receipts = append(w.receipts, model.Receipt{Key: rev.ID, Decision: rev, CaseVersion: k.Version, ReceivedAt: ap.DecidedAt.Add(2 * time.Second)})
		}
	}
	w.appeals = append(w.appeals, ap)
}

// pastIncident ties a closed incident to the receipt that closed it.
type pastIncident struct {
	receipt  int
	incident *model.Incident
}

// changeState lets a suspension or ban change the expert, and its end change
// them back.
func (w *world) changeState(p *person, e earlier, at time.Time, s model.Sanction) {
	next := func(state model.ExpertState, at time.Time) {
		x := p.experts[len(p.experts)-1].expert
		x.Version++
		x.State = state
		p.experts = append(p.experts, expertAt{at: at, expert: x})
	}
	switch e.step {
	case model.StepBan:
		next(model.ExpertBanned, at.Add(3*time.Second))
	case model.StepSuspension:
		next(model.ExpertSuspended, at.Add(3*time.Second))
		if s.EndsAt.Before(Base) {
			next(model.ExpertActive, s.EndsAt)
		}
	}
}

// papersOf are the files that an expert sends with an appeal: their profile's
// photo, and a letter.
func (w *world) papersOf(p *person, appeal string) []model.Attachment {
	letter := []byte("To whom it may concern\n\nThe colleague and I had agreed beforehand to argue this out in public, as an\nexercise for our followers. She confirms it below.\n\nI confirm this. No offence was taken.\n")
	papers := map[string][]byte{appeal + "-letter.txt": letter}
	if v := p.profiles[len(p.profiles)-1]; v.PhotoID != "" {
		papers[appeal+"-us-at-the-meeting.jpg"] = w.photos[v.PhotoID]
	}
	var out []model.Attachment
	for _, name := range keysOf(papers) {
		data := papers[name]
		sum := sha256.Sum256(data)
		kind := "text/plain"
		if strings.HasSuffix(name, ".jpg") {
			kind = http.DetectContentType(data)
		}
		out = append(out, model.Attachment{ID: hex.EncodeToString(sum[:]), Name: name, MediaType: kind, Bytes: int64(len(data))})
		w.papers[name] = data
	}
	return out
}
