package scores

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Row is one measured number.
type Row struct {
	Name     string  `json:"name"` // detector: what, on what
	Value    float64 `json:"value"`
	Low      float64 `json:"low"` // 95 % confidence interval
	High     float64 `json:"high"`
	N        int     `json:"n"` // of what was counted
	Baseline string  `json:"baseline,omitempty"`
	Target   float64 `json:"target"`   // 0: none
	AtLeast  bool    `json:"at_least"` // the target is a floor, else a ceiling
	Met      bool    `json:"met"`
	Note     string  `json:"note,omitempty"`
}

// Goal says in words what the row is to reach, and whether it does; "" for none.
func (r Row) Goal() string {
	if r.Target == 0 {
		return ""
	}
	sign, met := "≤", "missed"
	if r.AtLeast {
		sign = "≥"
	}
	if r.Met {
		met = "met"
	}
	return fmt.Sprintf("%s %.4g, %s", sign, r.Target, met)
}

// Judge notes whether a row reaches its target.
func Judge(r Row) Row {
	r.Met = r.AtLeast && r.Value >= r.Target || !r.AtLeast && r.Value <= r.Target
	return r
}

// Table writes rows as a Markdown table; notes adds what was measured and how.
func Table(w io.Writer, rows []Row, notes bool) error {
	var b strings.Builder
	b.WriteString("| what | score | 95 % interval | naive | goal | n |")
	if notes {
		b.WriteString(" |")
	}
	b.WriteString("\n|---|---|---|---|---|---|")
	if notes {
		b.WriteString("---|")
	}
	b.WriteByte('\n')
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	for _, r := range rows {
		interval, n := "", ""
		if r.High > r.Low {
			interval = fmt.Sprintf("%.4g to %.4g", r.Low, r.High)
		}
		if r.N > 0 {
			n = fmt.Sprint(r.N)
		}
		fmt.Fprintf(&b, "| %s | %.4g | %s | %s | %s | %s |", cell.Replace(r.Name), r.Value, interval, cell.Replace(r.Baseline), r.Goal(), n)
		if notes {
			fmt.Fprintf(&b, " %s |", cell.Replace(r.Note))
		}
		b.WriteByte('\n')
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// ErrNoMarks is a file without the two marks that a table stands between.
var ErrNoMarks = errors.New("has no marks for the table")

// Insert puts text between the marks <!-- name --> and <!-- /name --> of a file,
// in the place of what stood there.
func Insert(path, name, text string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	from, to := []byte("<!-- "+name+" -->"), []byte("<!-- /"+name+" -->")
	a := bytes.Index(raw, from)
	b := bytes.Index(raw, to)
	if a < 0 || b < a {
		return fmt.Errorf("%s %w %q", path, ErrNoMarks, name)
	}
	out := append([]byte{}, raw[:a+len(from)]...)
	out = append(out, "\n\n"+strings.TrimSpace(text)+"\n\n"...)
	out = append(out, raw[b:]...)
	if bytes.Equal(out, raw) {
		return nil
	}
	if err := os.WriteFile(path, out, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
