package contacts

import (
	"slices"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers/v2"

	"mensch/app/transcripts/phrase"
)

// run is a row of number pieces with nothing but separators between them.
type run struct {
	units []unit
	seps  []string // before each unit, the signs since the one before; "" if glued
}

const (
	maxDigits   = 15
	leastDigits = 5
)

// phones finds phone numbers: rows of digits, number words and look-alikes.
func (p *page) phones() {
	for i := 0; i < len(p.toks); {
		u, ok := p.unitAt(i)
		if !ok || u.weak && u.leet {
			i++
			continue
		}
		r := run{append(p.run.units[:0], u), append(p.run.seps[:0], "")}
		j := u.j
		for j < len(p.toks) && len(r.units) < 64 {
			sep, k := p.separator(j)
			if k < 0 || k >= len(p.toks) {
				break
			}
			v, ok := p.unitAt(k)
			if !ok {
				if v, ok = p.slip(r, k); !ok {
					break
				}
			}
			r.units = append(r.units, v)
			r.seps = append(r.seps, sep)
			j = v.j
		}
		p.run = r // the next row takes its memory
		p.readRun(r)
		i = max(j, i+1)
	}
}

// slip reads a misspelled number word at token k, with number words before and
// behind it.
func (p *page) slip(r run, k int) (unit, bool) {
	if last := r.units[len(r.units)-1]; p.toks[k].Kind != phrase.Word || !last.words {
		return unit{}, false
	}
	d := misspelled(p.text(k))
	if d == "" {
		return unit{}, false
	}
	before := 0
	for _, u := range r.units {
		if u.words && !u.weak {
			before++
		}
	}
	if _, n := p.separator(k + 1); n >= 0 && before < 3 {
		if next, ok := p.unitAt(n); (!ok || !next.words) && misspelled(p.text(n)) == "" {
			return unit{}, false
		}
	} else if before < 3 {
		return unit{}, false
	}
	return unit{digits: d, i: k, j: k + 1, words: true, weak: true}, true
}

// separator reads what may stand between two pieces of a number from token i
// on, and gives the signs and the next token, -1 if something else stands there.
func (p *page) separator(i int) (string, int) {
	var b strings.Builder
	line := false
	for k := i; k < len(p.toks) && k-i < 5; k++ {
		t := p.toks[k]
		if !t.Glue && b.Len() == 0 || !t.Glue && k > i {
			b.WriteByte(' ')
		}
		if isWord(t) {
			if t.Kind == phrase.Word {
				switch p.text(k) {
				case "dash", "hyphen", "minus", "dot", "point", "space", "then", "and", "slash", "tiret", "guion", "punkt", "punto", "strich", "underscore", "followed", "by", "first", "next", "last", "finally", "und", "et":
					b.WriteByte('w')
					continue
				}
			}
			return b.String(), k
		}
		switch c := p.char(k); c {
		case '.', ',', '-', '_', '/', '(', ')', '*', '~', '|', '[', ']', '{', '}', '+', '=', '<', '>', '\'', '"', '^':
			b.WriteByte(c)
		default:
			if t.Kind == phrase.Line && !line {
				line = true
				b.WriteByte('\n')
				continue
			}
			if r := p.s[t.A:t.B]; len(r) > 1 { // a sign or an emoji
				b.WriteByte('?')
				continue
			}
			return "", -1
		}
	}
	return "", -1
}

// readRun finds the numbers in a row of pieces.
func (p *page) readRun(r run) {
	all := 0
	for k := range r.units {
		all += len(r.units[k].digits)
	}
	if all < leastDigits {
		return
	}
	r = joinTens(r)
	for i := 0; i < len(r.units); {
		best, bestJ := phone{}, 0
		digits, single := 0, true
		for j := i; j < len(r.units) && j-i < 24; j++ {
			digits += len(r.units[j].digits)
			if digits > maxDigits+2 {
				break
			}
			if single = single && len(r.units[j].digits) == 1; j > i && strings.Contains(r.seps[j], "\n") && !r.units[j].words && !single {
				break
			}
			if digits < leastDigits {
				continue
			}
			// the whole rest first: a part of a number is no number
			c := p.judge(r, i, j+1)
			if c.score > 0 && c.score >= best.score-0.001 {
				best, bestJ = c, j+1
			}
		}
		if best.score < 0.3 {
			i++
			continue
		}
		p.add(best.Entity(p, r, i, bestJ))
		i = bestJ
	}
}

// joinTens reads "twenty eight" as 28.
func joinTens(r run) run {
	if !slices.ContainsFunc(r.units, func(u unit) bool { return u.tens }) {
		return r
	}
	out := run{}
	for k := 0; k < len(r.units); k++ {
		u := r.units[k]
		if u.tens && k+1 < len(r.units) && r.units[k+1].words && len(r.units[k+1].digits) == 1 && r.units[k+1].digits != "0" {
			u.digits = u.digits[:1] + r.units[k+1].digits
			u.j = r.units[k+1].j
			out.units, out.seps = append(out.units, u), append(out.seps, r.seps[k])
			k++
			continue
		}
		out.units, out.seps = append(out.units, u), append(out.seps, r.seps[k])
	}
	return out
}

type phone struct {
	score      float64
	plus       bool
	obfuscated bool
	cued       bool
	digits     string
}

func (c phone) Entity(p *page, r run, i, j int) Entity {
	e := Entity{Kind: Phone, I: r.units[i].i, J: r.units[j-1].j, Score: c.score, Obfuscated: c.obfuscated, Cued: c.cued, Value: c.digits}
	if c.plus {
		e.Value = "+" + e.Value
		if p.char(e.I-1) == '+' {
			e.I--
		}
	}
	if p.char(e.I-1) == '(' && strings.Contains(strings.Join(r.seps[i+1:j], ""), ")") {
		e.I--
		if p.char(e.I-1) == '+' {
			e.I--
		}
	}
	// an extension belongs to the number
	if e.J+1 < len(p.toks) && (p.text(e.J) == "x" || p.text(e.J) == "ext" || p.text(e.J) == "extension") && p.toks[e.J].Kind == phrase.Word {
		k := e.J + 1
		if p.char(k) == '.' {
			k++
		}
		if k < len(p.toks) && p.toks[k].Kind == phrase.Number && p.toks[k].B-p.toks[k].A <= 6 {
			e.J = k + 1
		}
	}
	return e
}

// judge says how likely the pieces [i, j) are a phone number.
func (p *page) judge(r run, i, j int) (c phone) {
	var b strings.Builder
	words, leets, weak, weakWords, single := 0, 0, 0, 0, 0
	sizes := make([]int, 0, 8)
	var seps strings.Builder
	for k := i; k < j; k++ {
		u := r.units[k]
		b.WriteString(u.digits)
		if u.words {
			words++
		}
		if u.leet {
			leets++
		}
		if u.weak {
			weak++
			if u.words {
				weakWords++
			}
		}
		n := len(u.digits)
		if n == 1 {
			single++
		}
		if k > i {
			seps.WriteString(r.seps[k])
		}
		if k > i && r.seps[k] == "" && len(sizes) > 0 {
			sizes[len(sizes)-1] += n
		} else {
			sizes = append(sizes, n)
		}
	}
	d := b.String()
	c.digits = d
	n := len(d)
	if n < 5 || n > maxDigits || weak == j-i {
		return phone{}
	}
	first, last := r.units[i], r.units[j-1]
	prev, next := p.char(first.i-1), p.char(last.j)
	signs := seps.String()
	plain := words == 0 && leets == 0

	strong := p.near(first.i, last.j, 6, 3, p.strongCue)
	cue := strong || p.near(first.i, last.j, 8, 4, p.phoneCue)
	not := p.nearBefore(first.i, 5, p.notPhone) && !p.areaCode(first.i) || last.j < len(p.toks) && p.unitWord(p.toks[last.j])
	c.cued = cue

	if words == 0 && strings.Contains(signs, "=") && (prev == '+' || strings.Contains(signs, "+")) {
		return phone{} // a sum
	}
	if prev == '+' && words == 0 {
		c.plus = true
		if v := p.international(d); v > 0 {
			c.score = v
			return c
		}
		c.plus = false
	}
	// What numbers that are no phone numbers look like.
	if words == 0 {
		if p.money(first.i) || p.cutLeft(first.i, prev, cue, tidy(sizes)) || p.cutRight(last.j, next, cue && (tidy(sizes) || n >= 10 && len(sizes) == 1), tidy(sizes)) {
			return phone{}
		}
	}
	if plain && (notNumber(d, sizes, signs) && !(strong && (single >= 10 && single == j-i && n <= 11 || n == 10 && strings.HasSuffix(d, "0000"))) || p.leftover(r, i, j) || fours(r)) {
		return phone{}
	}
	apart := single >= 9 && single == j-i // every digit by itself
	if strings.ContainsAny(signs, "=<>'\"^|") && words == 0 && !strong && !(apart && uniform(r, i, j)) {
		return phone{}
	}
	seen := [10]bool{}
	for k := range d {
		seen[d[k]-'0'] = true
	}
	distinct := 0
	for _, s := range seen {
		if s {
			distinct++
		}
	}
	if counting(d) && (len(sizes) == 1 || single+1 >= j-i) || distinct < 2 || distinct < 3 && !cue {
		return phone{}
	}
	switch {
	case words >= 3 && words-weakWords >= 2 && n >= 7:
		c.obfuscated = true
		c.score = 0.9
		if !cue && (words < 6 && single < 8 || n < 9) {
			c.score = 0.6
		}
		if n > 12 {
			c.score -= 0.1
		}
	case words+leets > 0 && n >= 9:
		if weak > 0 && words+leets == weak && !cue {
			return phone{}
		}
		if leets > 0 && !cue && !tidy(sizes) && single < 6 {
			return phone{}
		}
		c.obfuscated = true
		c.score = 0.6
		if cue {
			c.score = 0.9
		}
	case words+leets > 0:
		if !cue || n < 7 || weak == words+leets {
			return phone{}
		}
		c.obfuscated = true
		c.score = 0.6
	case single >= 6 && single >= (j-i)-2 && n >= 7: // digits set apart
		c.obfuscated = true
		c.score = 0.55
		if cue || n >= 10 && n <= 12 {
			c.score = 0.9
		}
		if strings.Contains(signs, ",") && !cue {
			return phone{}
		}
	default:
		c.score = p.shape(d, sizes, signs, cue, strong, p.nearBefore(first.i, 5, p.own) && p.nearBefore(first.i, 4, p.strongCue))
		c.plus = false
	}
	if not && !strong {
		c.score -= 0.5
	}
	if c.score <= 0 {
		return phone{}
	}
	return c
}

// uniform says whether the same signs stand between all pieces [i, j).
func uniform(r run, i, j int) bool {
	for k := i + 2; k < j; k++ {
		if r.seps[k] != r.seps[i+1] {
			return false
		}
	}
	return j-i > 2
}

// areaCode says whether token i follows the words "area code".
func (p *page) areaCode(i int) bool {
	for k := i - 1; k >= max(1, i-3); k-- {
		if p.text(k) == "code" && p.text(k-1) == "area" {
			return true
		}
	}
	return false
}

// cutLeft says whether the digits from token i on are the tail of something
// longer, such as an identifier or a path.
func (p *page) cutLeft(i int, prev byte, cue, tidy bool) bool {
	switch {
	case !p.glued(i):
		return false
	case prev == 0:
		return !tidy && !p.strongCue(p.toks[i-1]) // "txt4155552671"
	case strings.IndexByte("_&\\@%$", prev) >= 0:
		return true
	case strings.IndexByte("-./=:#", prev) >= 0:
		return !cue
	}
	return false
}

// cutRight says the same of what follows the digits that end before token j.
func (p *page) cutRight(j int, next byte, cue, tidy bool) bool {
	switch {
	case !p.glued(j):
		return false
	case next == 0:
		return p.toks[j].Kind != phrase.Line && !p.ext(j) && !tidy && !(cue && p.stop(p.toks[j]))
	case strings.IndexByte("_\\@%$", next) >= 0:
		return true
	case strings.IndexByte("-./=:", next) >= 0:
		return !cue && p.glued(j+1) && isWord(p.toks[j+1])
	}
	return false
}

func (p *page) ext(i int) bool {
	t := p.text(i)
	return t == "x" || t == "ext"
}

func (p *page) nearBefore(i, n int, is func(phrase.Token) bool) bool {
	for k := i - 1; k >= max(0, i-n); k-- {
		if p.toks[k].End {
			return false
		}
		if is(p.toks[k]) {
			return true
		}
	}
	return false
}

// money says whether a currency sign stands before token i.
func (p *page) money(i int) bool {
	if i == 0 {
		return false
	}
	switch p.text(i - 1) {
	case "$", "€", "£", "¥", "₹", "usd", "eur", "gbp", "rs", "inr":
		return true
	}
	return false
}

// leftover says whether the row goes on, at either side, so closely that the
// part would be cut out of a longer number.
func (p *page) leftover(r run, i, j int) bool {
	tight := func(s string) bool { return s == "" || s == "-" || s == "." || s == "/" }
	return j < len(r.units) && tight(r.seps[j]) || i > 0 && tight(r.seps[i])
}

func counting(d string) bool {
	if strings.Contains("1234567891011121314151617181920", d) {
		return true
	}
	up, down := true, true
	for k := 1; k < len(d); k++ {
		up = up && (d[k] == d[k-1]+1 || d[k-1] == '9' && d[k] == '0')
		down = down && d[k]+1 == d[k-1]
	}
	return up || down
}

func tidy(sizes []int) bool {
	return len(sizes) >= 3 && sizes[len(sizes)-1] >= 2 && sizes[len(sizes)-1] <= 4
}

// notNumber knows the rows of digits that are something else: network
// addresses, dates, times, versions, cards, social security numbers.
func notNumber(d string, sizes []int, signs string) bool {
	sep := strings.TrimSpace(signs)
	switch {
	case sep == "..." && len(sizes) == 4 && max4(sizes) <= 3 && len(d) != 10: // 192.168.0.12
		return true
	case len(sizes) == 4 && sep == "..." && sizes[3] <= 3:
		return true
	case len(sizes) == 3 && (sep == "--" || sep == "//" || sep == "..") && (sizes[0] == 4 && sizes[1] == 2 && sizes[2] == 2 || sizes[2] == 4 && sizes[0] <= 2 && sizes[1] <= 2 || sep == "//" && len(d) < 9): // dates
		return true
	case len(sizes) == 3 && sep == "--" && sizes[0] == 3 && sizes[1] == 2 && sizes[2] == 4: // social security number
		return true
	case len(sizes) == 2 && sep == "-" && sizes[0] == 4 && sizes[1] == 4 && (d[:2] == "19" || d[:2] == "20") && (d[4:6] == "19" || d[4:6] == "20"): // 1998-2004
		return true
	case len(sizes) == 2 && (sep == "." || sep == ","): // a decimal number
		return true
	case len(sizes) >= 2 && strings.Trim(sep, ",") == "" && len(sep) == len(sizes)-1: // 1,234,567 or a list
		return true
	case len(sizes) >= 4 && len(d) >= 13 && luhn(d) && sizes[0] == 4:
		return true
	case len(sizes) == 1 && len(d) >= 12 && luhn(d):
		return true
	case len(sizes) == 1 && len(d) == 8 && (d[:2] == "19" || d[:2] == "20") && d[4:6] <= "12" && d[4:6] > "00" && d[6:] <= "31": // 20050412
		return true
	case len(sizes) >= 3 && allFour(sizes): // 9400 1118 9922: parcels, cards, licences
		return true
	case len(sizes) >= 2 && sizes[0] == 4 && sep != "" && strings.Trim(sep, "-") == "" && (d[:2] == "20" || d[:2] == "19"): // 2026-07-0013
		return true
	case len(sizes) == 1 && strings.HasSuffix(d, "0000"):
		return true
	}
	return false
}

// fours says whether a row is a card, a parcel or a licence: four digits at a
// time, three times or more.
func fours(r run) bool {
	for _, u := range r.units {
		if len(u.digits) != 4 || u.words {
			return false
		}
	}
	return len(r.units) >= 3
}

func allFour(sizes []int) bool {
	for _, s := range sizes {
		if s != 4 {
			return false
		}
	}
	return true
}

func max4(sizes []int) int {
	m := 0
	for _, s := range sizes {
		m = max(m, s)
	}
	return m
}

func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		x := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if x *= 2; x > 9 {
				x -= 9
			}
		}
		sum += x
	}
	return sum%10 == 0
}

// shape scores digits that are written as digits, by how they are grouped.
func (p *page) shape(d string, sizes []int, signs string, cue, strong, own bool) float64 {
	n := len(d)
	nanp := n == 10 && d[0] >= '2' && d[3] >= '2' || n == 11 && d[0] == '1' && d[1] >= '2' && d[4] >= '2'
	boost := func(bare, cued float64) float64 {
		if cue {
			return cued
		}
		return bare
	}
	switch {
	case nanp && same(sizes, 3, 3, 4), nanp && same(sizes, 1, 3, 3, 4):
		return boost(0.85, 0.96)
	case nanp && len(sizes) == 1:
		return boost(0.55, 0.93)
	case nanp && len(sizes) == 2 && (same(sizes, 3, 7) || same(sizes, 6, 4)):
		return boost(0.6, 0.93)
	}
	if len(sizes) > 1 && strings.ContainsAny(signs, "/,_*~|[]") && !cue {
		return 0
	}
	if n >= 7 && p.national(d, sizes) {
		switch {
		case cue:
			return 0.93
		case len(sizes) >= 3 && n >= 8, d[0] == '0' && len(sizes) >= 2 && n >= 8:
			return 0.7
		case len(sizes) >= 2:
			return 0.5
		case d[0] == '0' && n >= 10:
			return 0.55
		}
		return 0.35
	}
	if n == 7 && same(sizes, 3, 4) {
		return boost(0.35, 0.8)
	}
	if cue && n >= 7 && n <= 13 {
		if strong {
			return 0.85
		}
		return 0.6
	}
	if n <= 6 && strong && own {
		return 0.6
	}
	return 0
}

func same(a []int, b ...int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// international checks digits behind a plus sign.
func (p *page) international(d string) float64 {
	if len(d) < 7 || p.tries <= 0 {
		return 0
	}
	p.tries--
	n, err := phonenumbers.Parse("+"+d, "ZZ")
	switch {
	case err != nil:
		return 0
	case phonenumbers.IsValidNumber(n):
		return 0.97
	case phonenumbers.IsPossibleNumber(n):
		return 0.85
	}
	return 0.6
}

// shapes are the ways in which the regions write their national numbers: for
// each row of group sizes, the regions that use it.
var shapes = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for region := range phonenumbers.GetSupportedRegions() {
		seen := map[string]bool{}
		for typ := phonenumbers.FIXED_LINE; typ <= phonenumbers.UAN; typ++ {
			ex := phonenumbers.GetExampleNumberForTypeInRegion(region, typ)
			if ex == nil {
				continue
			}
			key := shapeKey(groups(phonenumbers.Format(ex, phonenumbers.NATIONAL)))
			if !seen[key] {
				seen[key] = true
				m[key] = append(m[key], region)
			}
		}
	}
	for _, regions := range m {
		slices.Sort(regions)
	}
	return m
})

func groups(s string) []int {
	var out []int
	in := false
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			if !in {
				out = append(out, 0)
			}
			out[len(out)-1]++
			in = true
		} else {
			in = false
		}
	}
	return out
}

func shapeKey(sizes []int) string {
	b := make([]byte, len(sizes))
	for i, s := range sizes {
		b[i] = 'a' + byte(min(s, 25))
	}
	return string(b)
}

// national says whether some region writes a valid number of its own so.
func (p *page) national(d string, sizes []int) bool {
	regions := shapes()[shapeKey(sizes)]
	for _, region := range regions {
		if p.tries <= 0 {
			return false
		}
		p.tries--
		if n, err := phonenumbers.Parse(d, region); err == nil && phonenumbers.IsValidNumberForRegion(n, region) {
			return true
		}
	}
	return false
}

// Dialable says whether digits without any grouping are a valid number somewhere.
func Dialable(digits string) bool {
	if len(digits) < 8 || len(digits) > maxDigits || counting(digits) {
		return false
	}
	for _, region := range [...]string{"US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "RU", "IN", "AU", "BR", "MX", "CH", "AT", "BE", "PT", "SE", "NO", "DK", "FI", "IE", "ZA", "NZ", "TR", "UA", "IL", "JP", "CN", "PH", "NG", "KE", "AR", "CO", "GR", "CZ", "RO", "HU"} {
		if n, err := phonenumbers.Parse(digits, region); err == nil && phonenumbers.IsValidNumberForRegion(n, region) {
			return true
		}
	}
	return false
}
