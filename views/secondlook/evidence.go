// Package secondlook is where a decision is looked at again: by the second
// person whom a severe sanction needs, and by whoever answers an appeal or
// takes a decision back. Both see the evidence that was copied into the
// decision, which nothing later can empty.
package secondlook

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/cases"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// most is how many pieces of evidence are drawn; the rest is counted.
const most = 80

// paper draws what the two screens share.
type paper struct {
	sh       *shell.Shell
	titles   map[string]string
	album    *shell.Album
	photos   *shell.Work
	pictures []*show.Photo
}

func newPaper(sh *shell.Shell, desk shell.PhotoDesk, titles map[string]string) *paper {
	return &paper{sh: sh, titles: titles, album: shell.NewAlbum(desk, 40), photos: sh.Work(nil)}
}

func (p *paper) title(guideline string) string {
	if t := p.titles[guideline]; t != "" {
		return t
	}
	return guideline
}

// reveal shows all photos, or blurs them again.
func (p *paper) reveal() {
	on := false
	for _, x := range p.pictures {
		on = on || x.Hidden()
	}
	for _, x := range p.pictures {
		x.Reveal(on)
	}
}

func (p *paper) picture(caseID string, side app.PhotoSide) *show.Photo {
	photo := show.NewPhoto(104, 104)
	photo.Blank(side.Title)
	if side.Fault != "" || side.PhotoID == "" {
		photo.Fail(side.Fault)
		return photo
	}
	p.pictures = append(p.pictures, photo)
	blur := p.sh.Blurred()
	p.album.Get(p.photos, side.PhotoID, 240*240, 0, func(pic shell.Picture, err error) {
		if err != nil {
			photo.Fail(err.Error())
			return
		}
		photo.Set(pic.Clear, pic.Blurred, blur)
		if !blur {
			p.sh.Sighted(caseID, side.PhotoID)
		}
	})
	return photo
}

// person says whom it is about, and what their record is.
func (p *paper) person(l app.SecondLook) fyne.CanvasObject {
	rows := []fyne.CanvasObject{show.NewPara(l.Expert.ScreenName + ", " + l.Expert.Cluster).Bold()}
	if l.Profile.Headline != "" {
		rows = append(rows, show.NewPara(l.Profile.Headline).Muted())
	}
	if text, role := show.ExpertState(l.Expert.State); l.Expert.State != model.ExpertActive && l.Expert.State != "" {
		rows = append(rows, show.NewFlow(5, show.NewChip(text, role)))
	}
	return show.NewPanel("Expert and record", show.NewBox(6, append(rows, p.record(l.Strikes, p.sh.Now())...)...))
}

// record says the strikes as they stood at a time.
func (p *paper) record(strikes []model.Strike, at time.Time) []fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, s := range strikes {
		rows = append(rows, show.NewRow(8,
			show.Own(show.NewGuidelineChip(s.Guideline, p.title(s.Guideline))),
			show.Grow(strike(s, at), 1)))
	}
	if len(rows) == 0 {
		rows = append(rows, show.NewLine("A clean record.").Muted())
	}
	return rows
}

func strike(s model.Strike, at time.Time) *show.Line {
	state, role := "live until "+show.Date(s.Expires), theme.ColorNameWarning
	switch {
	case s.Reversed:
		state, role = "taken back", look.Muted
	case s.Expires.IsZero():
		state = "live, never expires"
	case !s.Live(at):
		state, role = "expired "+show.Date(s.Expires), look.Muted
	}
	return show.NewLine(show.Count(s.Count, "strike", "strikes") + ", " + state).Small().Role(role)
}

// evidence draws what a decision rests on: photos side by side, transcripts
// with their marks, reports and accounts.
func (p *paper) evidence(l app.SecondLook) fyne.CanvasObject {
	pairs := map[string]app.PhotoPair{}
	for _, x := range l.Pairs {
		pairs[x.FindingID] = x
	}
	marks := map[string][]model.Span{}
	for _, e := range l.Evidence {
		if e.Finding != nil {
			for _, s := range e.Finding.Spans {
				marks[s.Message] = append(marks[s.Message], s)
			}
		}
	}
	var rows []fyne.CanvasObject
	for i, e := range l.Evidence {
		if i == most {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d more pieces", len(l.Evidence)-most)).Small().Muted())
			break
		}
		chips := []fyne.CanvasObject{show.NewChip(kind(e), look.Info)}
		if e.Guideline != "" {
			chips = append(chips, show.NewGuidelineChip(e.Guideline, p.title(e.Guideline)))
		}
		text := show.NewPara(e.Text)
		if spans := marks[e.ID]; e.Kind == cases.EvidenceMessage && len(spans) > 0 {
			text.Set(e.Text, highlights(e, spans))
		}
		body := []fyne.CanvasObject{show.NewFlow(5, chips...), text}
		if f := e.Finding; f != nil {
			for _, ev := range f.Events {
				body = append(body, show.NewPara(show.DateTime(ev.At)+"  "+ev.Text).Small().Muted())
			}
		}
		if pair, ok := pairs[e.ID]; ok {
			body = append(body, show.NewRow(8, show.Own(p.picture(l.Case.ID, pair.Expert)), show.Own(p.picture(l.Case.ID, pair.Other)),
				show.Grow(show.NewPara(strings.TrimSpace(pair.Other.Title+" "+pair.Other.Source)).Small().Muted(), 1)))
		}
		rows = append(rows, show.NewGround("", 0, show.NewBox(4, body...)).Pad(2, 2, 2, 6))
	}
	if len(rows) == 0 {
		rows = append(rows, show.NewPara("No evidence was named.").Muted())
	}
	return show.NewPanel("Evidence, as it was copied into the decision", show.NewBox(6, rows...), show.NewHint("v", "show photos"))
}

func highlights(e model.Evidence, spans []model.Span) []show.Highlight {
	var out []show.Highlight
	for _, s := range spans {
		if s.Within(e.Text) {
			out = append(out, show.Highlight{Start: s.Start, End: s.End, Fill: look.Tint(e.Guideline), Edge: look.Edge(e.Guideline)})
		}
	}
	return out
}

func kind(e model.Evidence) string {
	switch e.Kind {
	case cases.EvidenceFinding:
		return "Finding"
	case cases.EvidencePhoto:
		return "Photos"
	case cases.EvidenceIncident:
		return "Report"
	case cases.EvidenceMessage:
		return "Message"
	case cases.EvidenceProfile:
		return "Profile"
	case cases.EvidenceRating:
		return "Rating"
	}
	return show.Capital(e.Kind)
}

// decision draws what was decided or proposed, and by whom.
func (p *paper) decision(title string, d model.Decision, approvals []model.Approval) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, s := range d.Sanctions {
		where := "in all clusters"
		if s.Cluster != "" {
			where = "in " + s.Cluster
		}
		if s.Step != model.StepSuspension && s.Step != model.StepBan {
			where = ""
		}
		text := strings.TrimSpace(show.StepLength(s.Step, cases.Days(s)) + " " + where)
		if s.ReversedByID != "" {
			text += ", taken back"
		}
		rows = append(rows, show.NewRow(8, show.Own(show.NewGuidelineChip(s.Guideline, p.title(s.Guideline))), show.Grow(show.NewLine(text).Bold(), 1)))
		if s.DepartedReason != "" {
			rows = append(rows, show.NewPara("Not the recommended step, because: "+s.DepartedReason).Small().Muted())
		}
	}
	if len(d.Sanctions) == 0 {
		rows = append(rows, show.NewLine(show.Capital(string(d.Outcome))).Bold())
	}
	rows = append(rows, show.NewPara("By "+d.Moderator+", "+show.DateTime(d.DecidedAt)+", under the rules "+d.PackVersion).Small().Muted())
	for _, a := range approvals {
		if a.Approver != "" {
			rows = append(rows, show.NewPara(fmt.Sprintf("Proposed by %s, answered %s by %s: %s", a.Proposer, a.Answer, a.Approver, orNone(a.Reason))).Small().Muted())
		}
	}
	if d.Rationale != "" {
		rows = append(rows, show.NewLine("For colleagues").Muted().Small(), show.NewPara(d.Rationale))
	}
	if d.Message != "" {
		rows = append(rows, show.NewLine("Message to the expert").Muted().Small(), show.NewPara(d.Message))
	}
	return show.NewPanel(title, show.NewBox(6, rows...))
}

func orNone(s string) string {
	if s == "" {
		return "no reason given"
	}
	return s
}

// lines is a titled list of sentences, nothing if there are none.
func lines(title string, texts []string, role fyne.ThemeColorName) []fyne.CanvasObject {
	if len(texts) == 0 {
		return nil
	}
	out := []fyne.CanvasObject{show.NewLine(title).Bold().Small().Role(role)}
	for _, l := range texts {
		out = append(out, show.NewRow(8,
			show.Cell{Object: show.NewGround("", 0, show.NewDot(role)).Pad(0, 5, 0, 0), Top: true},
			show.Cell{Object: show.NewPara(l), Share: 1, Top: true}))
	}
	return out
}

// layout is the evidence at the left, and what to do with it at the right.
type layout struct{}

func (layout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := size.Width * 0.54
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[1].Move(fyne.NewPos(left, 0))
	o[1].Resize(fyne.NewSize(size.Width-left, size.Height))
}
func (layout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(760, 400) }
