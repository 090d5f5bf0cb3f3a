package decide

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/show"
)

// fields are the profile's fields that can be reset.
var fields = []string{"name", "headline", "bio", "gender", "degrees", "credentials"}

// choice is one guideline with the step that the moderator chose for it.
type choice struct {
	v          *View
	rec        app.Recommendation
	named      bool // something in the case names it
	on         bool
	step       model.Step
	days       int
	everywhere bool
	field      string

	ground  *show.Ground
	check   *show.Check
	steps   *show.Picker
	daysE   *show.Entry
	daysRow *show.Row
	where   *show.Check
	fieldP  *show.Picker
	reason  *show.Entry
	advice  *show.Chip
	detail  *show.Box
	quiet   bool // widgets are being set by the program
}

func (v *View) newChoice(rec app.Recommendation, named bool) *choice {
	c := &choice{v: v, rec: rec, named: named, step: rec.Step, days: rec.Days, field: "bio"}
	c.check = show.NewCheck("", func(on bool) {
		if !c.quiet {
			c.set(on)
		}
	})
	c.steps = show.NewPicker("", func() []show.Option {
		var out []show.Option
		for _, s := range rec.Steps {
			label := show.Step(s)
			if s == rec.Step {
				label += "   (recommended)"
			}
			out = append(out, show.Option{Label: label, Chosen: s == c.step, Pick: func() { c.choose(s) }})
		}
		return out
	})
	c.daysE = show.NewEntry("no end")
	c.daysE.OnChanged = func(s string) {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if s != "" && (err != nil || n < 0 || n > 3650) {
			c.quiet = true
			c.daysE.SetText(daysWords(c.days))
			c.quiet = false
			return
		}
		if !c.quiet && n != c.days {
			c.days = n
			c.show()
			v.changed()
		}
	}
	c.daysRow = show.NewRow(5, show.Fix(c.daysE, 64), show.Own(show.NewLine("days").Muted().Whole()))
	c.where = show.NewCheck("In all clusters", func(on bool) {
		if !c.quiet {
			c.everywhere = on
			v.changed()
		}
	})
	c.fieldP = show.NewPicker("", func() []show.Option {
		var out []show.Option
		for _, f := range fields {
			out = append(out, show.Option{Label: show.Capital(f), Chosen: f == c.field, Pick: func() {
				c.field = f
				c.show()
				v.changed()
			}})
		}
		return out
	})
	c.reason = show.NewEntry("Why not the recommended step?")
	c.reason.OnChanged = func(string) {
		if !c.quiet {
			v.changed()
		}
	}
	c.advice = show.NewChip("", look.Muted)
	var why []fyne.CanvasObject
	for _, w := range rec.Why {
		why = append(why, show.NewPara(w).Small().Muted())
	}
	controls := show.NewRow(10, show.Own(c.steps), show.Own(c.fieldP), show.Own(c.daysRow), show.Own(c.where), show.Grow(show.Gap(1, 1), 1))
	c.detail = show.NewBox(5, append([]fyne.CanvasObject{controls, c.reason}, why...)...)
	return c
}

func daysWords(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// keep takes over what was chosen before.
func (c *choice) keep(old *choice) {
	c.on, c.step, c.days, c.everywhere, c.field = old.on, old.step, old.days, old.everywhere, old.field
	c.quiet = true
	c.reason.SetText(old.reason.Text)
	c.quiet = false
}

func (c *choice) sanction() app.DraftSanction {
	s := app.DraftSanction{Guideline: c.rec.Guideline, Step: c.step, Everywhere: c.everywhere}
	if c.step == model.StepSuspension {
		s.Days = c.days
	}
	if c.step == model.StepFieldReset {
		s.Field = c.field
	}
	if c.departs() {
		s.DepartedReason = strings.TrimSpace(c.reason.Text)
	}
	return s
}

// departs reports whether the step is not the recommended one.
func (c *choice) departs() bool {
	return c.step != c.rec.Step || c.step == model.StepSuspension && c.days != c.rec.Days
}

func (c *choice) set(on bool) {
	if c.on == on {
		return
	}
	c.on = on
	// Its evidence goes with it, unless that was chosen by hand.
	for _, p := range c.v.evidence {
		if p.guideline == c.rec.Guideline && !p.touched && (on || p.incident) {
			p.on = on
			p.show()
		}
	}
	c.show()
	c.v.formS.Refresh()
	c.v.changed()
}

func (c *choice) choose(s model.Step) {
	c.step = s
	if s == model.StepSuspension && c.days == 0 {
		c.days = max(7, c.rec.Days)
	}
	c.show()
	c.v.formS.Refresh()
	c.v.changed()
}

// show makes the widgets say what is chosen.
func (c *choice) show() {
	c.quiet = true
	defer func() { c.quiet = false }()
	c.check.SetChecked(c.on)
	c.steps.SetText(show.Step(c.step))
	c.fieldP.SetText(show.Capital(c.field))
	c.daysE.SetText(daysWords(c.days))
	c.where.SetChecked(c.everywhere)
	visible := func(o fyne.CanvasObject, on bool) {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
	visible(c.detail, c.on)
	visible(c.fieldP, c.step == model.StepFieldReset)
	visible(c.daysRow, c.step == model.StepSuspension)
	visible(c.where, c.step == model.StepSuspension || c.step == model.StepBan)
	visible(c.reason, c.departs())
	text, role := "Recommended: "+strings.ToLower(show.StepLength(c.rec.Step, c.rec.Days)), look.Muted
	if c.on && c.departs() {
		role = theme.ColorNameWarning
	}
	c.advice.Set(text, role)
	c.detail.Refresh()
}

// row draws the choice with its number.
func (c *choice) row(n int) *show.Ground {
	number := ""
	if n < 9 {
		number = strconv.Itoa(n + 1)
	}
	head := show.NewTap(show.NewRow(8, show.Own(show.NewGuidelineChip(c.rec.Guideline, c.rec.Title)), show.Own(c.advice),
		show.Grow(show.NewLine(strikes(c.rec.Strikes)).Small().Muted(), 1)), func() { c.set(!c.on) })
	c.ground = show.NewGround("", 0, show.NewBox(5,
		show.NewRow(4, show.Fix(show.NewLine(number).Small().Faint().Right(), 12), show.Own(c.check), show.Grow(head, 1)),
		show.NewGround("", 0, c.detail).Pad(46, 0, 4, 2))).Pad(0, 2, 6, 2).Round(5)
	c.show()
	return c.ground
}

func strikes(n int) string {
	if n == 0 {
		return "no strike"
	}
	return show.Count(n, "strike", "strikes")
}

// piece is one piece of evidence.
type piece struct {
	v         *View
	id        string
	incident  bool
	guideline string
	text      string
	on        bool
	touched   bool // chosen by hand
	check     *show.Check
	ground    *show.Ground
	quiet     bool
}

func (v *View) newPiece(id string, incident bool, guideline, text string, on bool) *piece {
	p := &piece{v: v, id: id, incident: incident, guideline: guideline, text: text, on: on}
	p.check = show.NewCheck("", func(on bool) {
		if !p.quiet {
			p.set(on)
		}
	})
	return p
}

func (p *piece) set(on bool) {
	p.on, p.touched = on, true
	p.show()
	p.v.changed()
}

func (p *piece) show() {
	p.quiet = true
	p.check.SetChecked(p.on)
	p.quiet = false
}

func (p *piece) row() *show.Ground {
	text := show.NewBox(2, show.NewPara(p.text).Lines(3))
	if p.guideline != "" {
		text = show.NewBox(2, show.NewRow(6, show.Own(show.NewGuidelineChip(p.guideline, p.v.title(p.guideline))), show.Grow(show.Gap(1, 1), 1)), show.NewPara(p.text).Lines(3))
	}
	p.ground = show.NewGround("", 0, show.NewRow(4, show.Cell{Object: p.check, Top: true},
		show.Cell{Object: show.NewTap(show.NewGround("", 0, text).Pad(2, 4, 2, 4), func() { p.set(!p.on) }), Share: 1, Top: true})).Pad(16, 1, 6, 1).Round(5)
	p.show()
	return p.ground
}

func (v *View) title(guideline string) string {
	if t := v.titles[guideline]; t != "" {
		return t
	}
	return guideline
}

// most is how much evidence is drawn; a case with more is decided on its
// strongest.
const most = 80

// fill draws the form.
func (v *View) fill() {
	v.items = nil
	var parts []fyne.CanvasObject
	parts = append(parts, show.NewRow(8, show.Grow(v.sanction, 1), show.Grow(v.dismiss, 1)))
	v.sanction.Choose(v.outcome == model.Sanctioned, look.Selected)
	v.dismiss.Choose(v.outcome == model.Dismissed, look.Selected)
	if v.outcome == model.Sanctioned {
		parts = append(parts, v.guidelinesPanel())
	}
	var rows []fyne.CanvasObject
	for i, p := range v.evidence {
		if i == most {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d weaker pieces", len(v.evidence)-most)).Small().Muted())
			break
		}
		g := p.row()
		v.items = append(v.items, item{g, func() { p.set(!p.on) }})
		rows = append(rows, g)
	}
	if len(rows) == 0 {
		rows = append(rows, show.NewPara("No findings and no open reports.").Muted())
	}
	title := "Evidence that the decision rests on"
	if v.outcome == model.Dismissed {
		title = "What was looked at"
	}
	evidence := show.NewPanel(title, show.NewBox(2, rows...), show.NewHint("Space", "choose"))
	why := show.NewPanel("Why, for colleagues only", v.rationale, show.NewHint("w", "write"))
	if v.outcome == model.Dismissed {
		parts = append(parts, why, evidence)
	} else {
		parts = append(parts, evidence, why)
	}
	v.form.Set(parts...)
	v.cursor = min(v.cursor, max(0, len(v.items)-1))
	v.point(v.cursor, true)
	if v.outcome == model.Sanctioned {
		v.messageP.Show()
	} else {
		v.messageP.Hide()
	}
	v.formS.Refresh()
	v.right.Refresh()
}

func (v *View) guidelinesPanel() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	hidden := 0
	slices.SortStableFunc(v.choices, func(a, b *choice) int {
		return rank(b) - rank(a)
	})
	for i, c := range v.choices {
		if !c.named && !c.on && !v.others {
			hidden++
			continue
		}
		g := c.row(i)
		v.items = append(v.items, item{g, func() { c.set(!c.on) }})
		rows = append(rows, g)
	}
	if hidden > 0 || v.others {
		label := show.Count(hidden, "other guideline", "other guidelines") + "  (o)"
		if v.others {
			label = "Fewer guidelines  (o)"
		}
		rows = append(rows, show.NewRow(0, show.Own(show.NewButton(label, nil, v.toggleOthers).Quiet()), show.Grow(show.Gap(1, 1), 1)))
	}
	return show.NewPanel("Guidelines and steps", show.NewBox(2, rows...), show.NewHint("1 – 9", "choose"), show.NewHint("< >", "step"))
}

// rank puts named guidelines before the others; nothing moves when it is
// chosen.
func rank(c *choice) int {
	if c.named {
		return 1
	}
	return 0
}

func (v *View) toggleOthers() {
	if !v.have || v.outcome != model.Sanctioned {
		return
	}
	v.others = !v.others
	v.fill()
}

// pick toggles a guideline by its number.
func (v *View) pick(i int) {
	if v.outcome != model.Sanctioned || i >= len(v.choices) {
		return
	}
	c := v.choices[i]
	if !c.named && !v.others {
		return // not in sight
	}
	c.set(!c.on)
}

// stepBy moves the guideline under the cursor, else the first chosen one, along
// its ladder.
func (v *View) stepBy(by int) {
	if v.outcome != model.Sanctioned {
		return
	}
	var c *choice
	for _, x := range v.choices {
		if v.cursor < len(v.items) && v.items[v.cursor].ground == x.ground && x.on {
			c = x
			break
		}
		if c == nil && x.on {
			c = x
		}
	}
	if c == nil || len(c.rec.Steps) == 0 {
		return
	}
	i := slices.Index(c.rec.Steps, c.step) + by
	if i >= 0 && i < len(c.rec.Steps) {
		c.choose(c.rec.Steps[i])
	}
}
