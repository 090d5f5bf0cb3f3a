package community

import (
	"bufio"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mensch/app/model"
)

// A text file holds scripts. A script is a problem that a client may bring, or
// a plot that somebody plays in a session. Its lines:
//
//	problem NAME | plot NAME | pool NAME     begins a script, or a list of lines
//	row k=v; k=v                             one row is chosen for a session
//	one k a|b|c                              one value is chosen for a session
//	num k LO HI                              a number is chosen for a session
//	open | ask | tell | more | end           begins a block
//	E text    C text                         what the expert or the client says
//	E? text                                  said two times out of three
//	E! text                                  evidence of the plot
//
// In a text, {a|b|c} is a choice, $name a slot, $^name a slot with a capital,
// "//" begins another message and "||" separates whole alternatives. Each line
// of an open block is one whole variant by the client.

type scriptLine struct {
	from     model.Sender
	optional bool
	evidence bool
	alts     []string
}

type thread []scriptLine

type choice struct {
	name   string
	values []string
	lo, hi int
}

type script struct {
	name    string
	rows    [][]choice
	choices []choice
	open    []string
	asks    []thread
	tell    thread
	more    []thread
	end     []string
}

// library is everything that the text files hold.
type library struct {
	problems map[string][]*script // by cluster file
	plots    map[string]*script
	pools    map[string][]string
}

func loadLibrary(fsys fs.FS) (*library, error) {
	lib := &library{problems: map[string][]*script{}, plots: map[string]*script{}, pools: map[string][]string{}}
	names, err := fs.Glob(fsys, "texts/*.txt")
	if err != nil {
		return nil, fmt.Errorf("listing the texts: %w", err)
	}
	for _, name := range names {
		f, err := fsys.Open(name)
		if err != nil {
			return nil, fmt.Errorf("opening %s: %w", name, err)
		}
		base := strings.TrimSuffix(strings.TrimPrefix(name, "texts/"), ".txt")
		base, _, _ = strings.Cut(base, "-")
		p := parser{lib: lib, file: base}
		sc := bufio.NewScanner(f)
		sc.Buffer(nil, 1<<20)
		for n := 1; sc.Scan(); n++ {
			if err := p.line(strings.TrimSpace(sc.Text())); err != nil {
				_ = f.Close()
				return nil, fmt.Errorf("%s line %d: %w", name, n, err)
			}
		}
		if err := sc.Err(); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		if err := f.Close(); err != nil {
			return nil, fmt.Errorf("closing %s: %w", name, err)
		}
	}
	return lib, nil
}

type parser struct {
	lib    *library
	file   string
	script *script
	pool   string
	block  string
}

func (p *parser) line(text string) error {
	if text == "" || text[0] == '#' {
		return nil
	}
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "problem", "plot":
		p.script, p.pool, p.block = &script{name: rest}, "", ""
		if word == "plot" {
			if p.lib.plots[rest] != nil {
				return fmt.Errorf("the plot %q stands twice", rest)
			}
			p.lib.plots[rest] = p.script
		} else {
			p.lib.problems[p.file] = append(p.lib.problems[p.file], p.script)
		}
		return nil
	case "pool":
		p.script, p.pool = nil, rest
		return nil
	}
	if p.pool != "" {
		p.lib.pools[p.pool] = append(p.lib.pools[p.pool], text)
		return nil
	}
	if p.script == nil {
		return fmt.Errorf("%q stands before any script", text)
	}
	switch word {
	case "row":
		var row []choice
		for _, pair := range strings.Split(rest, ";") {
			k, v, ok := strings.Cut(pair, "=")
			if !ok {
				return fmt.Errorf("%q has no =", pair)
			}
			row = append(row, choice{name: strings.TrimSpace(k), values: []string{strings.TrimSpace(v)}})
		}
		p.script.rows = append(p.script.rows, row)
		return nil
	case "one":
		k, v, _ := strings.Cut(rest, " ")
		p.script.choices = append(p.script.choices, choice{name: k, values: splitTop(v)})
		return nil
	case "num":
		f := strings.Fields(rest)
		if len(f) != 3 {
			return fmt.Errorf("num needs a name and two bounds: %q", rest)
		}
		lo, err1 := strconv.Atoi(f[1])
		hi, err2 := strconv.Atoi(f[2])
		if err1 != nil || err2 != nil || hi < lo {
			return fmt.Errorf("bad bounds: %q", rest)
		}
		p.script.choices = append(p.script.choices, choice{name: f[0], lo: lo, hi: hi})
		return nil
	case "open", "tell", "end":
		p.block = word
		return nil
	case "ask":
		p.block = word
		p.script.asks = append(p.script.asks, nil)
		return nil
	case "more":
		p.block = word
		p.script.more = append(p.script.more, nil)
		return nil
	}
	switch p.block {
	case "open":
		p.script.open = append(p.script.open, text)
		return nil
	case "end":
		p.script.end = append(p.script.end, text)
		return nil
	}
	l := scriptLine{}
	for _, alt := range strings.Split(rest, " || ") {
		if l.alts = append(l.alts, strings.TrimSpace(alt)); strings.Count(alt, "{") != strings.Count(alt, "}") {
			return fmt.Errorf("braces do not match: %q", alt)
		}
	}
	switch strings.TrimRight(word, "?!") {
	case "E":
		l.from = model.FromExpert
	case "C":
		l.from = model.FromClient
	default:
		return fmt.Errorf("%q begins with neither E nor C", text)
	}
	l.optional = strings.Contains(word, "?")
	l.evidence = strings.Contains(word, "!")
	switch p.block {
	case "ask":
		p.script.asks[len(p.script.asks)-1] = append(p.script.asks[len(p.script.asks)-1], l)
	case "more":
		p.script.more[len(p.script.more)-1] = append(p.script.more[len(p.script.more)-1], l)
	case "tell":
		p.script.tell = append(p.script.tell, l)
	default:
		return fmt.Errorf("%q stands in no block", text)
	}
	return nil
}

// slots are the facts of one session.
type slots map[string]string

func (s slots) with(more slots) slots {
	out := make(slots, len(s)+len(more))
	for k, v := range s {
		out[k] = v
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// mine turns the facts round for the client's mouth: what the expert calls
// yours is mine. Quoted words stay.
func (s slots) mine() slots {
	var out slots
	for k, v := range s {
		if !strings.Contains(v, "you") || strings.Contains(v, `"`) {
			continue
		}
		if out == nil {
			out = s.with(nil)
		}
		out[k] = strings.TrimSpace(toMine.Replace(" " + v + " "))
	}
	if out == nil {
		return s
	}
	return out
}

var toMine = strings.NewReplacer(" your ", " my ", " you're ", " I'm ", " you've ", " I've ", " you'd ", " I'd ", " you ", " I ", " yourself ", " myself ")

var pronouns = map[string]slots{
	"f": {"he": "she", "him": "her", "his": "her", "himself": "herself"},
	"m": {"he": "he", "him": "him", "his": "his", "himself": "himself"},
	"n": {"he": "they", "him": "them", "his": "their", "himself": "themselves"},
}

// facts chooses a row and the values of a script, on top of what is given.
func (sc *script) facts(r stream, given slots) slots {
	out := given.with(nil)
	set := func(c choice) {
		if _, taken := given[c.name]; taken {
			return
		}
		if c.values == nil {
			out[c.name] = strconv.Itoa(r.between(c.lo, c.hi))
			return
		}
		i := r.IntN(len(c.values))
		out[c.name] = expand(r, c.values[i], out)
		if len(c.values) > 1 { // which of how many, so that an answer can go with it
			out["#"+c.name] = fmt.Sprintf("%d/%d", i, len(c.values))
		}
		if c.name == "sex" {
			for k, v := range pronouns[out["sex"]] {
				out[k] = v
			}
		}
	}
	if len(sc.rows) > 0 {
		for _, c := range pick(r, sc.rows) {
			set(c)
		}
	}
	for _, c := range sc.choices {
		set(c)
	}
	return out
}

// splitTop splits at the | that stand in no braces.
func splitTop(text string) []string {
	var out []string
	depth, from := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '|':
			if depth == 0 {
				out = append(out, text[from:i])
				from = i + 1
			}
		}
	}
	return append(out, text[from:])
}

// expand makes the choices of a text and fills its slots. An unknown slot
// stays as it is, and a test finds it.
func expand(r stream, text string, facts slots) string {
	if !strings.ContainsAny(text, "{$") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '{':
			depth, j := 1, i+1
			for ; j < len(text) && depth > 0; j++ {
				switch text[j] {
				case '{':
					depth++
				case '}':
					depth--
				}
			}
			b.WriteString(expand(r, pick(r, splitTop(text[i+1:j-1])), facts))
			i = j
		case c == '$' && i+1 < len(text) && (text[i+1] == '^' || isSlotByte(text[i+1], true)):
			j := i + 1
			capital := text[j] == '^'
			if capital {
				j++
			}
			k := j
			for k < len(text) && isSlotByte(text[k], k == j) {
				k++
			}
			v, ok := facts[text[j:k]]
			if !ok {
				v = text[i:k]
			} else if strings.ContainsAny(v, "{$") && v != text[i:k] {
				v = expand(r, v, facts)
			}
			if capital {
				v = capitalise(v)
			}
			b.WriteString(v)
			i = k
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

func isSlotByte(c byte, first bool) bool {
	return c >= 'a' && c <= 'z' || !first && (c >= '0' && c <= '9')
}

func capitalise(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
