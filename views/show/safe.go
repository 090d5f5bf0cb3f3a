// Package show holds the widgets that all screens share. They show text from
// outside as text: no markup, no live links, and nothing that hides.
package show

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Piece is a stretch of text from outside as it is shown. Start and End are
// its bytes in the original.
type Piece struct {
	Start, End int
	Text       string
	Hidden     bool // the original cannot be seen; Text names it
}

// names of characters that change a text without being seen.
var hiddenNames = map[rune]string{
	0x00ad: "SHY", 0x034f: "CGJ", 0x061c: "ALM", 0x115f: "HCF", 0x1160: "HJF",
	0x17b4: "KIV", 0x17b5: "KIV", 0x180e: "MVS",
	0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200d: "ZWJ", 0x200e: "LRM", 0x200f: "RLM",
	0x2028: "LS", 0x2029: "PS", 0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO",
	0x2060: "WJ", 0x2061: "FA", 0x2062: "IT", 0x2063: "IS", 0x2064: "IP",
	0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
	0x3164: "HF", 0xfeff: "BOM", 0xffa0: "HHF", 0xfffc: "OBJ",
	0x00a0: "", 0x2007: "", 0x202f: "",
}

// maxMarks is how many combining marks in a row are drawn: more would climb
// over the neighbouring lines.
const maxMarks = 4

// Pieces cuts a text into what can be shown as it is and what has to be named:
// direction overrides, zero-width and control characters, and heaps of
// combining marks. Joiners that emoji and cursive scripts need stay. The
// pieces cover the whole text in order.
func Pieces(text string) []Piece {
	var out []Piece
	plain, start := strings.Builder{}, 0
	flush := func(end int) {
		if plain.Len() > 0 {
			out = append(out, Piece{Start: start, End: end, Text: plain.String()})
			plain.Reset()
		}
	}
	marks := 0
	var before rune
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		end := i + size
		var name string
		if r == utf8.RuneError && size == 1 {
			name = fmt.Sprintf("byte %02X", text[i])
		} else {
			after, _ := utf8.DecodeRuneInString(text[end:])
			name = hiddenName(r, before, after)
		}
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			marks++
		} else {
			marks = 0
		}
		if marks > maxMarks {
			run := end
			count := 1
			for run < len(text) {
				next, n := utf8.DecodeRuneInString(text[run:])
				if !unicode.Is(unicode.Mn, next) && !unicode.Is(unicode.Me, next) {
					break
				}
				run += n
				count++
			}
			flush(i)
			out = append(out, Piece{Start: i, End: run, Text: fmt.Sprintf("‹+%d marks›", count), Hidden: true})
			i, start, marks, before = run, run, 0, 0
			continue
		}
		if name != "" {
			flush(i)
			out = append(out, Piece{Start: i, End: end, Text: "‹" + name + "›", Hidden: true})
			start = end
		} else {
			if plain.Len() == 0 {
				start = i
			}
			switch r {
			case '\r': // a line end is one sign
			case '\t', 0x00a0, 0x2007, 0x202f:
				plain.WriteByte(' ')
			default:
				plain.WriteRune(r)
			}
		}
		before = r
		i = end
	}
	flush(len(text))
	return out
}

func hiddenName(r, before, after rune) string {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return ""
	case r == 0x200d && (emojiLike(before) || before == 0xfe0f) && emojiLike(after):
		return ""
	case (r == 0x200d || r == 0x200c) && joining(before) && joining(after):
		return ""
	case r >= 0xfe00 && r <= 0xfe0f && !unicode.IsControl(before) && before != 0:
		return "" // a variation selector behind a character is usual
	case r >= 0xe0020 && r <= 0xe007f:
		if emojiLike(before) || before >= 0xe0020 && before <= 0xe007f {
			return "" // flags of regions
		}
		return fmt.Sprintf("TAG %c", r-0xe0000)
	}
	if name, ok := hiddenNames[r]; ok {
		return name
	}
	if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.Is(unicode.Co, r) || unicode.Is(unicode.Variation_Selector, r) {
		return fmt.Sprintf("U+%04X", r)
	}
	return ""
}

func emojiLike(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0x2190 && r <= 0x2bff || r == 0x00a9 || r == 0x00ae
}

// joining reports whether r belongs to a script whose letters join, where
// zero-width joiners are spelling.
func joining(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali,
		unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
		unicode.Malayalam, unicode.Sinhala)
}

// Safe gives a text from outside as it may be shown, line ends kept.
func Safe(text string) string {
	if clean(text) {
		return text
	}
	var b strings.Builder
	for _, p := range Pieces(text) {
		b.WriteString(p.Text)
	}
	return b.String()
}

// SafeLine is Safe on one line: line ends become spaces.
func SafeLine(text string) string {
	text = Safe(text)
	if !strings.ContainsAny(text, "\n") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// clean reports whether a text is plain enough to be shown as it is.
func clean(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= 0x7f || c < ' ' && c != '\n' {
			return false
		}
	}
	return true
}
