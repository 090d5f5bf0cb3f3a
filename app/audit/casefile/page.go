package casefile

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mensch/app/model"
)

//go:embed page.html
var pageHTML string

// picture is a photo ready to be put into the page.
type picture struct {
	kind string
	data []byte
}

// view is what the page shows.
type view struct {
	File
	Comparisons []comparison
	Portrait    *image
	Talks       []talk
}

type comparison struct {
	Pair        Pair
	Left, Right image
}

type image struct {
	Source template.URL
	Fault  string
	Region *model.Region // nil where it is the whole picture, or nothing
}

type talk struct {
	Session model.Session
	Lines   []line
}

type line struct {
	From  model.Sender
	At    time.Time
	Parts []part
}

type part struct {
	Text   string
	Labels string // what is marked here; empty: nothing
}

// render writes the page: one file with everything in it, no script, nothing
// loaded from anywhere, and all foreign text escaped.
func render(f File, pictures map[string]picture) ([]byte, error) {
	titles := map[string]string{}
	for _, g := range f.Guidelines {
		titles[g.ID] = g.Title
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"time":    moment,
		"percent": func(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) },
		"outcome": outcome,
		"title": func(id string) string {
			if title, ok := titles[id]; ok {
				return title
			}
			return id
		},
	}).Parse(pageHTML)
	if err != nil {
		return nil, fmt.Errorf("read the page's template: %w", err)
	}
	v := view{File: f}
	faults := map[string]string{}
	for _, p := range f.Photos {
		faults[p.ID] = p.Fault
	}
	show := func(id string, region *model.Region) image {
		p, ok := pictures[id]
		if !ok {
			fault := faults[id]
			if fault == "" {
				fault = "There is no photo to show."
			}
			return image{Fault: fault}
		}
		// The kind is one of a few that read lets through, so that the
		// address is safe as it is.
		return image{
			Source: template.URL("data:" + p.kind + ";base64," + base64.StdEncoding.EncodeToString(p.data)), //nolint:gosec // see above
			Region: visible(region),
		}
	}
	for _, p := range f.Pairs {
		v.Comparisons = append(v.Comparisons, comparison{
			Pair: p, Left: show(p.Expert, &p.Match.Region), Right: show(p.Other, &p.Match.OtherRegion),
		})
	}
	if f.Profile.PhotoID != "" {
		portrait := show(f.Profile.PhotoID, nil)
		v.Portrait = &portrait
	}
	for _, s := range f.Sessions {
		v.Talks = append(v.Talks, converse(s, f.Findings))
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("fill the page: %w", err)
	}
	return b.Bytes(), nil
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006 15:04:05")
}

func outcome(o model.Outcome) string {
	switch o {
	case model.Dismissed:
		return "Dismissed"
	case model.Sanctioned:
		return "Sanctioned"
	case model.Reversed:
		return "Taken back"
	}
	return string(o)
}

// visible is a region that is worth drawing.
func visible(r *model.Region) *model.Region {
	if r == nil {
		return nil
	}
	for _, x := range []float64{r.X, r.Y, r.Width, r.Height} {
		if math.IsNaN(x) || math.IsInf(x, 0) || x < -4 || x > 4 {
			return nil
		}
	}
	whole := r.X <= 0 && r.Y <= 0 && r.Width >= 1 && r.Height >= 1
	if whole || r.Width <= 0 || r.Height <= 0 {
		return nil
	}
	return r
}

func converse(s Transcript, findings []model.Finding) talk {
	marks := map[string][]model.Span{}
	for _, f := range findings {
		if f.Verdict == model.VerdictRejected {
			continue
		}
		for _, span := range f.Spans {
			if span.Verdict == model.VerdictRejected {
				continue
			}
			if span.Label == "" {
				span.Label = f.Guideline
			}
			marks[span.Message] = append(marks[span.Message], span)
		}
	}
	t := talk{Session: s.Session}
	for _, m := range s.Messages {
		t.Lines = append(t.Lines, line{From: m.From, At: m.At, Parts: split(m.Text, marks[m.ID])})
	}
	return t
}

// split cuts a text at the edges of its marks. Offsets that are none are moved
// into the text and onto rune boundaries.
func split(text string, spans []model.Span) []part {
	edges := []int{0, len(text)}
	var sound []model.Span
	for _, s := range spans {
		s.Start, s.End = boundary(text, s.Start), boundary(text, s.End)
		if s.Start < s.End {
			sound = append(sound, s)
			edges = append(edges, s.Start, s.End)
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	var parts []part
	for i := 1; i < len(edges); i++ {
		from, to := edges[i-1], edges[i]
		var labels []string
		for _, s := range sound {
			if s.Start <= from && s.End >= to && !slices.Contains(labels, s.Label) {
				labels = append(labels, s.Label)
			}
		}
		parts = append(parts, part{Text: text[from:to], Labels: strings.Join(labels, ", ")})
	}
	return parts
}

func boundary(text string, at int) int {
	at = max(0, min(at, len(text)))
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}
