package evaluation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mensch/app/guidelines"
	"mensch/app/scores"
	"mensch/app/transcripts"
)

// Evaluator measures detectors with one set of rules and models. It is safe for
// use by several goroutines.
type Evaluator struct {
	pack   *guidelines.Pack
	models fs.FS
	reader *transcripts.Reader
}

// New makes an evaluator. A nil pack stands for the built-in numbers, and nil
// models leave the detectors to their rules.
func New(pack *guidelines.Pack, models fs.FS) (*Evaluator, error) {
	r, err := transcripts.New(pack, models)
	if err != nil {
		return nil, fmt.Errorf("make the transcript detectors: %w", err)
	}
	return &Evaluator{pack, models, r}, nil
}

// Options say what is measured.
type Options struct {
	Detector string
	File     string   // its name, for the result
	Positive []string // labels that say that a row is a violation; none: all but the harmless words
	Half     string   // "a" or "b": only that half of the rows, by a hash of their text; "": all
	Verdicts bool     // keep what is said of each row
	Disguise bool     // contact: also hide the labelled contacts in known ways, and count the points lost
}

// UnknownError is a detector that nobody knows by that name.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("no detector is called %q; there are %s", e.Name, strings.Join(Detectors(), ", "))
}

// ShapeError is a file whose rows lack what the detector reads.
type ShapeError struct{ Detector, Lacks string }

func (e *ShapeError) Error() string {
	return fmt.Sprintf("the rows have no %s, which %s needs", e.Lacks, e.Detector)
}

type method func(*Evaluator, context.Context, Options, []row, *Result) error

// methods are the detectors by name, each with its way of being measured.
var methods = map[string]method{
	"contact":             (*Evaluator).contact,
	"contact-offplatform": (*Evaluator).contact,
	"civility":            (*Evaluator).civility,
	"threat":              (*Evaluator).threat,
	"confidentiality":     reviewed(transcripts.DetectConfidentiality),
	"disparagement":       reviewed(transcripts.DetectDisparagement),
	"solicitation":        reviewed(transcripts.DetectSolicitation),
	"expertise":           reviewed(transcripts.DetectExpertise),
	"notice":              (*Evaluator).notice,
	"field":               (*Evaluator).field,
	"linkage":             (*Evaluator).linkage,
	"reuse":               (*Evaluator).reuse,
	"credentials":         (*Evaluator).credentials,
	"ratings":             (*Evaluator).ratings,
	"latency":             (*Evaluator).latency,
}

// also are other names that people try.
var also = map[string]string{
	"incivility": "civility", "courtesy": "civility", "toxicity": "civility", "hate": "civility", "battles": "civility", "personal-battles": "civility", "threats": "threat", "contact-exchange": "contact", "contacts": "contact", "offplatform": "contact-offplatform", "off-platform": "contact-offplatform",
	"copyright": "notice", "copyright-notice": "notice", "notices": "notice", "plagiarism": "reuse", "same-person": "linkage", "multiple-accounts": "linkage", "same_person": "linkage", "accounts": "linkage", "consistency": "credentials", "outside-field": "field", "community-respect": "disparagement", "confidences": "confidentiality", "rings": "ratings", "rating-ring": "ratings", "self-rating": "ratings",
	"promptness": "latency", "availability": "latency", "replies": "latency", "misrepresentation": "credentials", "discretion": "confidentiality", "topics": "field", "outside-expertise": "field", "respect": "disparagement",
}

// Detectors are the names that Measure knows, in order.
func Detectors() []string {
	var out []string
	for name := range methods {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// MeasurePath measures a detector on a file, or, for latency, on a chat log or a
// folder of them.
func (e *Evaluator) MeasurePath(ctx context.Context, o Options, path string) (Result, error) {
	name, _, err := o.method()
	if err != nil {
		return Result{}, err
	}
	if o.File == "" {
		o.File = filepath.Base(path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return Result{}, fmt.Errorf("open the labelled file: %w", err)
	}
	if name == "latency" && (info.IsDir() || strings.HasSuffix(path, logEnding)) {
		res := Result{Detector: name, File: o.File, Labelled: true}
		return res, e.chatLogs(ctx, path, &res)
	}
	if info.IsDir() {
		return Result{}, fmt.Errorf("%s is a folder; %s is measured on a file", o.File, name)
	}
	f, err := os.Open(path)
	if err != nil {
		return Result{}, fmt.Errorf("open the labelled file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	return e.Measure(ctx, o, f)
}

func (o Options) method() (name string, m method, err error) {
	name = strings.ToLower(strings.TrimSpace(o.Detector))
	if other, ok := also[name]; ok {
		name = other
	}
	m, ok := methods[name]
	if !ok {
		return "", nil, &UnknownError{o.Detector}
	}
	return name, m, nil
}

// Measure measures a detector on a labelled file. A detector that nobody knows
// is an *UnknownError, a file of another shape a *ShapeError; ErrNoRows and
// ErrTooLarge are wrapped.
func (e *Evaluator) Measure(ctx context.Context, o Options, r io.Reader) (Result, error) {
	name, run, err := o.method()
	if err != nil {
		return Result{}, err
	}
	rows, bad, err := readRows(r)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", o.File, err)
	}
	switch o.Half {
	case "":
	case "a", "b":
		rows = slices.DeleteFunc(rows, func(r row) bool { return scores.Half(r.key()) != (o.Half == "b") })
		if len(rows) == 0 {
			return Result{}, fmt.Errorf("%s: half %s: %w", o.File, o.Half, ErrNoRows)
		}
	default:
		return Result{}, fmt.Errorf("a half is a or b, not %q", o.Half)
	}
	res := Result{Detector: name, File: o.File, Rows: len(rows), Skipped: len(bad)}
	for i, b := range bad {
		if i == 3 {
			res.Notes = append(res.Notes, fmt.Sprintf("%d more rows can't be read", len(bad)-i))
			break
		}
		res.Notes = append(res.Notes, fmt.Sprintf("row %d %s", b.n, b.why))
	}
	if err := run(e, ctx, o, rows, &res); err != nil {
		if ctx.Err() != nil {
			return Result{}, fmt.Errorf("measure %s: %w", name, ctx.Err())
		}
		return Result{}, fmt.Errorf("%s: %w", o.File, err)
	}
	if !o.Verdicts {
		res.Verdicts = nil
	}
	return res, nil
}

// key is what a row's half is drawn by: its text, or else all of it in order.
func (r row) key() string {
	if s := r.str(textNames...); s != "" {
		return s
	}
	var parts []string
	for k, v := range r.fields {
		parts = append(parts, k+"="+text(v))
	}
	slices.Sort(parts)
	return strings.Join(parts, "\x00")
}

func (o Options) positive() map[string]bool {
	if len(o.Positive) == 0 {
		return nil
	}
	m := map[string]bool{}
	for _, p := range o.Positive {
		m[strings.ToLower(strings.TrimSpace(p))] = true
	}
	return m
}

var errNothing = errors.New("nothing could be measured")
