package casefile

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

type fyneColor = color.Color

// most is how many entries of a panel are drawn; the rest is counted.
const most = 60

// fill draws the whole case.
func (v *View) fill() {
	f := v.file
	v.findings, v.pictures = nil, nil
	v.strip.Set(v.chips()...)

	var main []fyne.CanvasObject
	if p := v.warning(); p != nil {
		main = append(main, p)
	}
	if p := v.handlingPanel(); p != nil {
		main = append(main, p)
	}
	main = append(main, v.findingsPanel())
	if len(f.Pairs) > 0 {
		main = append(main, v.pairsPanel())
	}
	if len(f.Incidents) > 0 {
		main = append(main, v.incidentsPanel())
	}
	if len(f.Sessions) > 0 {
		main = append(main, v.sessionsPanel())
	}
	v.main.Set(main...)

	side := []fyne.CanvasObject{v.expertPanel()}
	v.graph, v.linked = nil, nil
	if len(f.Linked) > 0 {
		v.linked = v.linkedPanel()
	}
	breaks := slices.ContainsFunc(f.Linked, func(l app.LinkedExpert) bool { return l.Same })
	if breaks { // what the case is about, not a detail of it
		side = append(side, v.linked)
	}
	side = append(side, v.strikesPanel())
	if len(f.Checks) > 0 {
		side = append(side, v.checksPanel())
	}
	if v.linked != nil && !breaks {
		side = append(side, v.linked)
	}
	v.unfoldAgain()
	v.notes = v.notesPanel()
	side = append(side, v.notes, v.timelinePanel())
	v.side.Set(side...)
	v.refreshScrolls()
}

// chips are the strip below the header: state, lease, strikes, priority.
func (v *View) chips() []fyne.CanvasObject {
	f, now := v.file, v.sh.Now()
	state, role := show.CaseState(f.Case.State)
	out := []fyne.CanvasObject{show.NewChip(state, role)}
	if f.Outbox != nil && f.Case.State != model.CaseDecided {
		text, role := show.Outbox(f.Outbox.State)
		out = append(out, show.NewChip("Decision: "+strings.ToLower(text), role))
	}
	if l := f.Case.Lease; l != nil && l.Expires.After(now) {
		if v.mine() {
			out = append(out, show.NewChip("Yours for "+until(l.Expires, now), theme.ColorNamePrimary))
		} else {
			out = append(out, show.NewChip("Held by "+l.Holder+" for "+until(l.Expires, now), theme.ColorNameWarning))
		}
	}
	out = append(out, v.teamChips()...)
	live := 0
	for _, s := range f.Strikes {
		if s.Live(now) {
			live += s.Count
		}
	}
	if live > 0 {
		out = append(out, show.NewChip(show.Count(live, "live strike", "live strikes"), theme.ColorNameWarning))
	}
	if text, role := show.ExpertState(f.Expert.State); f.Expert.State != model.ExpertActive {
		out = append(out, show.NewChip(text, role))
	}
	open := 0
	for _, a := range f.Appeals {
		if a.Outcome == "" {
			open++
		}
	}
	if open > 0 {
		out = append(out, show.NewChip(show.Count(open, "open appeal", "open appeals"), theme.ColorNameError))
	}
	why := make([]string, 0, 3)
	reasons := slices.Clone(f.Case.Priority.Reasons)
	slices.SortStableFunc(reasons, func(a, b model.PriorityReason) int { return b.Points - a.Points })
	for _, r := range reasons[:min(3, len(reasons))] {
		why = append(why, r.Text)
	}
	out = append(out, show.NewGround("", 0, show.NewLine(fmt.Sprintf("Priority %d", f.Case.Priority.Score)).Bold().Small().
		Coloured(look.Heat(f.Case.Priority.Score)).Whole()).Pad(6, 2, 0, 0))
	if len(why) > 0 {
		out = append(out, show.NewGround("", 0, show.NewLine(strings.Join(why, "   ")).Small().Muted().Whole()).Pad(2, 2, 0, 0))
	}
	return out
}

// warning says what stands in the way of deciding, nil if nothing does.
func (v *View) warning() fyne.CanvasObject {
	var text, label, to string
	switch v.file.Case.State {
	case model.CaseConflict:
		text, label, to = "Somebody else decided this case while your decision was on its way. Both decisions wait for you.", "Look at both", shell.Sync
	case model.CaseWaiting:
		text = "This case is decided here and on its way to the platform."
	case model.CaseProposed:
		return v.proposed()
	case model.CaseAppealed:
		return v.appealed()
	case model.CaseDecided:
		text = "This case is decided and confirmed by the platform."
	default:
		return nil
	}
	cells := []show.Cell{show.Grow(show.NewPara(text), 1)}
	if to != "" {
		cells = append(cells, show.Own(show.NewButton(label, nil, func() { v.sh.Open(shell.Route{Screen: to}) })))
	}
	_, role := show.CaseState(v.file.Case.State)
	return show.NewGround(look.Raised, 0, show.NewRow(10, cells...)).Pad(14, 8, 10, 8).Round(6).Edge(look.Of(role))
}

// banner is a warning with a button.
func (v *View) banner(text, label string, act func()) fyne.CanvasObject {
	cells := []show.Cell{show.Grow(show.NewPara(text), 1)}
	if act != nil {
		cells = append(cells, show.Own(show.NewButton(label, nil, act)))
	}
	_, role := show.CaseState(v.file.Case.State)
	return show.NewGround(look.Raised, 0, show.NewRow(10, cells...)).Pad(14, 8, 10, 8).Round(6).Edge(look.Of(role))
}

func (v *View) proposed() fyne.CanvasObject {
	if v.file.Outbox != nil {
		return v.banner("Your proposal is on its way to the platform. Nothing takes effect before a second person agrees.", "", nil)
	}
	for _, p := range v.file.Proposals {
		if p.Answer == "" {
			return v.banner("A proposal of "+p.Proposer+" waits for a second person until "+show.DateTime(p.Expires)+".", "Look at it  (o)", v.review)
		}
	}
	return v.banner("A proposal waits for a second person.", "", nil)
}

func (v *View) appealed() fyne.CanvasObject {
	return v.banner("The expert objects to a decision. Somebody who took no part in it answers.", "Look at it  (o)", v.review)
}

// review opens what waits for a second look on this case.
func (v *View) review() {
	if !v.have {
		return
	}
	for _, p := range v.file.Proposals {
		if p.Answer == "" {
			v.sh.Open(shell.Route{Screen: shell.Approval, CaseID: p.CaseID, Decision: p.ID})
			return
		}
	}
	for _, a := range v.file.Appeals {
		if a.Outcome == "" {
			v.sh.Open(shell.Route{Screen: shell.Appeal, CaseID: a.CaseID, Appeal: a.ID})
			return
		}
	}
	v.sh.Tell("No proposal and no appeal waits on this case.")
}

// takeBack opens the newest sanction that stands, to be reversed.
func (v *View) takeBack() {
	if !v.have {
		return
	}
	for _, r := range v.file.Decisions {
		stands := slices.ContainsFunc(r.Decision.Sanctions, func(s model.Sanction) bool { return s.ReversedByID == "" })
		if stands && !r.ReceivedAt.IsZero() {
			v.sh.Open(shell.Route{Screen: shell.Appeal, CaseID: r.Decision.CaseID, Decision: r.Decision.ID})
			return
		}
	}
	v.sh.Tell("No sanction stands that could be taken back.")
}

func (v *View) findingsPanel() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for i := range v.file.Findings {
		if i == most {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d weaker ones", len(v.file.Findings)-most)).Muted().Small())
			break
		}
		r := v.newFinding(i)
		v.findings = append(v.findings, r)
		rows = append(rows, r.root)
	}
	if len(rows) == 0 {
		rows = append(rows, show.NewPara("No detector found anything. The reports below are all there is.").Muted())
	}
	v.heading = show.NewLine("").Bold().Muted().Small()
	v.count()
	return show.NewHeaded(v.heading, show.NewBox(2, rows...), show.NewHint("a", "accept"), show.NewHint("r", "reject"), show.NewHint("Enter", "evidence"))
}

// count says in the heading how many findings wait for a verdict.
func (v *View) count() {
	open := 0
	for _, f := range v.file.Findings {
		if f.Verdict == model.VerdictOpen {
			open++
		}
	}
	switch {
	case len(v.file.Findings) == 0:
		v.heading.SetText("Findings")
	case open == 0:
		v.heading.SetText("Findings, all judged")
	default:
		v.heading.SetText(fmt.Sprintf("Findings, %d to judge", open))
	}
}

func (v *View) pairsPanel() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for i, p := range v.file.Pairs {
		if i == most {
			break
		}
		role := theme.ColorNameError
		switch {
		case p.Advisory || p.Match.Kind == model.SimilarPortrait:
			role = look.Muted
		case p.Match.Kind == model.Unrelated:
			role = look.Faint
		}
		text := show.NewBox(4,
			show.NewFlow(5, pairChips(p, role)...),
			show.NewPara(p.Reason),
			show.NewLine(pairFoot(p)).Small().Muted())
		tap := show.NewTap(show.NewGround("", 0, show.NewRow(10,
			show.Cell{Object: v.picture(p.Expert), Top: true}, show.Cell{Object: v.picture(p.Other), Top: true},
			show.Cell{Object: text, Share: 1, Top: true})).Pad(6, 6, 8, 6), func() { v.compare(p.FindingID) })
		rows = append(rows, tap)
	}
	return show.NewPanel("Photos", show.NewBox(4, rows...), show.NewHint("c", "compare"), show.NewHint("C", "all"), show.NewHint("v", "show"))
}

func pairFoot(p app.PhotoPair) string {
	parts := []string{p.Other.Title}
	if p.Other.Source != "" {
		parts = append(parts, p.Other.Source)
	}
	parts = append(parts, fmt.Sprintf("distance %d, %s", p.Match.Distance, show.Percent(p.Match.Score)))
	return strings.Join(parts, "   ")
}

func pairChips(p app.PhotoPair, role fyne.ThemeColorName) []fyne.CanvasObject {
	out := []fyne.CanvasObject{show.NewChip(show.Capital(string(p.Match.Kind)), role)}
	if p.Verdict != model.VerdictOpen {
		out = append(out, show.NewChip(show.Verdict(p.Verdict)))
	}
	return out
}

// picture is one photo of a pair, blurred until wanted.
func (v *View) picture(side app.PhotoSide) *show.Photo {
	p := show.NewPhoto(92, 92)
	p.Blank(side.Title)
	if side.Fault != "" || side.PhotoID == "" {
		p.Fail(side.Fault)
		return p
	}
	v.fetch(p, side.PhotoID, 220)
	return p
}

// fetch loads a photo into its place.
func (v *View) fetch(p *show.Photo, id string, pixels int) {
	v.pictures = append(v.pictures, p)
	blur, caseID := v.sh.Blurred(), v.file.Case.ID
	v.album.Get(v.photos, id, pixels*pixels, 0, func(pic shell.Picture, err error) {
		if err != nil {
			p.Fail(err.Error())
			return
		}
		p.Set(pic.Clear, pic.Blurred, blur)
		if !blur {
			v.sh.Sighted(caseID, id)
		}
	})
}

func (v *View) incidentsPanel() fyne.CanvasObject {
	now := v.sh.Now()
	var rows []fyne.CanvasObject
	for i, x := range v.file.Incidents {
		if i == most {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d more", len(v.file.Incidents)-most)).Muted().Small())
			break
		}
		chips := []fyne.CanvasObject{show.NewChip(show.Capital(string(x.Reporter)), look.Info)}
		if x.Guideline != "" {
			chips = append(chips, show.NewGuidelineChip(x.Guideline, v.title(x.Guideline)))
		}
		if x.Closed {
			chips = append(chips, show.NewChip("Closed", look.Muted))
		}
		when := show.NewLine(show.Ago(x.At, now) + " ago").Small().Muted().Right()
		right := []fyne.CanvasObject{when}
		if x.SessionID != "" {
			right = append(right, show.NewButton("Transcript", nil, func() {
				v.sh.Open(shell.Route{Screen: shell.Transcript, CaseID: v.file.Case.ID, Session: x.SessionID})
			}).Quiet())
		}
		rows = append(rows, show.NewRow(12,
			show.Cell{Object: show.NewBox(4, show.NewFlow(5, chips...), show.NewPara(x.Text)), Share: 1, Top: true},
			show.Cell{Object: show.NewBox(2, right...), Width: 92, Top: true}))
	}
	return show.NewPanel("Reports", show.NewBox(10, rows...))
}

func (v *View) sessionsPanel() fyne.CanvasObject {
	now := v.sh.Now()
	var rows []fyne.CanvasObject
	for i, s := range v.file.Sessions {
		if i == most {
			break
		}
		marks := show.NewLine("no marks").Muted().Right()
		if s.Marks > 0 {
			marks = show.NewLine(show.Count(s.Marks, "mark", "marks")).Role(theme.ColorNameWarning).Right()
		}
		rows = append(rows, show.NewTap(show.NewGround("", 0, show.NewRow(12,
			show.Grow(show.NewLine(show.Capital(s.Session.Kind)+" with "+s.Session.ClientID), 1),
			show.Fix(show.NewLine(show.Count(s.Messages, "message", "messages")).Muted().Right(), 104),
			show.Fix(marks, 72), show.Fix(show.NewLine(show.Ago(s.Session.StartedAt, now)+" ago").Muted().Right(), 72))).Pad(6, 5, 6, 5),
			func() {
				v.sh.Open(shell.Route{Screen: shell.Transcript, CaseID: v.file.Case.ID, Session: s.Session.ID})
			}))
	}
	return show.NewPanel("Sessions", show.NewBox(0, rows...), show.NewHint("t", "transcript"))
}

func (v *View) expertPanel() fyne.CanvasObject {
	f := v.file
	p := f.Profile
	photo := show.NewPhoto(84, 84)
	photo.Blank(f.Expert.ScreenName)
	if p.PhotoID != "" {
		v.fetch(photo, p.PhotoID, 200)
	}
	head := []fyne.CanvasObject{show.NewPara(p.Name).Bold()}
	if p.Headline != "" {
		head = append(head, show.NewPara(p.Headline))
	}
	head = append(head, show.NewLine("Joined "+show.Date(f.Expert.JoinedAt)).Small().Muted())
	facts := show.NewFacts()
	add := func(name, value string) {
		if value != "" {
			facts.Add(name, value)
		}
	}
	about := []string{}
	if p.Gender != "" {
		about = append(about, p.Gender)
	}
	if p.BirthYear > 0 {
		about = append(about, fmt.Sprintf("born %d", p.BirthYear))
	}
	add("About", strings.Join(about, ", "))
	add("Degrees", strings.Join(p.Degrees, "\n"))
	add("Credentials", strings.Join(p.Credentials, "\n"))
	add("Languages", strings.Join(f.Expert.Languages, ", "))
	add("Time zone", f.Expert.Timezone)
	if !p.UpdatedAt.IsZero() {
		add("Profile", fmt.Sprintf("version %d, %s ago", p.Version, show.Ago(p.UpdatedAt, v.sh.Now())))
	}
	return show.NewPanel("Profile", show.NewBox(10,
		show.NewRow(12, show.Cell{Object: photo, Top: true}, show.Cell{Object: show.NewBox(4, head...), Share: 1, Top: true}),
		show.NewPara(p.Bio).Lines(8), facts))
}

func (v *View) strikesPanel() fyne.CanvasObject {
	now := v.sh.Now()
	var rows []fyne.CanvasObject
	for _, s := range v.file.Strikes {
		state, role := "live until "+show.Date(s.Expires), theme.ColorNameWarning
		switch {
		case s.Reversed:
			state, role = "taken back", look.Muted
		case s.Expires.IsZero():
			state = "live, never expires"
		case !s.Live(now):
			state, role = "expired "+show.Date(s.Expires), look.Muted
		}
		rows = append(rows, show.NewRow(8,
			show.Own(show.NewGuidelineChip(s.Guideline, v.title(s.Guideline))),
			show.Grow(show.NewLine(show.Count(s.Count, "strike", "strikes")+", "+state).Small().Role(role), 1)))
	}
	for i, d := range v.file.Decisions {
		if i == 8 {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d older decisions", len(v.file.Decisions)-8)).Small().Muted())
			break
		}
		what := show.Capital(string(d.Decision.Outcome))
		if len(d.Decision.Sanctions) > 0 {
			var steps []string
			for _, s := range d.Decision.Sanctions {
				steps = append(steps, show.Step(s.Step))
			}
			what = strings.Join(steps, ", ")
		}
		rows = append(rows, show.NewPara(fmt.Sprintf("%s by %s, %s", what, d.Decision.Moderator, show.Date(d.Decision.DecidedAt))).Small())
	}
	if len(v.file.Decisions) > 0 {
		rows = append(rows, show.NewRow(0, show.Own(show.NewButton("Take a decision back  (z)", nil, v.takeBack).Quiet()), show.Grow(show.Gap(1, 1), 1)))
	}
	if len(rows) == 0 {
		rows = append(rows, show.NewLine("A clean record.").Muted())
	}
	return show.NewPanel("Record", show.NewBox(6, rows...))
}

func (v *View) linkedPanel() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	if v.graph = newGraph(v.file); len(v.graph.signals) > 0 {
		rows = append(rows, v.graph)
		if v.graph.rest != "" {
			rows = append(rows, show.NewLine("and "+v.graph.rest).Small().Muted())
		}
	}
	for i, l := range v.file.Linked {
		if i == most {
			break
		}
		photo := show.NewPhoto(40, 40)
		photo.Blank(l.Expert.ScreenName)
		if l.Profile.PhotoID != "" {
			v.fetch(photo, l.Profile.PhotoID, 110)
		}
		chip := show.NewChip("Another cluster: allowed", look.Muted)
		if l.Same {
			chip = show.NewChip("Same cluster", theme.ColorNameError)
		}
		chips := []fyne.CanvasObject{chip}
		if text, role := show.ExpertState(l.Expert.State); l.Expert.State != model.ExpertActive && l.Expert.State != "" {
			chips = append(chips, show.NewChip(text, role))
		}
		rows = append(rows, show.NewRow(10, show.Cell{Object: photo, Top: true}, show.Cell{Object: show.NewBox(3,
			show.NewLine(l.Expert.ScreenName+", "+l.Expert.Cluster).Bold(),
			show.NewFlow(4, chips...), show.NewPara(show.Capital(strings.Join(l.Signals, ", "))).Small().Muted()), Share: 1, Top: true}))
	}
	return show.NewPanel("Linked accounts", show.NewBox(10, rows...))
}

func (v *View) notesPanel() *show.Ground {
	var rows []fyne.CanvasObject
	for _, n := range v.file.Notes {
		rows = append(rows, v.noteRow(n))
	}
	rows = append(rows, v.linkedNotes()...)
	rows = append(rows, v.note)
	return show.NewPanel("Notes", show.NewBox(8, rows...), show.NewHint("n", "write"), show.NewHint("N", "on the account"), show.NewHint(shell.ConfirmKey(), "keep"))
}

func (v *View) timelinePanel() fyne.CanvasObject {
	now := v.sh.Now()
	events := v.file.Timeline
	var rows []fyne.CanvasObject
	for i := len(events) - 1; i >= 0; i-- {
		if len(rows) == most {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d older events", i+1)).Small().Muted())
			break
		}
		e := events[i]
		role := look.Muted
		switch e.Kind {
		case "incident", "finding":
			role = look.Info
		case "decision", "sanction", "appeal":
			role = theme.ColorNameWarning
		case "joined":
			role = theme.ColorNameSuccess
		}
		rows = append(rows, show.NewRow(8,
			show.Cell{Object: show.NewGround("", 0, show.NewDot(role)).Pad(0, 5, 0, 0), Top: true},
			show.Cell{Object: show.NewPara(e.Text), Share: 1, Top: true},
			show.Cell{Object: show.NewGround("", 0, show.NewLine(show.Ago(e.At, now)).Small().Muted().Right()).Pad(0, 1, 0, 0), Width: 46, Top: true}))
	}
	return show.NewPanel("Timeline", show.NewBox(5, rows...))
}
