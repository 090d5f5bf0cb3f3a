package cases

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Blank is a stretch of a text that must not be shown: byte offsets, Start
// inclusive, End exclusive, and what stands there.
type Blank struct {
	Start, End int
	Label      string // such as phone or email; in the redacted text it stands in brackets
}

// Finder finds what must not be shown in a text. The transcript detectors'
// reader of contact details is one; Plain is another.
type Finder func(text string) []Blank

// Redact takes out of a text what the finders, and Plain, point at, and says
// in brackets what stood there.
func Redact(text string, finders ...Finder) string {
	// What is left when something goes may itself look like something.
	for range 4 {
		next := blank(text, 0, len(text), find(text, finders))
		if next == text {
			break
		}
		text = next
	}
	return text
}

// Words is a finder of given words, such as the names and pseudonyms that are
// known of a client; letters' case does not matter.
func Words(label string, words ...string) Finder {
	var parts []string
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			parts = append(parts, regexp.QuoteMeta(w))
		}
	}
	if len(parts) == 0 {
		return func(string) []Blank { return nil }
	}
	slices.SortFunc(parts, func(a, b string) int { return len(b) - len(a) })
	re := regexp.MustCompile(`(?i)` + strings.Join(parts, "|"))
	return func(text string) []Blank {
		var out []Blank
		for _, m := range re.FindAllStringIndex(text, -1) {
			out = append(out, Blank{Start: m[0], End: m[1], Label: label})
		}
		return out
	}
}

var (
	plainMail   = regexp.MustCompile(`(?i)[\pL\pN._%+-]+\s*@\s*[\pL\pN-]+(\.[\pL\pN-]+)*|(^|[^\pL\pN_])@[\pL\pN_.]{3,}`)
	plainLink   = regexp.MustCompile(`(?i)\b(https?://|www\.)[^\s<>"]+`)
	plainNumber = regexp.MustCompile(`[+(]?\pN[\pN\s().\-/–]*\pN`)
	plainDate   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

// Plain finds what looks like an address, a link or a number of five digits or
// more, without knowing more: it rather takes out too much.
func Plain(text string) []Blank {
	var out []Blank
	add := func(re *regexp.Regexp, label string, ok func(string) bool) {
		for _, m := range re.FindAllStringIndex(text, -1) {
			if ok == nil || ok(text[m[0]:m[1]]) {
				out = append(out, Blank{Start: m[0], End: m[1], Label: label})
			}
		}
	}
	add(plainMail, "address", nil)
	add(plainLink, "link", nil)
	add(plainNumber, "number", func(s string) bool {
		digits := 0
		for _, r := range s {
			if unicode.IsNumber(r) {
				digits++
			}
		}
		return digits >= 5 && !plainDate.MatchString(s)
	})
	return out
}

// find asks all finders and gives what they point at in order, without
// overlaps, on rune boundaries.
func find(text string, finders []Finder) []Blank {
	all := Plain(text)
	for _, f := range finders {
		if f != nil {
			all = append(all, f(text)...)
		}
	}
	all = slices.DeleteFunc(all, func(b Blank) bool { return b.Start < 0 || b.End > len(text) || b.Start >= b.End })
	for i := range all {
		for all[i].Start > 0 && !utf8.RuneStart(text[all[i].Start]) {
			all[i].Start--
		}
		for all[i].End < len(text) && !utf8.RuneStart(text[all[i].End]) {
			all[i].End++
		}
	}
	slices.SortStableFunc(all, func(a, b Blank) int { return a.Start - b.Start })
	var out []Blank
	for _, b := range all {
		if n := len(out); n > 0 && b.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, b.End)
			continue
		}
		out = append(out, b)
	}
	return out
}

// blank gives text[from:to] with the blanks' labels in their place.
func blank(text string, from, to int, blanks []Blank) string {
	var b strings.Builder
	at := from
	for _, x := range blanks {
		if x.End <= at || x.Start >= to {
			continue
		}
		if x.Start > at {
			b.WriteString(text[at:x.Start])
		}
		label := x.Label
		if label == "" {
			label = "removed"
		}
		b.WriteString("[" + label + "]")
		at = x.End
	}
	if at < to {
		b.WriteString(text[at:to])
	}
	return b.String()
}
