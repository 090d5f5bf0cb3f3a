package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/guidelines"
)

func (t *tool) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Show, check, preview and put in force the rules",
		Long: `The rules are a file: guidelines with their ladders and letters, the detectors'
numbers and words, allow lists, and conditions over the facts of a case. The
schema that “rules schema” prints lets an editor check it as one types.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(t.rulesShow(), t.rulesCheck(), t.rulesPreview(), t.rulesApply(), t.rulesHistory(), t.rulesSchema())
	return cmd
}

// fareLine is what rules show --json prints for each detector.
type fareLine struct {
	Detector    string   `json:"detector"`
	Title       string   `json:"title"`
	On          bool     `json:"on"`
	ShownFrom   float64  `json:"shown_from"`
	Findings    int      `json:"findings"`
	Accepted    int      `json:"accepted"`
	Rejected    int      `json:"rejected"`
	Calibrated  bool     `json:"calibrated"`
	Calibration *float64 `json:"calibration_error,omitempty"` // absent without verdicts
	Warning     string   `json:"warning,omitempty"`
}

func (t *tool) rulesShow() *cobra.Command {
	var file bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "The rules in force, and how the detectors fare by them",
		Long:  "Show which version of the rules is in force and how each detector fares: what it finds, what was accepted and rejected, whether its scores drift.\n--file prints the rules themselves, as the file that check, preview and apply read.",
		Args:  args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error {
				rules, err := desk.Rules(ctx)
				if err != nil {
					return err
				}
				if file {
					data, err := desk.RulesFile(rules.Pack)
					if err != nil {
						return err
					}
					_, err = t.out.Write(data)
					return err
				}
				return t.showRules(rules)
			})
		},
	}
	cmd.Flags().BoolVar(&file, "file", false, "print the rules' file")
	return cmd
}

func (t *tool) showRules(rules app.Rules) error {
	if !t.json {
		t.sayf("%s, version %s", rules.Pack.Name, rules.Pack.Version)
		if rules.Fault != "" {
			t.sayf("%s", rules.Fault)
		}
		if rules.Work > 0 {
			t.sayf("%d things are still to be read by them.", rules.Work)
		}
	}
	for _, f := range rules.Fares {
		line := fareLine{
			Detector: f.Name, Title: f.Title, On: !rules.Pack.Off(f.Name), ShownFrom: rules.Pack.Shown(f.Name),
			Findings: f.Count.Findings, Accepted: f.Count.Accepted, Rejected: f.Count.Rejected, Calibrated: !f.Curve.IsIdentity(), Warning: f.Warning,
		}
		if !math.IsNaN(f.Error) {
			line.Calibration = &f.Error
		}
		if t.json {
			if err := t.emit(line); err != nil {
				return err
			}
			continue
		}
		state := fmt.Sprintf("from %.2f", line.ShownFrom)
		if !line.On {
			state = "off"
		}
		t.sayf("  %-18s %-9s  %5d findings, %d accepted, %d rejected", f.Name, state, line.Findings, line.Accepted, line.Rejected)
		if f.Warning != "" {
			t.sayf("    %s", f.Warning)
		}
	}
	return nil
}

func (t *tool) rulesSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of a rules file", Args: args(0, 0),
		RunE: func(*cobra.Command, []string) error {
			_, err := t.out.Write(guidelines.Schema())
			return err
		},
	}
}

// versionLine is what rules history --json prints.
type versionLine struct {
	Version string    `json:"version"`
	Digest  string    `json:"digest"`
	Author  string    `json:"author"`
	Reason  string    `json:"reason"`
	Changes []string  `json:"changes"`
	At      time.Time `json:"at"`
}

func (t *tool) rulesHistory() *cobra.Command {
	return &cobra.Command{
		Use: "history", Short: "Who changed the rules, when and why, newest first", Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error {
				rules, err := desk.Rules(ctx)
				if err != nil {
					return err
				}
				for _, v := range rules.History {
					line := versionLine{v.Version, v.Digest, v.Author, v.Reason, v.Changes, v.At}
					if line.Changes == nil {
						line.Changes = []string{}
					}
					if t.json {
						if err := t.emit(line); err != nil {
							return err
						}
						continue
					}
					t.sayf("%s  %s  %s: %s", v.At.Format(time.DateTime), v.Version, oneLine(v.Author), oneLine(v.Reason))
					for _, c := range v.Changes {
						t.sayf("    %s", oneLine(c))
					}
				}
				if len(rules.History) == 0 && !t.json {
					t.sayf("The rules are as Mensch ships them, version %s.", rules.Shipped)
				}
				return nil
			})
		},
	}
}

// problemLine is what rules check --json and preview --json print of a fault.
type problemLine struct {
	Guideline string `json:"guideline,omitempty"`
	Field     string `json:"field,omitempty"`
	Fault     string `json:"fault"`
}

// errFaulty says that a rules file has faults, which were told.
var errFaulty = errors.New("the rules have faults")

func (t *tool) faulty(problems []guidelines.Problem) error {
	for _, p := range problems {
		if t.json {
			if err := t.emit(problemLine{p.Guideline, p.Field, p.Text}); err != nil {
				return err
			}
			continue
		}
		t.sayf("%s", p)
	}
	if len(problems) > 0 {
		return &app.Refusal{Why: errFaulty.Error() + ": " + problems[0].String() + "."}
	}
	return nil
}

// rulesFile reads a rules file and tells its faults.
func (t *tool) rulesFile(path string) (*guidelines.Pack, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the rules: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	pack, err := guidelines.Load(io.LimitReader(file, guidelines.MaxBytes+1))
	var invalid *guidelines.InvalidError
	if errors.As(err, &invalid) {
		return nil, t.faulty(invalid.Problems)
	}
	return pack, err
}

func (t *tool) rulesCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Check a rules file", Args: args(1, 1),
		Long: "Check a rules file against the schema and everything that the schema cannot say; each fault is laid at its field. The exit code is 6 if there are any.",
		RunE: func(_ *cobra.Command, files []string) error {
			pack, err := t.rulesFile(files[0])
			if err != nil {
				return err
			}
			if !t.json {
				t.sayf("%s, version %s, is in order: %d guidelines, %d conditions.", pack.Name, pack.Version, len(pack.Guidelines), len(pack.Conditions))
			}
			return nil
		},
	}
}

// draftLine is what rules preview --json prints first; a line for each
// changed case follows.
type draftLine struct {
	Changes []string `json:"changes"`
	Read    int      `json:"read"`
	Opened  int      `json:"opened"`
	Closed  int      `json:"closed"`
	Moved   int      `json:"moved"`
	Added   int      `json:"added"`
	Gone    int      `json:"gone"`
	Altered int      `json:"altered"`
}

type caseLine struct {
	Case     string        `json:"case,omitempty"`
	Expert   string        `json:"expert"`
	Opened   bool          `json:"opened"`
	Closed   bool          `json:"closed"`
	Before   int           `json:"before"`
	After    int           `json:"after"`
	Findings []findingDiff `json:"findings"`
}

type findingDiff struct {
	Added     bool    `json:"added"`
	Altered   bool    `json:"altered,omitempty"`
	Guideline string  `json:"guideline"`
	Detector  string  `json:"detector"`
	Score     float64 `json:"score"`
	Reason    string  `json:"reason"`
	Why       string  `json:"why,omitempty"`
}

func (t *tool) rulesPreview() *cobra.Command {
	return &cobra.Command{
		Use: "preview FILE", Short: "What a rules file would change in this store", Args: args(1, 1),
		Long: "Run a rules file over the local store in memory: which cases there would be more and fewer, and for which findings. Nothing is written.",
		RunE: func(cmd *cobra.Command, files []string) error {
			pack, err := t.rulesFile(files[0])
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error { return t.previewRules(ctx, desk, pack) })
		},
	}
}

func (t *tool) previewRules(ctx context.Context, desk *app.Desk, pack *guidelines.Pack) error {
	show, end := t.progress()
	p, err := desk.PreviewRules(ctx, pack, show)
	end()
	if err != nil {
		return err
	}
	if err := t.faulty(p.Problems); err != nil {
		return err
	}
	if t.json {
		line := draftLine{p.Changes, p.Read, p.Opened, p.Closed, p.Moved, p.Added, p.Gone, p.Altered}
		if line.Changes == nil {
			line.Changes = []string{}
		}
		if err := t.emit(line); err != nil {
			return err
		}
	} else {
		for _, c := range p.Changes {
			t.sayf("  %s", oneLine(c))
		}
		t.sayf("With this change %d more cases, %d fewer; %d move. %d findings more, %d fewer, %d marked otherwise.", p.Opened, p.Closed, p.Moved, p.Added, p.Gone, p.Altered)
	}
	for _, c := range p.Cases {
		if t.json {
			line := caseLine{Case: c.CaseID, Expert: c.ExpertID, Opened: c.Opened, Closed: c.Closed, Before: c.Before, After: c.After, Findings: []findingDiff{}}
			for _, f := range c.Findings {
				line.Findings = append(line.Findings, findingDiff{f.Added, f.Altered, f.Finding.Guideline, f.Finding.Detector, f.Finding.Score, f.Finding.Reason, f.Why})
			}
			if err := t.emit(line); err != nil {
				return err
			}
			continue
		}
		word := "moves"
		switch {
		case c.Opened:
			word = "opens"
		case c.Closed:
			word = "closes"
		}
		t.sayf("%s (%s) %s: priority %d, was %d", oneLine(c.ScreenName), c.ExpertID, word, c.After, c.Before)
		for _, f := range c.Findings {
			sign := "-"
			if f.Added {
				sign = "+"
			}
			t.sayf("    %s %s, %.0f %%: %s", sign, f.Finding.Guideline, 100*f.Finding.Score, oneLine(f.Finding.Reason))
		}
	}
	if p.Cut {
		t.sayf("And more, which are not listed.")
	}
	return nil
}

func (t *tool) rulesApply() *cobra.Command {
	var reason string
	var detect bool
	cmd := &cobra.Command{
		Use: "apply FILE --reason TEXT", Short: "Put a rules file in force", Args: args(1, 1),
		Long: "Put a rules file in force as a new version, with the reason that the history and the audit log show. What the change touches is read anew at once, or at the next sync with --later.",
		RunE: func(cmd *cobra.Command, files []string) error {
			if reason == "" {
				return usagef("rules apply: say why with --reason")
			}
			pack, err := t.rulesFile(files[0])
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error {
				rules, err := desk.Rules(ctx)
				if err != nil {
					return err
				}
				kept, err := desk.SaveRules(ctx, pack, rules.Seq, reason)
				if err != nil {
					return err
				}
				if detect {
					show, end := t.progress()
					err := desk.Detect(ctx, show)
					end()
					if err != nil {
						return err
					}
				}
				if t.json {
					return t.emit(versionLine{kept.Version, kept.Digest, kept.Author, kept.Reason, kept.Changes, kept.At})
				}
				t.sayf("Version %s is in force.", kept.Version)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why the rules change")
	later := false
	cmd.Flags().BoolVar(&later, "later", false, "read what the change touches at the next sync")
	cmd.PreRun = func(*cobra.Command, []string) { detect = !later }
	return cmd
}
