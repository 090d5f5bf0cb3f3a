package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// report is what a run found: tables with words before and after them. It's
// printed as it grows and kept for the page in the repository.
type report struct {
	out  io.Writer
	page strings.Builder // Markdown
	err  error
}

func (r *report) heading(words string) {
	fmt.Fprintf(&r.page, "\n## %s\n\n", words)
	r.print("\n" + strings.ToUpper(words) + "\n\n")
}

// say adds a paragraph.
func (r *report) say(format string, args ...any) {
	words := fmt.Sprintf(format, args...)
	fmt.Fprintf(&r.page, "%s\n\n", words)
	r.print(words + "\n")
}

// detail is printed only: what a developer looks at, and nobody else.
func (r *report) detail(format string, args ...any) {
	r.print("  " + fmt.Sprintf(format, args...) + "\n")
}

// table adds rows under a head.
func (r *report) table(head []string, rows [][]string) {
	tw := tabwriter.NewWriter(r.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(head, "\t"))
	fmt.Fprintf(&r.page, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
	for _, row := range rows {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
		fmt.Fprintf(&r.page, "| %s |\n", strings.Join(row, " | "))
	}
	if err := tw.Flush(); err != nil && r.err == nil {
		r.err = fmt.Errorf("printing: %w", err)
	}
	r.page.WriteString("\n")
	r.print("\n")
}

func (r *report) print(words string) {
	if _, err := io.WriteString(r.out, words); err != nil && r.err == nil {
		r.err = fmt.Errorf("printing: %w", err)
	}
}
