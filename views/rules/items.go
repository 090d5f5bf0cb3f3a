package rules

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app/guidelines"
	"mensch/views/look"
	"mensch/views/show"
)

// The kinds of items in the list.
type kind int

const (
	heading kind = iota
	detector
	guideline
	condition
	lists
	version
)

// item is a line of the list.
type item struct {
	kind kind
	id   string // detector, guideline, condition
	text string
	seq  int64 // of a version; 0: as shipped
}

func (i item) key() string {
	switch i.kind {
	case detector:
		return "detector:" + i.id
	case guideline:
		return "guideline:" + i.id
	case condition:
		return "condition:" + i.id
	case lists:
		return "lists"
	case version:
		return fmt.Sprintf("version:%d", i.seq)
	}
	return "heading:" + i.text
}

// fillItems makes the list of the draft and keeps the place.
func (v *View) fillItems() {
	key := v.Chosen()
	v.items = v.items[:0]
	add := func(k kind, id, text string) { v.items = append(v.items, item{kind: k, id: id, text: text}) }
	add(heading, "", "Detectors")
	for _, k := range guidelines.Catalogue {
		add(detector, k.Name, k.Title)
	}
	add(lists, "", "Allow lists")
	add(heading, "", "Conditions")
	for _, c := range v.draft.Conditions {
		add(condition, c.ID, c.Title)
	}
	add(heading, "", "Guidelines and ladders")
	for _, g := range v.draft.Guidelines {
		text := g.Label
		if text == "" {
			text = g.Title
		}
		add(guideline, g.ID, text)
	}
	add(heading, "", "Versions")
	for _, h := range v.rules.History {
		v.items = append(v.items, item{kind: version, seq: h.Seq, text: h.Version})
	}
	if len(v.rules.History) == 0 {
		v.items = append(v.items, item{kind: version, text: v.rules.Shipped})
	}
	v.at = max(1, slices.IndexFunc(v.items, func(i item) bool { return i.key() == key && i.kind != heading }))
	v.list.SetCount(len(v.items))
	v.list.Mark(v.at)
}

// step goes to the next line that is no heading.
func (v *View) step(by int) {
	for i := v.at + by; i >= 0 && i < len(v.items); i += by {
		if v.items[i].kind != heading {
			v.list.Select(i)
			return
		}
	}
}

// group goes to the first line of the next group.
func (v *View) group(by int) {
	at := v.at
	if by < 0 {
		for at > 0 && v.items[at].kind != heading {
			at--
		}
	}
	for i := at + by; i >= 0 && i < len(v.items); i += by {
		if v.items[i].kind == heading && i+1 < len(v.items) && v.items[i+1].kind != heading {
			v.list.Select(i + 1)
			v.list.Reveal(i)
			return
		}
	}
}

func (v *View) choose(i int) {
	if i < 0 || i >= len(v.items) {
		return
	}
	if v.items[i].kind == heading {
		v.list.Mark(v.at)
		return
	}
	if i == v.at {
		return
	}
	v.at, v.number = i, 0
	v.show()
	v.scroll.ScrollTo(0)
}

// toggle switches the chosen detector or condition on or off.
func (v *View) toggle() {
	if v.at >= len(v.items) {
		return
	}
	switch it := v.items[v.at]; it.kind {
	case detector:
		v.edit(func(p *guidelines.Pack) {
			d := p.Detectors[it.id]
			d.Off = !d.Off
			setDetector(p, it.id, d)
		})
	case condition:
		v.edit(func(p *guidelines.Pack) {
			if c := findCondition(p, it.id); c != nil {
				c.Off = !c.Off
			}
		})
	default:
		return
	}
	v.show()
}

func setDetector(p *guidelines.Pack, name string, d guidelines.Detector) {
	if p.Detectors == nil {
		p.Detectors = map[string]guidelines.Detector{}
	}
	if !d.Off && len(d.Add) == 0 && len(d.Remove) == 0 {
		delete(p.Detectors, name)
		return
	}
	p.Detectors[name] = d
}

func findCondition(p *guidelines.Pack, id string) *guidelines.Condition {
	for i := range p.Conditions {
		if p.Conditions[i].ID == id {
			return &p.Conditions[i]
		}
	}
	return nil
}

func (v *View) newCondition() {
	if !v.have {
		return
	}
	id := "condition"
	for n := 2; findCondition(v.draft, id) != nil; n++ {
		id = fmt.Sprintf("condition-%d", n)
	}
	v.edit(func(p *guidelines.Pack) {
		p.Conditions = append(p.Conditions, guidelines.Condition{
			ID: id, Title: "New condition", When: `count(findings, .score > 0.6) >= 2`, Then: guidelines.Raise, Points: 5,
			Reason: "Say here, in words, why it matters.",
		})
	})
	v.fillItems()
	for i, it := range v.items {
		if it.kind == condition && it.id == id {
			v.list.Select(i)
		}
	}
	v.focusFirst()
}

func (v *View) dropCondition() {
	if v.at >= len(v.items) || v.items[v.at].kind != condition {
		return
	}
	id := v.items[v.at].id
	v.edit(func(p *guidelines.Pack) {
		p.Conditions = slices.DeleteFunc(p.Conditions, func(c guidelines.Condition) bool { return c.ID == id })
	})
	v.fillItems()
	v.show()
}

// itemRow is a line of the list.
type itemRow struct {
	show.Box
	title *show.Line
	head  *show.Line
	note  *show.Line
	dot   *show.Dot
	line  *show.Row
	rule  *show.Ground
}

func newItemRow() fyne.CanvasObject {
	r := &itemRow{title: show.NewLine(""), head: show.NewLine("").Bold().Small().Muted(), note: show.NewLine("").Small().Muted().Right().Min(54), dot: show.NewDot(look.Muted)}
	r.line = show.NewRow(8, show.Own(r.dot), show.Grow(r.title, 1), show.Own(r.note))
	r.rule = show.NewGround("", 0, r.line).Pad(14, 5, 12, 5)
	r.Set(r.rule)
	r.ExtendBaseWidget(r)
	return r
}

func (r *itemRow) fill(v *View, i int) {
	if i >= len(v.items) {
		return
	}
	it := v.items[i]
	if it.kind == heading {
		r.head.SetText(it.text)
		r.Set(show.NewGround("", 0, r.head).Pad(14, 9, 12, 2))
		return
	}
	r.Set(r.rule)
	r.title.SetText(it.text)
	r.title.Role(theme.ColorNameForeground)
	r.note.Set("", look.Muted)
	r.dot.Set(look.Faint)
	switch it.kind {
	case detector:
		known, _ := guidelines.KnownDetector(it.id)
		r.dot.Coloured(look.Edge(known.Guideline))
		switch {
		case v.draft.Off(it.id):
			r.note.Set("off", look.Muted)
			r.title.Role(look.Muted)
			r.dot.Set(look.Faint)
		case v.warning(it.id) != "":
			r.note.Set("drifts", theme.ColorNameWarning)
		default:
			r.note.SetText(fmt.Sprintf("from %.2f", v.draft.Shown(it.id)))
		}
	case guideline:
		r.dot.Coloured(look.Edge(it.id))
		if g, ok := findGuideline(v.draft, it.id); ok {
			r.note.SetText(fmt.Sprintf("severity %d", g.Severity))
		}
	case condition:
		if c := findCondition(v.draft, it.id); c != nil {
			r.title.SetText(c.Title)
			r.note.SetText(string(c.Then))
			if c.Off {
				r.note.SetText("off")
				r.title.Role(look.Muted)
			}
		}
	case version:
		if it.seq == v.rules.Seq {
			r.note.Set("in force", theme.ColorNameSuccess)
		}
	}
	if v.faulty(it) {
		r.note.Set("fault", theme.ColorNameError)
	}
	r.title.Refresh()
}

func findGuideline(p *guidelines.Pack, id string) (*guidelines.Guideline, bool) {
	for i := range p.Guidelines {
		if p.Guidelines[i].ID == id {
			return &p.Guidelines[i], true
		}
	}
	return nil, false
}

func (v *View) warning(detector string) string {
	for _, f := range v.rules.Fares {
		if f.Name == detector {
			return f.Warning
		}
	}
	return ""
}

// fieldOf is how faults name the fields of an item.
func (v *View) fieldOf(it item) []string {
	switch it.kind {
	case detector:
		return []string{"params." + it.id + ".", "detectors." + it.id}
	case lists:
		return []string{"allow."}
	case condition:
		i := slices.IndexFunc(v.draft.Conditions, func(c guidelines.Condition) bool { return c.ID == it.id })
		return []string{fmt.Sprintf("conditions[%d].", i)}
	}
	return nil
}

func (v *View) faulty(it item) bool {
	return slices.ContainsFunc(v.problems, func(p guidelines.Problem) bool {
		if it.kind == guideline {
			return p.Guideline == it.id
		}
		return slices.ContainsFunc(v.fieldOf(it), func(f string) bool { return strings.HasPrefix(p.Field, f) })
	})
}
