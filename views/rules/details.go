package rules

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/guidelines"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// show fills the right side with the chosen rule.
func (v *View) show() {
	v.numbers, v.fields, v.faults = nil, nil, nil
	if !v.have || v.at >= len(v.items) {
		v.detail.Set()
		return
	}
	v.sh.Window().Canvas().Unfocus()
	var parts []fyne.CanvasObject
	switch it := v.items[v.at]; it.kind {
	case detector:
		parts = v.detectorParts(it.id)
	case guideline:
		parts = v.guidelineParts(it.id)
	case condition:
		parts = v.conditionParts(it.id)
	case lists:
		parts = v.listParts()
	case version:
		parts = v.versionParts(it.seq)
	}
	v.number = min(v.number, max(0, len(v.numbers)-1))
	v.detail.Set(parts...)
	v.light()
	v.showFaults()
	v.scroll.Refresh()
}

// newFault makes a line that shows what is wrong with a field.
func (v *View) newFault(field string) fyne.CanvasObject {
	line := show.NewPara("").Small().Role(theme.ColorNameError)
	line.Hide()
	v.faults = append(v.faults, fault{field, line})
	return line
}

// showFaults puts what is wrong below its fields.
func (v *View) showFaults() {
	id := ""
	if v.at < len(v.items) && v.items[v.at].kind == guideline {
		id = v.items[v.at].id
	}
	changed := false
	for _, f := range v.faults {
		text := ""
		for _, p := range v.problems {
			if p.Guideline == id && (p.Field == f.field || strings.HasPrefix(p.Field, f.field+"[")) {
				if text != "" {
					text += "; "
				}
				text += strings.TrimPrefix(p.Field, f.field) + " " + p.Text
			}
		}
		if text = strings.TrimSpace(text); text == f.line.Text() {
			continue
		}
		f.line.SetText(text)
		if text == "" {
			f.line.Hide()
		} else {
			f.line.Show()
		}
		changed = true
	}
	if changed {
		v.detail.Refresh()
		v.scroll.Refresh()
	}
}

func (v *View) fare(name string) app.Fare {
	i := slices.IndexFunc(v.rules.Fares, func(f app.Fare) bool { return f.Name == name })
	if i < 0 {
		return app.Fare{}
	}
	return v.rules.Fares[i]
}

func (v *View) titleOf(guideline string) string {
	if g, ok := findGuideline(v.draft, guideline); ok {
		if g.Label != "" {
			return g.Label
		}
		return g.Title
	}
	return guideline
}

func (v *View) detectorParts(name string) []fyne.CanvasObject {
	known, _ := guidelines.KnownDetector(name)
	off := v.draft.Off(name)
	on := show.NewCheck("On  (Space)", nil)
	on.Checked = !off
	on.OnChanged = func(bool) { v.toggle() }
	parts := []fyne.CanvasObject{
		show.NewRow(12, show.Own(show.NewLine(known.Title).Bold().Sized(look.Title).Whole()), show.Own(show.NewGuidelineChip(known.Guideline, v.titleOf(known.Guideline))),
			show.Grow(show.NewLine("reads "+string(known.Reads)).Muted().Small(), 1), show.Own(on)),
	}
	fare := v.fare(name)
	if fare.Warning != "" {
		parts = append(parts, show.NewGround(look.Raised, 0, show.NewRow(10, show.Own(show.NewDot(theme.ColorNameWarning)), show.Grow(show.NewPara(fare.Warning), 1))).Pad(12, 8, 12, 8).Round(6).Stroke(theme.ColorNameWarning))
	}
	var rows []fyne.CanvasObject
	for _, n := range known.Numbers {
		rows = append(rows, v.newNumber(numeral{
			text: n.Text, low: n.Low, high: n.High, step: n.Step, log: n.Log, now: v.rules.Pack.Param(name, n.Name, n.Fallback), value: v.draft.Param(name, n.Name, n.Fallback),
			field: "params." + name + "." + n.Name,
			set: func(x float64) {
				v.edit(func(p *guidelines.Pack) {
					if p.Params == nil {
						p.Params = map[string]map[string]float64{}
					}
					if p.Params[name] == nil {
						p.Params[name] = map[string]float64{}
					}
					p.Params[name][n.Name] = x
				})
			},
		}).root)
	}
	parts = append(parts, show.NewPanel("Numbers", show.NewBox(2, rows...)))
	if known.Reads == guidelines.ReadsSessions {
		d := v.draft.Detectors[name]
		var added []string
		for _, a := range d.Add {
			added = append(added, a.Words+" | "+strconv.FormatFloat(a.Score, 'g', -1, 64))
		}
		add := v.newList(added, "words | 0.8", func(lines []string) {
			v.edit(func(p *guidelines.Pack) {
				d := p.Detectors[name]
				d.Add = nil
				for _, l := range lines {
					d.Add = append(d.Add, phraseOf(l))
				}
				setDetector(p, name, d)
			})
		})
		remove := v.newList(d.Remove, "words that are harmless here", func(lines []string) {
			v.edit(func(p *guidelines.Pack) {
				d := p.Detectors[name]
				d.Remove = lines
				setDetector(p, name, d)
			})
		})
		at := "detectors." + name
		parts = append(parts, show.NewPanel("Words", show.NewRow(18,
			show.Grow(show.NewBox(4, show.NewLine("Marked too"), show.NewPara("One a line, with what it says by itself: words | 0 to 1.").Small().Muted(), add, v.newFault(at+".add")), 1),
			show.Grow(show.NewBox(4, show.NewLine("Left alone"), show.NewPara("A mark within these words falls away, in any spelling.").Small().Muted(), remove, v.newFault(at+".remove")), 1))))
	}
	return append(parts, show.NewPanel("How it fares here", fareParts(fare)))
}

func phraseOf(line string) guidelines.Phrase {
	p := guidelines.Phrase{Words: strings.TrimSpace(line), Score: 0.7}
	if i := strings.LastIndexByte(line, '|'); i >= 0 {
		p.Words, p.Score = strings.TrimSpace(line[:i]), 0
		if x, err := strconv.ParseFloat(strings.TrimSpace(strings.ReplaceAll(line[i+1:], ",", ".")), 64); err == nil {
			p.Score = x
		}
	}
	return p
}

// newList is a field with an entry a line.
func (v *View) newList(lines []string, hint string, set func([]string)) fyne.CanvasObject {
	e := show.NewMultiline(hint)
	e.SetText(strings.Join(lines, "\n"))
	e.SetMinRowsVisible(min(max(len(lines)+1, 3), 9))
	e.OnChanged = func(text string) {
		var out []string
		for l := range strings.SplitSeq(text, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				out = append(out, l)
			}
		}
		set(out)
	}
	v.fields = append(v.fields, e)
	return e
}

func (v *View) listParts() []fyne.CanvasObject {
	a := v.draft.Allow
	group := func(title, note, field, hint string, lines []string, set func(p *guidelines.Pack, lines []string)) show.Cell {
		list := v.newList(lines, hint, func(lines []string) { v.edit(func(p *guidelines.Pack) { set(p, lines) }) })
		return show.Grow(show.NewPanel(title, show.NewBox(6, show.NewPara(note).Small().Muted(), list, v.newFault(field))), 1)
	}
	return []fyne.CanvasObject{
		show.NewLine("Allow lists").Bold().Sized(look.Title).Whole(),
		show.NewRow(14,
			group("Domains", "Your own site, and public sources. Links and addresses there are no exchange of contacts.", "allow.domains", "example.org", a.Domains, func(p *guidelines.Pack, l []string) { p.Allow.Domains = l }),
			group("Numbers", "Help lines that an expert ought to give, in digits, with or without the country. They are no exchange either.", "allow.hotlines", "116123", a.Hotlines, func(p *guidelines.Pack, l []string) { p.Allow.Hotlines = l })),
		show.NewRow(14, group("Words", "What stands within these words is marked by no detector of transcripts, in any spelling.", "allow.phrases", "kill the process", a.Phrases, func(p *guidelines.Pack, l []string) { p.Allow.Phrases = l })),
	}
}

func (v *View) guidelineParts(id string) []fyne.CanvasObject {
	g, ok := findGuideline(v.draft, id)
	if !ok {
		return nil
	}
	old, had := findGuideline(v.rules.Pack, id)
	if !had {
		old = g
	}
	number := func(text, field string, low, high, now, value int, set func(g *guidelines.Guideline, n int)) fyne.CanvasObject {
		return v.newNumber(numeral{
			text: text, low: float64(low), high: float64(high), step: 1, now: float64(now), value: float64(value), field: field,
			set: func(x float64) {
				v.edit(func(p *guidelines.Pack) {
					if g, ok := findGuideline(p, id); ok {
						set(g, int(x))
					}
				})
			},
		}).root
	}
	rows := []fyne.CanvasObject{
		number("Severity, 5 is harm to people", "severity", 1, 5, old.Severity, g.Severity, func(g *guidelines.Guideline, n int) { g.Severity = n }),
		number("Strikes that a sanction adds", "strikes", 0, 10, old.Strikes, g.Strikes, func(g *guidelines.Guideline, n int) { g.Strikes = n }),
		number("Days until a strike expires, 0 is never", "strike_days", 0, 1095, old.StrikeDays, g.StrikeDays, func(g *guidelines.Guideline, n int) { g.StrikeDays = n }),
	}
	var ladder []fyne.CanvasObject
	for i, r := range g.Ladder {
		was := r
		if i < len(old.Ladder) {
			was = old.Ladder[i]
		}
		text := show.Capital(show.StepLength(r.Step, r.Days))
		var notes []string
		if r.Everywhere {
			notes = append(notes, "in all clusters")
		}
		if r.Approval {
			notes = append(notes, "with a second person")
		}
		for _, w := range r.With {
			notes = append(notes, "with "+show.Step(w))
		}
		at := fmt.Sprintf("ladder[%d]", i)
		head := show.NewRow(10, show.Own(show.NewLine(strconv.Itoa(i+1)+".").Muted().Min(20)), show.Own(show.NewLine(text).Bold().Whole()), show.Grow(show.NewLine(strings.Join(notes, ", ")).Small().Muted(), 1))
		box := []fyne.CanvasObject{head}
		if i > 0 {
			box = append(box, number("From so many live strikes", at+".from_strikes", 0, 20, was.FromStrikes, r.FromStrikes, func(g *guidelines.Guideline, n int) { g.Ladder[i].FromStrikes = n }))
		}
		if r.Days > 0 {
			box = append(box, number("Days", at+".days", 1, 365, max(was.Days, 1), r.Days, func(g *guidelines.Guideline, n int) { g.Ladder[i].Days = n }))
		}
		ladder = append(ladder, show.NewBox(1, box...))
	}
	return []fyne.CanvasObject{
		show.NewRow(12, show.Own(show.NewGuidelineChip(id, v.titleOf(id))), show.Grow(show.NewLine(g.Title).Bold().Sized(look.Title), 1)),
		show.NewPara(g.Paragraph).Muted(),
		show.NewPanel("Numbers", show.NewBox(2, rows...)),
		show.NewPanel("Ladder", show.NewBox(8, ladder...)),
		show.NewPara("The letters and the steps themselves are in the rules file: export it, change it, import it.").Small().Muted(),
	}
}

func (v *View) conditionParts(id string) []fyne.CanvasObject {
	i := slices.IndexFunc(v.draft.Conditions, func(c guidelines.Condition) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	c := v.draft.Conditions[i]
	now := c
	if old := findCondition(v.rules.Pack, id); old != nil {
		now = *old
	}
	at := fmt.Sprintf("conditions[%d].", i)
	change := func(do func(c *guidelines.Condition)) {
		v.edit(func(p *guidelines.Pack) {
			if c := findCondition(p, id); c != nil {
				do(c)
			}
		})
	}
	entry := func(e *show.Entry, text string, set func(c *guidelines.Condition, text string)) *show.Entry {
		e.SetText(text)
		e.OnChanged = func(text string) { change(func(c *guidelines.Condition) { set(c, text) }) }
		v.fields = append(v.fields, e)
		return e
	}
	code := func(hint string, rows int) *show.Entry {
		e := show.NewMultiline(hint)
		e.TextStyle.Monospace = true
		e.SetMinRowsVisible(rows)
		return e
	}
	on := show.NewCheck("On  (Space)", nil)
	on.Checked = !c.Off
	on.OnChanged = func(bool) { v.toggle() }
	when := entry(code("true or false", 3), c.When, func(c *guidelines.Condition, s string) { c.When = s })
	title := entry(show.NewEntry("What it is called"), c.Title, func(c *guidelines.Condition, s string) { c.Title = s })
	then := show.NewPicker(effectWords[c.Then], func() []show.Option {
		var out []show.Option
		for _, e := range []guidelines.Effect{guidelines.Raise, guidelines.Find, guidelines.Suppress} {
			out = append(out, show.Option{Label: effectWords[e], Chosen: e == c.Then, Pick: func() {
				change(func(c *guidelines.Condition) {
					c.Then, c.Points, c.Which, c.Guideline, c.Score, c.Advisory = e, 0, "", "", 0, false
					switch e {
					case guidelines.Raise:
						c.Points = 5
					case guidelines.Find:
						c.Guideline, c.Score = "mensch", 0.6
						if _, ok := findGuideline(v.draft, c.Guideline); !ok && len(v.draft.Guidelines) > 0 {
							c.Guideline = v.draft.Guidelines[0].ID
						}
					case guidelines.Suppress:
						c.Which = `finding.score < 0.6`
					}
				})
				v.show()
			}})
		}
		return out
	})
	body := []fyne.CanvasObject{
		labelled("Called", title), v.newFault(at + "title"),
		labelled("When", when), v.newFault(at + "when"),
		labelled("Then", show.NewRow(0, show.Own(then), show.Grow(show.Gap(1, 1), 1))), v.newFault(at + "then"),
	}
	switch c.Then {
	case guidelines.Raise:
		body = append(body, v.newNumber(numeral{
			text: "Points of priority", low: 1, high: 50, step: 1, now: float64(max(now.Points, 1)), value: float64(c.Points), field: at + "points",
			set: func(x float64) { change(func(c *guidelines.Condition) { c.Points = int(x) }) },
		}).root)
	case guidelines.Find:
		pick := show.NewPicker(v.titleOf(c.Guideline), func() []show.Option {
			var out []show.Option
			for _, g := range v.draft.Guidelines {
				out = append(out, show.Option{Label: g.Title, Chosen: g.ID == c.Guideline, Pick: func() {
					change(func(c *guidelines.Condition) { c.Guideline = g.ID })
					v.show()
				}})
			}
			return out
		})
		hint := show.NewCheck("Only a hint, no violation", nil)
		hint.Checked = c.Advisory
		hint.OnChanged = func(yes bool) { change(func(c *guidelines.Condition) { c.Advisory = yes }) }
		body = append(body, labelled("Under", show.NewRow(12, show.Own(pick), show.Own(hint), show.Grow(show.Gap(1, 1), 1))), v.newFault(at+"guideline"),
			v.newNumber(numeral{
				text: "Score of the finding", low: 0.05, high: 1, step: 0.05, now: max(now.Score, 0.05), value: c.Score, field: at + "score",
				set: func(x float64) { change(func(c *guidelines.Condition) { c.Score = x }) },
			}).root)
	}
	if c.Then != guidelines.Raise {
		which := entry(code("finding.score < 0.6", 2), c.Which, func(c *guidelines.Condition, s string) { c.Which = s })
		name := "Which findings"
		if c.Then == guidelines.Find {
			name = "Resting on"
		}
		body = append(body, labelled(name, which), v.newFault(at+"which"))
	}
	reason := show.NewMultiline("In words, for the moderator")
	reason.SetMinRowsVisible(2)
	body = append(body, labelled("Reason", entry(reason, c.Reason, func(c *guidelines.Condition, s string) { c.Reason = s })), v.newFault(at+"reason"))
	return []fyne.CanvasObject{
		show.NewRow(12, show.Own(show.NewLine("Condition").Bold().Sized(look.Title).Whole()), show.Grow(show.NewLine(c.ID).Small().Muted(), 1), show.Own(on),
			show.Own(show.NewButton("Take out  (D)", theme.DeleteIcon(), v.dropCondition).Quiet())),
		show.NewPanel("The rule", show.NewBox(6, body...)),
		show.NewPanel("What conditions can ask", show.NewBox(4,
			show.NewPara("expert: id, cluster, state, age_days, languages, sessions\nfindings, each: guideline, detector, score, advisory, accepted, age_days, marks, labels, messages, session\nincidents, each: guideline, reporter, age_days, text\nstrikes, each: guideline, count, age_days, live\nand in “which findings”: finding, one of the findings").Mono().Small(),
			show.NewPara(`count(findings, .guideline == "contact-exchange" && .score > 0.6) >= 2 && expert.age_days < 30`+"\n"+`any(incidents, .reporter == "staff") || sum(strikes, .count) > 3`+"\n"+`"threat" in finding.labels`).Mono().Small().Muted())),
	}
}

var effectWords = map[guidelines.Effect]string{
	guidelines.Raise: "Raise the case's priority", guidelines.Find: "Add a finding", guidelines.Suppress: "Keep findings out of sight",
}

func labelled(name string, o fyne.CanvasObject) fyne.CanvasObject {
	return show.NewRow(12, show.Fix(show.NewLine(name).Muted(), 110*look.Size(theme.SizeNameText)/13), show.Grow(o, 1))
}

func (v *View) versionParts(seq int64) []fyne.CanvasObject {
	for _, h := range v.rules.History {
		if h.Seq != seq {
			continue
		}
		var lines []fyne.CanvasObject
		for _, c := range h.Changes {
			lines = append(lines, show.NewPara(c))
		}
		if len(lines) == 0 {
			lines = append(lines, show.NewPara("The first version in this store.").Muted())
		}
		facts := show.NewFacts("Put in force by", h.Author, "When", show.DateTime(h.At), "Why", h.Reason, "Digest", h.Digest)
		parts := []fyne.CanvasObject{
			show.NewLine("Version " + h.Version).Bold().Sized(look.Title).Whole(),
			show.NewPanel("Who and why", facts),
			show.NewPanel("What it changed", show.NewBox(4, lines...)),
		}
		if seq != v.rules.Seq {
			parts = append(parts, show.NewRow(0, show.Own(show.NewButton("Make it the draft  (r)", theme.HistoryIcon(), v.restore)), show.Grow(show.Gap(1, 1), 1)))
		}
		return parts
	}
	return []fyne.CanvasObject{
		show.NewLine("Version " + v.rules.Shipped).Bold().Sized(look.Title).Whole(),
		show.NewPara("As Mensch ships them. Nothing was changed in this store yet.").Muted(),
	}
}

// restore makes an old version the draft; only putting it in force again
// changes anything.
func (v *View) restore() {
	if v.at >= len(v.items) || v.items[v.at].kind != version || v.items[v.at].seq == v.rules.Seq {
		return
	}
	seq := v.items[v.at].seq
	shell.Load(v.run, func(ctx context.Context) (*guidelines.Pack, error) { return v.desk.RulesAt(ctx, seq) }, func(p *guidelines.Pack, err error) {
		if err != nil {
			v.sh.Fail("reading an old version of the rules", err)
			return
		}
		v.take(p, true)
		v.sh.Tell("Version " + p.Version + " is the draft now. Nothing is in force until you say so.")
	})
}
