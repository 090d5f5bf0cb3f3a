package linkage

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/antzucaro/matchr"
)

// Kind says how a field is compared.
type Kind int

// The kinds of field.
const (
	Text    Kind = iota // names and other words: soft TF-IDF over Jaro-Winkler
	Address             // a house number and a street
	Phone               // digits; the last seven count
	Exact               // equal or not
	Web                 // an e-mail address or a web site, by its host
)

// Field is one column of a table of records.
type Field struct {
	Name string
	Kind Kind
}

// prepared is a field with its values cut into what is compared.
type prepared struct {
	Field
	values []string   // folded
	tokens [][]string // Text, Address: words without the house number
	number []string   // Address
	weight map[string]float64
	norm   []float64
}

// steps are the similarities from which a text reaches level 1, 2 and so on.
var steps = []float64{0.35, 0.55, 0.72, 0.86, 0.97}

func prepare(f Field, raw []string) prepared {
	p := prepared{Field: f, values: make([]string, len(raw)), tokens: make([][]string, len(raw)), number: make([]string, len(raw)), weight: map[string]float64{}, norm: make([]float64, len(raw))}
	df := map[string]int{}
	filled := 0
	for i, s := range raw {
		switch f.Kind {
		case Phone:
			p.values[i] = FoldPhone(s)
		case Web:
			p.values[i] = foldHost(s)
		case Address:
			p.tokens[i] = FoldAddress(s)
			p.number[i], p.tokens[i] = houseNumber(p.tokens[i])
			p.values[i] = strings.Join(append([]string{p.number[i]}, p.tokens[i]...), " ")
		case Text:
			p.tokens[i] = FoldWords(s)
			p.values[i] = strings.Join(p.tokens[i], " ")
		default:
			p.values[i] = strings.Join(FoldWords(s), " ")
		}
		if strings.TrimSpace(p.values[i]) == "" {
			p.values[i] = ""
			continue
		}
		filled++
		for _, t := range distinct(p.tokens[i]) {
			df[t]++
		}
	}
	for t, n := range df {
		p.weight[t] = math.Log(1 + float64(filled)/float64(n))
	}
	for i := range raw {
		sum := 0.0
		for _, t := range p.tokens[i] {
			sum += p.weight[t] * p.weight[t]
		}
		p.norm[i] = math.Sqrt(sum)
	}
	return p
}

func distinct(s []string) []string {
	out := slices.Clone(s)
	slices.Sort(out)
	return slices.Compact(out)
}

func (p prepared) levels() int {
	switch p.Kind {
	case Text:
		return len(steps) + 1
	case Address:
		return 5
	}
	return 2
}

// level compares two records' values: -1 where either is missing, 0 for
// disagreement, more the better they agree.
func (p prepared) level(a, b int) int {
	if p.values[a] == "" || p.values[b] == "" {
		return -1
	}
	switch p.Kind {
	case Text:
		s := p.similar(a, b)
		l := 0
		for _, step := range steps {
			if s >= step {
				l++
			}
		}
		return l
	case Address:
		street := p.similar(a, b)
		same := p.number[a] != "" && p.number[a] == p.number[b]
		switch {
		case same && street >= 0.75:
			return 4
		case same && street >= 0.4:
			return 3
		case same:
			return 2
		case street >= 0.75 && (p.number[a] == "" || p.number[b] == ""):
			return 2
		case street >= 0.75:
			return 1
		}
		return 0
	}
	if p.values[a] == p.values[b] {
		return 1
	}
	return 0
}

// similar is the soft TF-IDF of two texts: the cosine over words that are alike,
// 0 to 1 (W. W. Cohen, P. Ravikumar, S. E. Fienberg: A Comparison of String
// Metrics for Matching Names and Records, 2003). A text whose words all stand in
// a longer one is worth a part more.
func (p prepared) similar(a, b int) float64 {
	x, y := p.tokens[a], p.tokens[b]
	if p.values[a] == p.values[b] {
		return 1
	}
	if strings.Join(x, "") == strings.Join(y, "") && len(x) > 0 {
		return 0.98
	}
	if p.norm[a] == 0 || p.norm[b] == 0 {
		return 0
	}
	sum, coveredX, allX := 0.0, 0.0, 0.0
	coveredY := map[int]bool{}
	for _, t := range x {
		best, at, similarity := "", -1, 0.0
		for j, s := range y {
			sim := alike(t, s)
			if sim > similarity {
				best, at, similarity = s, j, sim
			}
		}
		allX += p.weight[t]
		if similarity >= 0.88 {
			sum += p.weight[t] * p.weight[best] * similarity
			coveredX += p.weight[t] * similarity
			coveredY[at] = true
		}
	}
	cosine := min(1, sum/(p.norm[a]*p.norm[b]))
	within, allY := 0.0, 0.0
	for j, s := range y {
		allY += p.weight[s]
		if coveredY[j] {
			within += p.weight[s]
		}
	}
	contained := max(coveredX/allX, within/allY)
	return max(cosine, 0.45*cosine+0.55*contained*min(1, sum/6))
}

// alike compares two words, 0 to 1; abbreviations ("assoc", "s") count.
func alike(a, b string) float64 {
	if a == b {
		return 1
	}
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	if isDigits(a) || isDigits(b) {
		return 0
	}
	if len(short) >= 3 && strings.HasPrefix(long, short) {
		return 0.93
	}
	if len(short) < 3 {
		return 0
	}
	return matchr.JaroWinkler(a, b, false)
}

func isDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// telling reports whether a field tells records apart: a city, of which there
// are few, brings no two records together.
func (p prepared) telling() bool {
	filled, seen := 0, map[string]bool{}
	for _, v := range p.values {
		if v != "" {
			filled++
			seen[v] = true
		}
	}
	return filled > 0 && len(seen)*4 >= filled
}

// keys are what a record is blocked by.
func (p prepared) keys(i int) []string {
	if p.values[i] == "" {
		return nil
	}
	var out []string
	switch p.Kind {
	case Text:
		for _, t := range distinct(p.tokens[i]) {
			if len(t) >= 3 {
				out = append(out, t)
			}
			if len(t) >= 6 {
				out = append(out, "~"+t[:4])
			}
		}
		for j := 0; j+1 < len(p.tokens[i]); j++ {
			out = append(out, p.tokens[i][j]+" "+p.tokens[i][j+1])
		}
	case Address:
		for _, t := range p.tokens[i] {
			if p.number[i] != "" && len(t) >= 3 {
				out = append(out, p.number[i]+" "+t[:3])
			}
		}
	case Phone, Web:
		out = append(out, p.values[i])
	}
	return distinct(out)
}

// FoldWords cuts a text into its words in small letters; an apostrophe joins.
func FoldWords(s string) []string {
	s = strings.NewReplacer("'", "", "’", "", "&", " and ").Replace(strings.ToLower(s))
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// FoldAddress cuts an address into its words, with the usual abbreviations
// brought together and what kind of way it is left out.
func FoldAddress(s string) []string {
	words := FoldWords(s)
	out := words[:0]
	for _, w := range words {
		if short, ok := addressWords[w]; ok {
			w = short
		}
		if n := strings.TrimRight(w, "stndrh"); isDigits(n) && n != w && len(w)-len(n) == 2 {
			w = n // 57th
		}
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

var addressWords = map[string]string{
	"street": "", "st": "", "avenue": "", "ave": "", "av": "", "road": "", "rd": "", "boulevard": "", "blvd": "", "blv": "", "drive": "", "dr": "", "lane": "", "ln": "",
	"place": "", "pl": "", "square": "", "sq": "", "court": "", "ct": "", "parkway": "", "pkwy": "", "highway": "", "hwy": "", "strasse": "", "straße": "", "str": "",
	"suite": "", "ste": "", "floor": "", "fl": "", "way": "", "near": "", "off": "", "at": "", "between": "", "and": "", "in": "",
	"north": "n", "south": "s", "east": "e", "west": "w", "northwest": "nw", "northeast": "ne", "southwest": "sw", "southeast": "se",
	"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10",
	"saint": "", "mount": "mt", "fort": "ft",
}

// houseNumber takes the first number out of an address.
func houseNumber(words []string) (string, []string) {
	for i, w := range words {
		if w[0] >= '0' && w[0] <= '9' {
			return w, append(slices.Clone(words[:i]), words[i+1:]...)
		}
	}
	return "", words
}

// FoldPhone keeps the digits that country and trunk prefixes leave alone: the
// last seven. Fewer than seven give nothing.
func FoldPhone(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if len(digits) < 7 {
		return ""
	}
	return digits[len(digits)-7:]
}

func foldHost(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, host, ok := strings.Cut(s, "@"); ok {
		return s[:len(s)-len(host)] + host
	}
	s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://"), "www.")
	s, _, _ = strings.Cut(s, "/")
	return s
}
