package bench

import (
	"embed"
	"fmt"
	"hash/fnv"
	"strings"

	"mensch/app/model"
	"mensch/app/transcripts"
)

// own are the sets that were written for this project, each before its detector
// was tuned.
//
//go:embed own/*.txt
var own embed.FS

// ownLines gives the lines of a set, without comments.
func ownLines(name string) ([]string, error) {
	raw, err := own.ReadFile("own/" + name)
	if err != nil {
		return nil, fmt.Errorf("read the set of own writing: %w", err)
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out, nil
}

// Kept says whether a line of an own set is only measured, never tuned on: one
// in two, by its hash.
func kept(line string) bool {
	h := fnv.New32a()
	h.Write([]byte(line))
	return h.Sum32()>>7&1 == 0
}

// function is one thing that a reader of hate and abuse must do right.
type function struct {
	name  string
	yes   bool
	texts []string
}

func functions() ([]function, error) {
	groups, err := ownLines("groups.txt")
	if err != nil {
		return nil, err
	}
	lines, err := ownLines("hate.txt")
	if err != nil {
		return nil, err
	}
	var out []function
	for _, line := range lines {
		if name, ok := strings.CutPrefix(line, "! "); ok {
			name, yes, _ := strings.Cut(name, " ")
			out = append(out, function{name: name, yes: yes == "yes"})
			continue
		}
		f := &out[len(out)-1]
		if !strings.ContainsAny(line, "{[") {
			f.texts = append(f.texts, line)
			continue
		}
		for _, g := range groups {
			many, one, _ := strings.Cut(g, "\t")
			s := strings.NewReplacer("{}", many, "[]", one).Replace(line)
			f.texts = append(f.texts, strings.ToUpper(s[:1])+s[1:])
		}
	}
	return out, nil
}

// functional measures each function of the own suite of hate and abuse.
func (b *bench) functional() error {
	list, err := functions()
	if err != nil {
		return err
	}
	var all confusion
	for _, f := range list {
		right := 0
		for _, s := range f.texts {
			got := b.reader.Offence(s) >= 0.5
			all.add(f.yes, got)
			if got == f.yes {
				right++
			} else if debug != "" {
				_, _ = fmt.Fprintf(b.w, "%s %.2f %s\n", f.name, b.reader.Offence(s), s)
			}
		}
		b.rate("own functional suite: "+f.name+" judged rightly", right, len(f.texts), 0, true, "")
	}
	b.macro("own functional suite of hate and abuse, macro-F1", all, 0.60, "")
	return nil
}

// disparaging measures disparagement on the half of the own set that nobody tunes on.
func (b *bench) disparaging() error {
	lines, err := ownLines("disparagement.txt")
	if err != nil {
		return err
	}
	for _, half := range []bool{false, true} {
		var c confusion
		for _, line := range lines {
			if kept(line) != half {
				continue
			}
			m := said(line[2:])
			if line[0] == 'c' {
				m.Messages[0].From = model.FromClient
			}
			got := by(b.reader.Review(m), transcripts.DetectDisparagement)
			c.add(line[0] == '+', len(got) > 0)
			if debug != "" && !half && (line[0] == '+') != (len(got) > 0) {
				_, _ = fmt.Fprintln(b.w, line)
			}
		}
		name, precision, recall := "tuned half", 0.0, 0.0
		if half {
			name, precision, recall = "kept half", 0.85, 0.75
		}
		b.rate("disparagement: own set, "+name+", precision", c.tp, c.tp+c.fp, precision, true, "")
		b.rate("disparagement: own set, "+name+", recall", c.tp, c.tp+c.fn, recall, true, "")
	}
	return nil
}
