// Package bench measures the transcript detectors against labelled sets: the
// rows of the table that the README shows, with confidence intervals, targets
// and naive baselines beside them.
package bench

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"mensch/app/evaluation"
	"mensch/app/scores"
	"mensch/app/transcripts"
)

// Row is one measured number.
type Row = scores.Row

type bench struct {
	ctx    context.Context //nolint:containedctx // of one run, which ends with it
	w      io.Writer
	dir    string
	reader *transcripts.Reader
	eval   *evaluation.Evaluator
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
	e, err := evaluation.New(nil, models)
	if err != nil {
		return nil, fmt.Errorf("make the evaluator: %w", err)
	}
	b := &bench{ctx: ctx, w: w, dir: dataDir, reader: r, eval: e}
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
		"obfuscated": b.obfuscated, "promotion": b.promotion, "harmless": b.harmless, "synthetic": b.synthetic, "national": none(b.national), "hiding": none(b.hiding), "contrived": none(b.contrived), "offensive": b.offensive, "foreign": b.foreign, "benign": b.benign, "notices": b.notices, "quiet": b.quiet, "fields": b.fields, "functional": b.functional, "disparaging": b.disparaging, "discreet": b.discreet, "fresh": b.fresh, "retold": b.retold,
	}
	order := []string{"obfuscated", "promotion", "harmless", "synthetic", "national", "hiding", "contrived", "offensive", "foreign", "benign", "functional", "disparaging", "discreet", "fresh", "retold", "notices", "fields", "quiet"}
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
	if err := scores.Table(b.w, b.rows, true); err != nil {
		return fmt.Errorf("measure transcripts: %w", err)
	}
	return nil
}

func (b *bench) add(r Row) { b.rows = append(b.rows, scores.Judge(r)) }

func (b *bench) rate(name string, k, n int, target float64, atLeast bool, note string) {
	lo, hi := scores.Wilson(float64(k), float64(n))
	b.add(Row{Name: name, Value: ratio(k, n), Low: lo, High: hi, N: n, Target: target, AtLeast: atLeast, Note: note})
}

func (b *bench) value(name string, v, target float64, atLeast bool, n int, note string) {
	b.add(Row{Name: name, Value: v, Low: v, High: v, N: n, Target: target, AtLeast: atLeast, Note: note})
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
