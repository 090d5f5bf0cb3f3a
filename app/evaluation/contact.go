package evaluation

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"mensch/app/model"
	"mensch/app/scores"
	"mensch/app/transcripts"
)

// believed is the score from which a contact counts as one.
const believed = 0.5

// contact measures contacts by what the labels are: marked places with their
// kind, marked words, or texts that are one thing or another.
func (e *Evaluator) contact(ctx context.Context, o Options, rows []row, res *Result) error {
	typed, words := false, false
	for _, r := range rows {
		list, _ := r.fields["spans"].([]any)
		for _, v := range list {
			switch v.(type) {
			case string:
				words = true
			case []any, map[string]any:
				typed = true
			}
		}
	}
	switch {
	case typed:
		return e.entities(ctx, o, rows, res)
	case words:
		return e.words(ctx, o, rows, res)
	}
	cache := map[string][]model.Finding{}
	return decide(ctx, o, res, talks(rows, res), func(t talk) judgement { return e.review(t, transcripts.DetectContact, cache) }, naiveFilter, naiveContact)
}

// kindOf gives the kind of contact that a label's type names, "" for what is
// none.
func kindOf(s string) string {
	s = strings.ToLower(s)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(s, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("ip_address", "ip address", "ipv", "mac_address"):
		return ""
	case has("email", "e-mail", "mail"):
		return "email"
	case has("phone", "tel", "mobile", "fax"):
		return "phone"
	case has("url", "domain", "website", "web", "link"):
		return "url"
	case has("iban", "bank"):
		return "iban"
	case has("crypto", "bitcoin", "btc", "ethereum", "wallet"):
		return "crypto"
	case has("address", "street"):
		return "address"
	case has("handle", "username", "user_name", "messenger", "social", "screen_name", "skype", "telegram", "whatsapp", "instagram"):
		return "handle"
	case has("payment", "paypal", "cashapp", "venmo", "payout"):
		return "payment"
	}
	return ""
}

// place is a labelled contact: bytes [lo, hi) of a text.
type place struct {
	kind   string
	lo, hi int
	seen   bool
}

// places reads labels with a type and two offsets in characters.
func places(s string, list []any) (out []place, bad int) {
	at := make([]int, 0, len(s)+1) // the byte at which each character begins
	for i := range s {
		at = append(at, i)
	}
	at = append(at, len(s))
	for _, v := range list {
		var kind string
		var lo, hi float64
		ok := false
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				if name, is := x.(string); is && kind == "" {
					kind = name
				}
			}
			var nums []float64
			for _, x := range v {
				if f, is := x.(float64); is {
					nums = append(nums, f)
				}
			}
			if ok = len(nums) >= 2; ok {
				lo, hi = nums[0], nums[1]
			}
		case map[string]any:
			r := newRow(0, v)
			kind = r.str("type", "label", "entity_type", "entity", "kind")
			a, ok1 := r.num("start", "start_position", "begin", "from")
			b, ok2 := r.num("end", "end_position", "stop", "to")
			lo, hi, ok = a, b, ok1 && ok2
		}
		if !ok || lo < 0 || hi <= lo || hi > float64(len(at)-1) {
			bad++
			continue
		}
		if k := kindOf(kind); k != "" {
			out = append(out, place{kind: k, lo: at[int(lo)], hi: at[int(hi)]})
		}
	}
	return out, bad
}

// entities measures contacts one by one: a labelled one is found when one of its
// kind covers part of it, and one is false when no label of its kind does.
func (e *Evaluator) entities(ctx context.Context, o Options, rows []row, res *Result) error {
	kinds, all := map[string]bool{}, make([][]place, len(rows))
	for i, r := range rows {
		list, _ := r.fields["spans"].([]any)
		var bad int
		all[i], bad = places(r.str(textNames...), list)
		res.Skipped += bad
		for _, p := range all[i] {
			kinds[p.kind] = true
		}
	}
	if len(kinds) == 0 {
		return &ShapeError{res.Detector, "span whose type is a way to reach somebody"}
	}
	var units, chars []scores.Counts
	var base scores.Counts
	var parts groups
	false2 := map[string]int{}
	for i, r := range rows {
		if ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // the caller looks for it
		}
		s := r.str(textNames...)
		var c, ch scores.Counts
		v := Verdict{Row: r.n}
		covered := make([]bool, len(s))
		for _, g := range e.reader.Contacts(s) {
			if !kinds[g.Kind] || g.Score < believed {
				continue // a kind that nobody labelled in this file
			}
			v.Got, v.Score = true, max(v.Score, g.Score)
			v.Spans = append(v.Spans, Span{g.Kind, g.Start, g.End})
			hit := false
			for k := range all[i] {
				p := &all[i][k]
				if p.kind == g.Kind && min(p.hi, g.End) > max(p.lo, g.Start) {
					p.seen, hit = true, true
				}
			}
			if !hit {
				c.FP++
				false2[g.Kind]++
			}
			for b := g.Start; b < g.End; b++ {
				covered[b] = true
			}
		}
		for _, p := range all[i] {
			if p.seen {
				c.TP++
			} else {
				c.FN++
			}
			base.Add(true, naiveContact(s[p.lo:p.hi]))
			parts.add(p.kind, true, p.seen)
			for b := p.lo; b < p.hi; b++ {
				ch.Add(true, covered[b])
				covered[b] = false
			}
		}
		for _, x := range covered {
			if x {
				ch.FP++
			}
		}
		if len(all[i]) == 0 && naiveContact(s) {
			base.FP++
		}
		want := len(all[i]) > 0
		v.Want = &want
		if o.Verdicts {
			res.Verdicts = append(res.Verdicts, v)
		}
		units, chars = append(units, c), append(chars, ch)
	}
	res.Unit, res.Labelled = "entities", true
	res.count(units, false)
	res.against(naiveFilter+" (false ones counted by text)", base, false)
	res.Groups = parts.list(60)
	sum := scores.Sum(chars)
	res.Extra = map[string]float64{"character_f2": sum.F2(), "character_precision": sum.Precision(), "character_recall": sum.Recall()}
	for k, n := range false2 {
		res.Extra["false_"+k] = float64(n)
	}
	if kinds["address"] {
		var narrow scores.Counts
		for _, g := range res.Groups {
			if g.Name != "address" {
				narrow.TP, narrow.FN, narrow.FP = narrow.TP+float64(g.Found), narrow.FN+float64(g.N-g.Found), narrow.FP+float64(false2[g.Name])
			}
		}
		res.Extra["f2_without_street_addresses"] = narrow.F2()
	}
	return nil
}

// words measures marked words: they are found when marks cover half of them or
// more. In a row without any, a finding is false.
func (e *Evaluator) words(ctx context.Context, o Options, rows []row, res *Result) error {
	var units []scores.Counts
	var base scores.Counts
	var parts groups
	hidden := newHiding()
	for _, r := range rows {
		if ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // the caller looks for it
		}
		s := r.str(textNames...)
		if s == "" {
			res.Skipped++
			continue
		}
		marks, _ := r.list("spans")
		j := e.review(talk{conv: conversationOf(model.FromExpert, s)}, transcripts.DetectContact, nil)
		var c scores.Counts
		at := 0
		for _, m := range marks {
			k := strings.Index(s[at:], m)
			if k < 0 {
				at = 0
				if k = strings.Index(s, m); k < 0 {
					res.Skipped++
					continue
				}
			}
			lo, hi := at+k, at+k+len(m)
			at = hi
			got := covers(j.spans, lo, hi)
			c.Add(true, got)
			base.Add(true, naiveContact(m))
			parts.add(r.str("kind", "type"), true, got)
			if o.Disguise {
				hidden.try(e, s[:lo], m, s[hi:])
			}
		}
		if len(marks) == 0 {
			c.Add(false, j.got)
			base.Add(false, naiveContact(s))
			parts.add("no contact", false, j.got)
		}
		units = append(units, c)
		if o.Verdicts {
			want := len(marks) > 0
			res.Verdicts = append(res.Verdicts, Verdict{Row: r.n, Want: &want, Got: j.got, Score: j.score, Spans: j.spans})
		}
	}
	if len(units) == 0 {
		return &ShapeError{res.Detector, "text"}
	}
	res.Unit, res.Labelled = "spans", true
	res.count(units, true)
	res.against(naiveFilter, base, true)
	res.Groups = parts.list(60)
	if o.Disguise {
		hidden.report(res)
	}
	return nil
}

// covers says whether marks of contacts cover half of bytes [lo, hi) or more.
func covers(marks []Span, lo, hi int) bool {
	n := 0
	for _, m := range marks {
		if m.Label != "off-platform" && m.Label != "promotion" {
			n += max(0, min(hi, m.End)-max(lo, m.Start))
		}
	}
	return n*2 >= hi-lo
}

// hiding counts what is found of contacts in each disguise.
type hiding struct {
	plain scores.Counts
	by    map[string]*scores.Counts
}

func newHiding() *hiding { return &hiding{by: map[string]*scores.Counts{}} }

func (h *hiding) try(e *Evaluator, before, contact, after string) {
	found := func(parts []string) bool {
		parts[0] = before + parts[0]
		parts[len(parts)-1] += after
		conv := conversationOf(model.FromExpert, parts...)
		lo := len(before)
		hi := len(parts[0])
		if len(parts) == 1 {
			hi -= len(after)
		}
		for _, f := range e.reader.Review(conv) {
			if f.Detector != transcripts.DetectContact {
				continue
			}
			for _, s := range f.Spans {
				if s.Label != "off-platform" && s.Label != "promotion" && (s.Message != "m0" || s.End > lo && s.Start < hi) {
					return true
				}
			}
		}
		return false
	}
	h.plain.Add(true, found([]string{contact}))
	for _, d := range Disguises() {
		if h.by[d.Name] == nil {
			h.by[d.Name] = &scores.Counts{}
		}
		h.by[d.Name].Add(true, found(d.Do(contact)))
	}
}

func (h *hiding) report(res *Result) {
	if res.Extra == nil {
		res.Extra = map[string]float64{}
	}
	var all scores.Counts
	for _, d := range Disguises() {
		c := h.by[d.Name]
		if c == nil {
			continue
		}
		all = all.Plus(*c)
		low, high := scores.Wilson(c.TP, c.TP+c.FN)
		res.Groups = append(res.Groups, Group{Name: "disguise: " + d.Name, N: int(c.N()), Found: int(c.TP), Share: c.Recall(), Range: Interval{low, high}, Wanted: true})
	}
	res.Extra["points_lost_to_disguise"] = 100 * (h.plain.Recall() - all.Recall())
	res.Notes = append(res.Notes, fmt.Sprintf("%d disguises of %d contacts", len(h.by), int(h.plain.N())))
}

// Disguise is a way to hide a contact from a filter: one message or several.
type Disguise struct {
	Name string
	Do   func(string) []string
}

// Disguises are the ways that the contact detector is measured against.
func Disguises() []Disguise {
	one := func(f func(string) string) func(string) []string {
		return func(s string) []string { return []string{f(s)} }
	}
	return []Disguise{
		{"full width", one(func(s string) string { return each(s, wide) })},
		{"zero width", one(func(s string) string { return between(s, "\u200b") })},
		{"soft hyphens", one(func(s string) string { return between(s, "\u00ad") })},
		{"Cyrillic look-alikes", one(func(s string) string { return each(s, cyrillic) })},
		{"digits in words", one(inWords)},
		{"leet digits", one(func(s string) string { return each(s, leetDigit) })},
		{"letters spaced out", one(func(s string) string { return strings.TrimSpace(between(strings.ReplaceAll(s, " ", ""), " ")) })},
		{"three messages", inThree},
		{"Arabic digits", one(func(s string) string { return each(s, arabic) })},
	}
}

func each(s string, f func(rune) rune) string { return strings.Map(f, s) }

func wide(r rune) rune {
	if r > ' ' && r < 0x7f {
		return r + 0xfee0
	}
	return r
}

var cyrillics = func() map[rune]rune {
	m := map[rune]rune{}
	from, to := []rune("aceopxyiACEHKMOPTX"), []rune("асеорхуіАСЕНКМОРТХ")
	for i, r := range from {
		m[r] = to[i]
	}
	return m
}()

func cyrillic(r rune) rune {
	if x, ok := cyrillics[r]; ok {
		return x
	}
	return r
}

func arabic(r rune) rune {
	if r >= '0' && r <= '9' {
		return r - '0' + '٠'
	}
	return r
}

func leetDigit(r rune) rune {
	switch r {
	case '0':
		return 'O'
	case '1':
		return 'l'
	case '5':
		return 'S'
	}
	return r
}

var digitNames = strings.Fields("zero one two three four five six seven eight nine")

func inWords(s string) string {
	var b strings.Builder
	space := func() {
		if n := b.Len(); n > 0 && b.String()[n-1] != ' ' {
			b.WriteByte(' ')
		}
	}
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			space()
			b.WriteString(digitNames[r-'0'] + " ")
		case r == '@':
			space()
			b.WriteString("at ")
		case r == '.':
			space()
			b.WriteString("dot ")
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

func between(s, sep string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		b.WriteString(sep)
	}
	return b.String()
}

// inThree cuts a text into three messages, on rune boundaries.
func inThree(s string) []string {
	a, b := len(s)/3, 2*len(s)/3
	for a > 0 && !utf8.RuneStart(s[a]) {
		a--
	}
	for b > a && !utf8.RuneStart(s[b]) {
		b--
	}
	return []string{s[:a], s[a:b], s[b:]}
}
