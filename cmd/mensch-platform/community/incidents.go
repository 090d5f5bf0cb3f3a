package community

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

// caseFile is a case in the making, with every version it had.
type caseFile struct {
	versions []Item
}

func (w *world) caseOf(id string) *caseFile {
	if w.cases[id] == nil {
		w.cases[id] = &caseFile{}
	}
	return w.cases[id]
}

// touch files a new version of a case.
func (w *world) touch(p *person, round int, at time.Time, state model.CaseState) model.Case {
	id := model.CaseID(p.id, round)
	f := w.caseOf(id)
	k := model.Case{ID: id, ExpertID: p.id, Round: round, State: state, OpenedAt: at, Version: 1}
	if n := len(f.versions); n > 0 {
		k = f.versions[n-1].Value.(model.Case)
		k.Version++
		k.State = state
	}
	f.versions = append(f.versions, Item{At: at, Kind: model.ChangeCase, ID: id, Version: k.Version, Value: k})
	return k
}

// titles name the guidelines in messages to experts.
var titles = map[string]string{
	"contact-exchange": "Don't exchange contact information with clients", "courtesy": "Be professional and courteous",
	"battles": "Don't engage in personal battles", "ratings": "Don't manipulate ratings", "availability": "Be available",
	"promptness": "Respond promptly", "confidentiality": "Be discreet", "copyright": "Don't upload copyrighted content",
	"misrepresentation": "Don't misrepresent yourself", "false-photo": "Use a photo of you", "mensch": "Be a mensch",
	"expertise": "Be responsible", "plagiarism": "Don't plagiarize", "community-respect": "Show respect for the community",
	"multiple-accounts": "Don't keep multiple accounts in the same cluster",
}

// report files what was decided before, and the incidents that are open.
func (w *world) report() error {
	r := w.stream("incidents")
	if err := w.pastDecisions(w.stream("past")); err != nil {
		return err
	}
	quiet := map[string]int{} // per kind group: every third deed nobody reports
	for _, d := range w.deeds {
		if d.innocent {
			continue
		}
		quiet[d.Guideline]++
		if quiet[d.Guideline]%3 == 0 {
			continue
		}
		if err := w.accuse(r, d); err != nil {
			return err
		}
		if d.Subtlety == 1 && r.chance(0.4) {
			if err := w.accuse(r, d); err != nil {
				return err
			}
		}
	}
	// And those that are not true.
	guilty := map[string]bool{}
	for _, d := range w.deeds {
		guilty[d.ExpertID] = guilty[d.ExpertID] || !d.innocent
	}
	n := 0
	for _, i := range r.Perm(len(w.people)) {
		p := w.people[i]
		if guilty[p.id] || !p.accuse || n == 22 {
			continue
		}
		var chats []*chat
		for _, ch := range p.chats {
			if len(ch.lines) > 0 && ch.client.id[0] == 'c' {
				chats = append(chats, ch)
			}
		}
		if len(chats) == 0 {
			continue
		}
		n++
		ch := pick(r, chats)
		w.file(r, p, &model.Incident{
			Reporter: model.ReporterClient, ReporterID: ch.client.id, SessionID: ch.session.ID,
			Guideline: pick(r, []string{"", "", "courtesy", "misrepresentation", "expertise"}),
			Text:      w.reportText(r, "false", p, ""), At: after(r, ch.session.EndedAt),
		})
	}
	w.number()
	return nil
}

func after(r stream, t time.Time) time.Time {
	at := stamp(t.Add(r.long(5*time.Hour, 1)))
	if at.After(Base) {
		at = stamp(Base.Add(-r.seconds(60, 5000)))
	}
	return at
}

func (w *world) reportText(r stream, pool string, p *person, other string) string {
	lines := w.lib.pools["report."+pool]
	if len(lines) == 0 {
		return ""
	}
	v := voice{stop: ".", typos: 0.012, lower: r.chance(0.25)}
	return v.speak(r, strings.Join(splitTurns(expand(r, pick(r, lines), slots{"screen": p.screen, "other": other})), " "), false)
}

// reportPool is the most exact pool of reports there is for a violation.
func (w *world) reportPool(d *deed) string {
	best := d.Guideline
	for _, name := range keysOf(w.lib.pools) {
		name, ok := strings.CutPrefix(name, "report.")
		if ok && strings.HasPrefix(d.Kind, name) && (best == d.Guideline || len(name) > len(best)) {
			best = name
		}
	}
	return best
}

// accuse files an incident about a violation.
func (w *world) accuse(r stream, d *deed) error {
	in := &model.Incident{Reporter: model.ReporterClient, Guideline: d.Guideline}
	other := ""
	if len(d.Others) > 0 {
		other = w.byID[d.Others[0]].screen
	}
	in.Text = w.reportText(r, w.reportPool(d), d.who, other)
	if in.Text == "" {
		return fmt.Errorf("no report text for %s", d.Guideline)
	}
	switch d.Guideline {
	case "plagiarism", "false-photo", "multiple-accounts":
		if len(d.Others) > 0 {
			in.Reporter, in.ReporterID = model.ReporterExpert, d.Others[0]
		}
		if d.Guideline == "multiple-accounts" {
			in.ReporterID = w.colleagueOf(r, d.who)
		}
		in.At = stamp(Base.Add(-r.seconds(3600, 20*86400)))
	case "misrepresentation", "copyright":
		in.At = stamp(Base.Add(-r.seconds(3600, 20*86400)))
	}
	if d.Guideline == "battles" && len(d.Others) > 0 {
		in.Reporter, in.ReporterID = model.ReporterExpert, d.Others[0]
	}
	if strings.HasPrefix(d.Kind, "ratings/ring") || strings.HasPrefix(d.Kind, "ratings/burst") || strings.HasPrefix(d.Kind, "ratings/self") {
		in.Reporter, in.ReporterID = model.ReporterStaff, "staff-"+pick(r, []string{"amber", "noel", "trixie"})
		in.At = stamp(Base.Add(-r.seconds(3600, 12*86400)))
	}
	if len(d.chats) > 0 && in.At.IsZero() {
		ch := pick(r, d.chats)
		in.SessionID = ch.session.ID
		if in.Reporter == model.ReporterClient {
			in.ReporterID = ch.client.id
		}
		in.At = after(r, ch.session.EndedAt)
	}
	if in.ReporterID == "" {
		in.ReporterID = pick(r, w.clients).id
	}
	if in.At.IsZero() {
		in.At = stamp(Base.Add(-r.seconds(3600, 20*86400)))
	}
	switch x := r.Float64(); {
	case x < 0.15:
		in.Guideline = ""
	case x < 0.24:
		in.Guideline = pick(r, []string{"courtesy", "misrepresentation", "mensch"})
	}
	w.file(r, d.who, in)
	w.tie = append(w.tie, incidentOf{d, in})
	return nil
}

// colleagueOf is somebody else of the cluster.
func (w *world) colleagueOf(r stream, p *person) string {
	for {
		if q := pick(r, w.people); q != p && q.cluster == p.cluster {
			return q.id
		}
	}
}

// incidentOf ties an incident to its violation until it has a number.
type incidentOf struct {
	deed     *deed
	incident *model.Incident
}

// file puts an incident into the expert's open case.
func (w *world) file(_ stream, p *person, in *model.Incident) {
	in.ExpertID, in.Version = p.id, 1
	in.CaseID = model.CaseID(p.id, w.round(p))
	w.incidents = append(w.incidents, in)
}

// round is the round of the expert's open case.
func (w *world) round(p *person) int {
	n := 1
	for w.cases[model.CaseID(p.id, n)] != nil {
		n++
	}
	return n
}

// number gives incidents their numbers in the order of time, and files the
// versions of their cases.
func (w *world) number() {
	slices.SortStableFunc(w.incidents, func(a, b *model.Incident) int { return a.At.Compare(b.At) })
	for i, in := range w.incidents {
		in.ID = fmt.Sprintf("i%d", 40001+i)
		if !in.Closed {
			var round int
			_, _ = fmt.Sscanf(in.CaseID[strings.LastIndexByte(in.CaseID, '.')+1:], "%d", &round)
			w.touch(w.byID[in.ExpertID], round, in.At, model.CaseOpen)
		}
	}
	for _, past := range w.past {
		w.receipts[past.receipt].Decision.Evidence[0].ID = past.incident.ID
	}
	for _, t := range w.tie {
		t.deed.Incidents = append(t.deed.Incidents, t.incident.ID)
	}
}
