// Package bench measures the transcript detectors against labelled sets: the
// rows of the table that the README shows, with confidence intervals, targets
// and naive baselines beside them.
package bench

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers/v2"
	"mvdan.cc/xurls/v2"

	"mensch/app/scores"
	"mensch/app/transcripts"
)

// Row is one measured number.
type Row struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Low     float64 `json:"low"` // 95 % confidence interval
	High    float64 `json:"high"`
	N       int     `json:"n"`
	Target  float64 `json:"target"`
	AtLeast bool    `json:"at_least"` // the target is a floor, else a ceiling
	Met     bool    `json:"met"`
	Note    string  `json:"note,omitempty"`
}

type bench struct {
	w      io.Writer
	dir    string
	reader *transcripts.Reader
	rows   []Row
	list   []string
	listRE *regexp.Regexp // the word list of the naive filter
}

// Run measures every row on the labelled sets under dataDir and writes a table
// to w. models holds the trained models. An absent folder is an error that wraps
// fs.ErrNotExist.
func Run(ctx context.Context, w io.Writer, dataDir string, models fs.FS) ([]Row, error) {
	r, err := transcripts.New(nil, models)
	if err != nil {
		return nil, fmt.Errorf("make the reader: %w", err)
	}
	b := &bench{w: w, dir: dataDir, reader: r}
	raw, err := os.ReadFile(filepath.Join(dataDir, "toxicity", "ldnoobw_en.txt"))
	if err != nil {
		return nil, fmt.Errorf("open the labelled set: %w", err)
	}
	for line := range strings.Lines(strings.ToLower(string(raw))) {
		if line = strings.TrimSpace(line); line != "" {
			b.list = append(b.list, regexp.QuoteMeta(line))
		}
	}
	b.listRE = regexp.MustCompile(`\b(?:` + strings.Join(b.list, "|") + `)\b`)
	for _, step := range b.steps() {
		if err := ctx.Err(); err != nil {
			return b.rows, fmt.Errorf("measure transcripts: %w", err)
		}
		if err := step(); err != nil {
			return b.rows, err
		}
	}
	return b.rows, b.table()
}

func (b *bench) steps() []func() error {
	none := func(f func()) func() error { return func() error { f(); return nil } }
	all := map[string]func() error{
		"obfuscated": b.obfuscated, "promotion": b.promotion, "harmless": b.harmless, "synthetic": b.synthetic, "national": none(b.national), "hiding": none(b.hiding), "offensive": b.offensive, "foreign": b.foreign, "benign": b.benign, "notices": b.notices, "quiet": b.quiet, "fields": b.fields,
	}
	order := []string{"obfuscated", "promotion", "harmless", "synthetic", "national", "hiding", "offensive", "foreign", "benign", "notices", "fields", "quiet"}
	if only := os.Getenv("BENCH_ONLY"); only != "" {
		order = []string{only}
	}
	var out []func() error
	for _, n := range order {
		out = append(out, all[n])
	}
	return out
}

func (b *bench) table() error {
	_, err := fmt.Fprintf(b.w, "| what | value | 95 %% interval | n | target | |\n|---|---|---|---|---|---|\n")
	for _, r := range b.rows {
		if err != nil {
			break
		}
		sign, met := "≤", "missed"
		if r.AtLeast {
			sign = "≥"
		}
		if r.Met {
			met = "met"
		}
		goal := fmt.Sprintf("%s %.4g", sign, r.Target)
		if r.Target == 0 {
			goal, met = "", ""
		}
		_, err = fmt.Fprintf(b.w, "| %s | %.4f | %.4f to %.4f | %d | %s | %s %s |\n", r.Name, r.Value, r.Low, r.High, r.N, goal, met, r.Note)
	}
	if err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

func (b *bench) add(r Row) {
	r.Met = r.AtLeast && r.Value >= r.Target || !r.AtLeast && r.Value <= r.Target
	b.rows = append(b.rows, r)
}

func (b *bench) rate(name string, k, n int, target float64, atLeast bool, note string) {
	lo, hi := scores.Wilson(float64(k), float64(n))
	b.add(Row{Name: name, Value: ratio(k, n), Low: lo, High: hi, N: n, Target: target, AtLeast: atLeast, Note: note})
}

func (b *bench) value(name string, v, target float64, atLeast bool, n int, note string) {
	b.add(Row{Name: name, Value: v, Low: v, High: v, N: n, Target: target, AtLeast: atLeast, Note: note})
}

func (b *bench) f1(name string, c confusion, target float64, note string) {
	v := c.f1()
	// by the delta method on the two counts that F1 rests on
	n := float64(2*c.tp + c.fp + c.fn)
	half := 0.0
	if n > 0 {
		half = 1.96 * math.Sqrt(v*(1-v)/n*2)
	}
	b.add(Row{Name: name, Value: v, Low: max(0, v-half), High: min(1, v+half), N: c.tp + c.fp + c.fn + c.tn, Target: target, AtLeast: true, Note: fmt.Sprintf("precision %.2f recall %.2f; %s", ratio(c.tp, c.tp+c.fp), ratio(c.tp, c.tp+c.fn), note)})
}

type confusion struct{ tp, fp, fn, tn int }

func (c *confusion) add(want, got bool) {
	switch {
	case want && got:
		c.tp++
	case want:
		c.fn++
	case got:
		c.fp++
	default:
		c.tn++
	}
}

func (c confusion) f1() float64 { return ratio(2*c.tp, 2*c.tp+c.fp+c.fn) }

// macro is the mean of the F1 of both classes.
func (c confusion) macro() float64 { return (c.f1() + ratio(2*c.tn, 2*c.tn+c.fp+c.fn)) / 2 }

func ratio(k, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}

var (
	naiveMail = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.]+`)
	naiveURL  = xurls.Relaxed()
)

// naiveContact is the filter that most sites begin with: a mail pattern, a
// relaxed address matcher, a phone library.
func naiveContact(s string) bool {
	if naiveMail.MatchString(s) || naiveURL.MatchString(s) {
		return true
	}
	for range phonenumbers.FindNumbersWithLeniency(s, "US", phonenumbers.POSSIBLE, 1000) {
		return true
	}
	return false
}

func mapRunes(s string, m func(rune) string) string {
	out := ""
	for _, r := range s {
		out += m(r)
	}
	return out
}

func wide(r rune) string {
	if r > ' ' && r < 0x7f {
		return string(r + 0xfee0)
	}
	return string(r)
}

func cyrillic(r rune) string {
	k := slices.Index([]rune("aceopxyiACEHKMOPTX"), r)
	if k < 0 {
		return string(r)
	}
	return string([]rune("асеорхуіАСЕНКМОРТХ")[k])
}

func arabic(r rune) string {
	if r >= '0' && r <= '9' {
		return string(r - '0' + '٠')
	}
	return string(r)
}

func leet(r rune) string {
	switch r {
	case '0':
		return "O"
	case '1':
		return "l"
	case '5':
		return "S"
	}
	return string(r)
}

func words(s string) string {
	names := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	out := ""
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if out != "" && out[len(out)-1] != ' ' && out[len(out)-1] != '@' {
				out += " "
			}
			out += names[r-'0'] + " "
		case r == '@':
			out += " at "
		case r == '.':
			out += " dot "
		default:
			out += string(r)
		}
	}
	return out
}

func between(s, sep string) string {
	out := ""
	for _, r := range s {
		out += string(r) + sep
	}
	return out
}

func spread(s string) string {
	out := ""
	for _, r := range s {
		if r != ' ' {
			out += string(r) + " "
		}
	}
	return out
}

func three(s string) []string {
	n := len(s)
	return []string{s[:n/3], s[n/3 : 2*n/3], s[2*n/3:]}
}

// modelFS is a folder that holds one civility model.
type modelFS []byte

// Open refuses every file; ReadFile gives the one that is there.
func (m modelFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadFile gives the model.
func (m modelFS) ReadFile(name string) ([]byte, error) {
	if name != "civility.bin" {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return slices.Clone(m), nil
}
