package queue

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

const rowLeft, rowRight = 14, 12

// columns puts the cells of a row, or of the header, at the same places.
func columns(priority, expert, why, reports, findings, age, state fyne.CanvasObject) *show.Row {
	return show.NewRow(14,
		show.Fix(priority, 84), show.Grow(expert, 1), show.Grow(why, 1.7),
		show.Fix(reports, 48), show.Fix(findings, 52), show.Fix(age, 44), show.Fix(state, 92))
}

// rowView is the object of one row.
type rowView struct {
	meter                  *show.Meter
	name, cluster          *show.Line
	chips                  *show.Chips
	reason                 *show.Line
	reports, findings, age *show.Line
	state, lease           *show.Line
	ground                 *show.Ground
	dot                    *show.Dot
}

func (v *View) makeRow() fyne.CanvasObject {
	r := &rowView{
		meter: show.NewMeter(), name: show.NewLine("").Bold(), cluster: show.NewLine("").Small().Muted(),
		chips: show.NewChips(v.titles), reason: show.NewLine("").Small().Muted(),
		reports: show.NewLine("").Right(), findings: show.NewLine("").Right(), age: show.NewLine("").Muted().Right(),
		state: show.NewLine("").Small(), lease: show.NewLine("").Small().Muted(), dot: show.NewDot(look.Muted),
	}
	o := show.NewGround("", 0, columns(r.meter,
		show.NewBox(1, r.name, r.cluster), show.NewBox(2, r.chips, r.reason),
		r.reports, r.findings, r.age,
		show.NewBox(1, show.NewRow(6, show.Own(r.dot), show.Grow(r.state, 1)), r.lease))).Pad(rowLeft, 5, rowRight, 5)
	r.ground = o
	v.rows[o] = r
	return o
}

func (v *View) fillRow(i int, o fyne.CanvasObject, _ bool) {
	r := v.rows[o]
	row, ok := v.pages.row(i)
	if !ok {
		r.meter.Blank()
		r.name.Set("· · ·", look.Faint)
		for _, l := range []*show.Line{r.cluster, r.reason, r.reports, r.findings, r.age, r.state, r.lease} {
			l.SetText("")
		}
		r.chips.Set(nil)
		r.dot.Set(look.Track)
		r.ground.Edge(nil)
		return
	}
	now := v.sh.Now()
	r.meter.Set(row.Priority.Score)
	r.name.Set(row.ScreenName, theme.ColorNameForeground)
	r.cluster.SetText(row.Cluster)
	r.chips.Set(row.Guidelines)
	r.reason.SetText(topReason(row.Priority))
	count(r.reports, row.Incidents)
	count(r.findings, row.Findings)
	r.age.SetText(show.Ago(row.OpenedAt, now))
	state, role := show.CaseState(row.State)
	if row.Outbox != "" && row.State == model.CaseWaiting {
		state, role = show.Outbox(row.Outbox)
	}
	r.state.SetText(state)
	r.dot.Set(role)
	me := v.sh.Settings().Moderator
	r.lease.Set(lease(row.LeaseHolder, row.LeaseUntil, now, me), look.Muted)
	if words, role := handling(row, me, v); words != "" {
		r.lease.Set(words, role)
	}
	r.ground.Edge(nil)
	if v.isPicked(row.CaseID) {
		r.ground.Edge(look.Of(theme.ColorNameWarning))
	}
}

func count(l *show.Line, n int) {
	if n == 0 {
		l.Set("–", look.Faint)
		return
	}
	l.Set(show.Number(int64(n)), theme.ColorNameForeground)
}

func topReason(p model.Priority) string {
	best := -1
	text := ""
	for _, r := range p.Reasons {
		if r.Points > best {
			best, text = r.Points, r.Text
		}
	}
	return text
}

// lease says who holds a case and for how long, empty if nobody does.
func lease(holder string, until, now time.Time, me string) string {
	if holder == "" || !until.After(now) {
		return ""
	}
	if holder == me {
		return "You, " + show.Ago(now.Add(now.Sub(until)), now)
	}
	return holder
}

// details is the pane of the selected row.
type details struct {
	v       *View
	root    *show.Ground
	photo   *show.Photo
	name    *show.Line
	where   *show.Line
	state   *show.Chip
	box     *show.Box
	photoID string
	id      string
	blur    bool
}

func newDetails(v *View) *details {
	d := &details{v: v}
	d.photo = show.NewPhoto(64, 64)
	d.name = show.NewLine("").Bold().Sized(theme.SizeNameSubHeadingText)
	d.where = show.NewLine("").Muted().Small()
	d.state = show.NewChip("", look.Info)
	d.box = show.NewBox(12)
	open := show.NewButton("Open  (Enter)", theme.NavigateNextIcon(), func() { v.open("") }).Primary()
	decide := show.NewButton("Decide  (d)", nil, func() { v.open("sanction") })
	dismiss := show.NewButton("Dismiss  (x)", nil, func() { v.open("dismiss") })
	foot := show.NewGround("", 0, show.NewBox(6, open, show.NewRow(6, show.Grow(decide, 1), show.Grow(dismiss, 1)))).Pad(14, 8, 14, 12)
	head := show.NewGround("", 0, show.NewRow(12, show.Own(d.photo),
		show.Grow(show.NewBox(3, d.name, d.where, show.NewFlow(4, d.state)), 1))).Pad(14, 14, 14, 10)
	scroll := show.NewScroll(show.NewGround("", 0, d.box).Pad(14, 4, 14, 12))
	d.root = show.NewGround(look.Surface, 0, container.New(&paneLayout{}, head, scroll, foot)).Beside()
	return d
}

// paneLayout is a head, a body that takes the rest, and a foot.
type paneLayout struct{}

func (paneLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	top, low := show.HeightFor(o[0], size.Width), show.HeightFor(o[2], size.Width)
	o[0].Resize(fyne.NewSize(size.Width, top))
	o[1].Move(fyne.NewPos(0, top))
	o[1].Resize(fyne.NewSize(size.Width, size.Height-top-low))
	o[2].Move(fyne.NewPos(0, size.Height-low))
	o[2].Resize(fyne.NewSize(size.Width, low))
}
func (paneLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(280, 200) }

// show fills the pane; without a row it stays empty.
func (d *details) show(r model.QueueRow, ok bool) {
	if !ok {
		d.id, d.photoID = "", ""
		d.name.SetText("")
		d.where.SetText("")
		d.state.Hide()
		d.photo.Blank("")
		d.photo.Hide()
		d.box.Set()
		d.root.Refresh()
		return
	}
	now := d.v.sh.Now()
	d.photo.Show()
	d.name.SetText(r.ScreenName)
	d.where.SetText(r.Cluster)
	d.state.Set(show.CaseState(r.State))
	d.state.Show()

	var why []fyne.CanvasObject
	why = append(why, show.NewRow(8, show.Grow(show.NewLine("Priority").Bold().Muted().Small(), 1),
		show.Own(show.NewLine(fmt.Sprintf("%d of 100", r.Priority.Score)).Bold().Small().Coloured(look.Heat(r.Priority.Score)).Whole())))
	for _, x := range r.Priority.Reasons {
		points := show.NewLine(fmt.Sprintf("%+d", x.Points)).Bold().Right()
		why = append(why, show.NewRow(10, show.Cell{Object: points, Width: 30, Top: true}, show.Cell{Object: show.NewPara(x.Text), Share: 1, Top: true}))
	}
	var chips []fyne.CanvasObject
	for _, g := range r.Guidelines {
		title := d.v.titles[g]
		if title == "" {
			title = g
		}
		chips = append(chips, show.NewGuidelineChip(g, title))
	}
	facts := show.NewFacts(
		"Reports", show.Number(int64(r.Incidents)),
		"Findings", show.Number(int64(r.Findings)),
		"Opened", show.DateTime(r.OpenedAt)+", "+show.Ago(r.OpenedAt, now)+" ago",
	)
	if l := lease(r.LeaseHolder, r.LeaseUntil, now, d.v.sh.Settings().Moderator); l != "" {
		facts.Add("Held by", r.LeaseHolder+", for "+show.Ago(now.Add(now.Sub(r.LeaseUntil)), now))
	}
	if rows := d.v.handlingRows(r.Handling); len(rows) > 0 {
		why = append([]fyne.CanvasObject{show.NewBox(8, rows...)}, why...)
	}
	d.box.Set(
		show.NewBox(6, why...),
		show.NewBox(6, show.NewLine("Guidelines").Bold().Muted().Small(), show.NewFlow(4, chips...)),
		facts,
	)
	d.root.Refresh()
	d.load(r)
}

func (d *details) load(r model.QueueRow) {
	blur := d.v.sh.Blurred()
	if d.id == r.CaseID && d.photoID == r.PhotoID && d.blur == blur {
		return
	}
	d.id, d.photoID, d.blur = r.CaseID, r.PhotoID, blur
	d.photo.Blank(r.ScreenName)
	if r.PhotoID == "" {
		return
	}
	d.v.album.Get(d.v.side, r.PhotoID, 320*320, 160, func(pic shell.Picture, err error) {
		switch {
		case d.photoID != r.PhotoID:
		case err != nil:
			d.photo.Fail(err.Error())
		default:
			d.photo.Set(pic.Clear, pic.Blurred, blur)
		}
	})
}

// PhotoHidden reports whether the selected expert's photo is blurred.
func (v *View) PhotoHidden() bool { return v.details.photo.Hidden() }

func (d *details) reveal() { d.photo.Reveal(d.photo.Hidden()) }
