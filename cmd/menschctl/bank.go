package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

// bankLine is what bank list --json prints for each bank.
type bankLine struct {
	Bank      string         `json:"bank"`
	Kind      model.BankKind `json:"kind"`
	Items     int            `json:"items"`
	Disabled  int            `json:"disabled"`
	HashOnly  int            `json:"hash_only"`
	Confirmed int            `json:"confirmed"`
	Refuted   int            `json:"refuted"`
	Precision *float64       `json:"precision"` // of the matches that were judged; null: none were
}

// itemLine is what bank items --json prints for each item.
type itemLine struct {
	Item      string   `json:"item"`
	Photo     string   `json:"photo"` // SHA-256 of the file, or a name made of its hashes
	HashOnly  bool     `json:"hash_only"`
	Name      string   `json:"name"`
	Source    string   `json:"source"`
	Licence   string   `json:"licence"`
	Note      string   `json:"note"`
	Disabled  bool     `json:"disabled"`
	Added     string   `json:"added"`
	Confirmed int      `json:"confirmed"`
	Refuted   int      `json:"refuted"`
	Precision *float64 `json:"precision"`
}

// bankExportLine is what bank export --json prints.
type bankExportLine struct {
	Bank   string `json:"bank"`
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	Items  int    `json:"items"`
	Photos int    `json:"photos"`
}

// statsLine is what bank stats --json prints: the verdicts on matches, the curve
// that they make of scores, and each range of scores.
type statsLine struct {
	Confirmed  int        `json:"confirmed"`
	Refuted    int        `json:"refuted"`
	Precision  *float64   `json:"precision"`
	Calibrated bool       `json:"calibrated"` // enough verdicts: the scores shown follow the curve
	Minimum    int        `json:"minimum"`    // verdicts that it takes
	Curve      curveLine  `json:"curve"`
	Scores     []stepLine `json:"scores"`
	Banks      []bankLine `json:"banks"`
}

type curveLine struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
	C float64 `json:"c"`
}

type stepLine struct {
	From      float64 `json:"from"`
	To        float64 `json:"to"`
	Confirmed int     `json:"confirmed"`
	Refuted   int     `json:"refuted"`
	Shown     float64 `json:"shown"` // what the middle of the range is shown as
}

// precision is the share of confirmed matches; nil where none was judged.
func precision(confirmed, refuted int) *float64 {
	if confirmed+refuted == 0 {
		return nil
	}
	p := float64(confirmed) / float64(confirmed+refuted)
	return &p
}

func percent(p *float64) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100**p)
}

func (t *tool) bankCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bank",
		Short: "Look at banks of known images, change and export them",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, given []string) error {
			if len(given) > 0 {
				return usagef("bank: there is no command %q", given[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(t.bankList(), t.bankItems(), t.bankExport(), t.bankDisable(true), t.bankDisable(false), t.bankNote(), t.bankStats(),
		t.bankJudge("confirm", "Say that both photos of a match are one picture", "confirmed", model.WordSamePicture),
		t.bankJudge("refute", "Say that the photos of a match have nothing to do with each other", "refuted", model.WordUnrelated),
		t.bankJudge("reopen", "Take back what was said of a match", "open again", model.WordOpen))
	return cmd
}

// atDesk runs do with the store's desk, which must be there.
func (t *tool) atDesk(cmd *cobra.Command, do func(ctx context.Context, desk *app.Desk) error) error {
	ctx := cmd.Context()
	return t.onKept(ctx, func(desk *app.Desk) error { return do(ctx, desk) })
}

func findBank(ctx context.Context, desk *app.Desk, name string) (model.Bank, error) {
	banks, err := desk.Banks(ctx)
	if err != nil {
		return model.Bank{}, err
	}
	for _, b := range banks {
		if strings.EqualFold(b.Name, name) {
			return b, nil
		}
	}
	return model.Bank{}, &app.Refusal{Why: fmt.Sprintf("There is no bank called “%s”. “menschctl bank list” names them.", name)}
}

func newBankLine(b model.Bank) bankLine {
	return bankLine{
		Bank: b.Name, Kind: b.Kind, Items: b.Items, Disabled: b.Disabled, HashOnly: b.HashOnly,
		Confirmed: b.Confirmed, Refuted: b.Refuted, Precision: precision(b.Confirmed, b.Refuted),
	}
}

func (t *tool) bankList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the banks", Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.atDesk(cmd, func(ctx context.Context, desk *app.Desk) error {
				banks, err := desk.Banks(ctx)
				if err != nil {
					return err
				}
				lines := make([]bankLine, len(banks))
				for i, b := range banks {
					lines[i] = newBankLine(b)
				}
				return t.printBanks(lines)
			})
		},
	}
}

func (t *tool) printBanks(lines []bankLine) error {
	if t.json {
		for _, l := range lines {
			if err := t.emit(l); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "bank\tkind\titems\tout\thashes only\tconfirmed\trefuted\tprecision")
	for _, l := range lines {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n", oneLine(l.Bank), l.Kind, l.Items, l.Disabled, l.HashOnly, l.Confirmed, l.Refuted, percent(l.Precision))
	}
	return table.Flush()
}

func (t *tool) bankItems() *cobra.Command {
	var filter model.BankItemFilter
	cmd := &cobra.Command{
		Use: "items BANK", Short: "List the items of a bank", Args: args(1, 1),
		RunE: func(cmd *cobra.Command, given []string) error {
			switch filter.State {
			case "", model.ItemsMatched, model.ItemsDisabled, model.ItemsRefuted, model.ItemsHashOnly:
			default:
				return usagef("bank items: there is no state %q", filter.State)
			}
			return t.atDesk(cmd, func(ctx context.Context, desk *app.Desk) error {
				bank, err := findBank(ctx, desk, given[0])
				if err != nil {
					return err
				}
				filter.BankID = bank.ID
				return t.printItems(ctx, desk, filter)
			})
		},
	}
	cmd.Flags().StringVar(&filter.Words, "find", "", "only items whose name, source, licence or note has these `words`")
	cmd.Flags().StringVar(&filter.State, "state", "", "only items that are `matched, disabled, refuted or hash-only`")
	return cmd
}

func (t *tool) printItems(ctx context.Context, desk *app.Desk, filter model.BankItemFilter) error {
	const page = 500
	for after := ""; ; {
		items, err := desk.FindBankItems(ctx, filter, after, page)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return nil
		}
		after = items[len(items)-1].ID
		for _, i := range items {
			line := itemLine{
				Item: i.ID, Photo: i.PhotoID, HashOnly: i.HashOnly, Name: i.Name, Source: i.Source, Licence: i.Licence, Note: i.Note,
				Disabled: i.Disabled, Added: i.AddedAt.UTC().Format("2006-01-02T15:04:05Z"),
				Confirmed: i.Confirmed, Refuted: i.Refuted, Precision: precision(i.Confirmed, i.Refuted),
			}
			if t.json {
				if err := t.emit(line); err != nil {
					return err
				}
				continue
			}
			state := "matched"
			if i.Disabled {
				state = "taken out"
			}
			t.sayf("%s  %s  %s, confirmed %d, refuted %d  %s", line.Item, oneLine(line.Name), state, line.Confirmed, line.Refuted,
				oneLine(strings.Join([]string{line.Source, line.Licence, line.Note}, "  ")))
		}
	}
}

func (t *tool) bankExport() *cobra.Command {
	return &cobra.Command{
		Use: "export BANK FILE", Short: "Write a bank into a new .csv, .json or .zip file", Args: args(2, 2),
		Long: `Write a bank into a new file, as its name ends: .csv and .json hold the hashes and
what was noted, .zip the pictures too. “import” reads all three back.`,
		RunE: func(cmd *cobra.Command, given []string) error {
			return t.atDesk(cmd, func(ctx context.Context, desk *app.Desk) error {
				bank, err := findBank(ctx, desk, given[0])
				if err != nil {
					return err
				}
				show, end := t.progress()
				done, err := desk.ExportBank(ctx, bank.ID, given[1], func(done, total int) { show("exporting", int64(done), int64(total)) })
				end()
				if err != nil {
					return err
				}
				if t.json {
					return t.emit(bankExportLine{Bank: bank.Name, Path: done.Path, Bytes: done.Bytes, Items: done.Items, Photos: done.Photos})
				}
				t.sayf("%d items of “%s” are in %s (%d bytes, %d pictures).", done.Items, bank.Name, done.Path, done.Bytes, done.Photos)
				return nil
			})
		},
	}
}

func (t *tool) bankDisable(disabled bool) *cobra.Command {
	use, short, said := "enable ITEM...", "Match with items again", "is matched again"
	if disabled {
		use, short, said = "disable ITEM...", "Take items out of matching", "is out of matching"
	}
	return &cobra.Command{
		Use: use, Short: short, Args: args(1, -1),
		RunE: func(cmd *cobra.Command, items []string) error {
			return t.atDesk(cmd, func(ctx context.Context, desk *app.Desk) error {
				for _, id := range items {
					if err := desk.DisableBankItem(ctx, id, disabled); err != nil {
						return err
					}
					t.sayf("%s %s.", id, said)
				}
				show, end := t.progress()
				defer end()
				return desk.Detect(ctx, show)
			})
		},
	}
}

func (t *tool) bankNote() *cobra.Command {
	var text model.BankItemText
	cmd := &cobra.Command{
		Use: "note ITEM", Short: "Change an item's name, source, licence or note", Args: args(1, 1),
	}
	flags := cmd.Flags()
	parts := []struct {
		name string
		to   *string
		of   func(model.BankItem) string
	}{
		{"name", &text.Name, func(i model.BankItem) string { return i.Name }},
		{"source", &text.Source, func(i model.BankItem) string { return i.Source }},
		{"licence", &text.Licence, func(i model.BankItem) string { return i.Licence }},
		{"note", &text.Note, func(i model.BankItem) string { return i.Note }},
	}
	for _, p := range parts {
		flags.StringVar(p.to, p.name, "", "the item's new "+p.name)
	}
	cmd.RunE = func(cmd *cobra.Command, given []string) error {
		changed := false
		for _, p := range parts {
			changed = changed || flags.Changed(p.name)
		}
		if !changed {
			return usagef("bank note: say what to change: --name, --source, --licence or --note")
		}
		return t.atDesk(cmd, func(ctx context.Context, desk *app.Desk) error {
			item, err := desk.BankItem(ctx, given[0])
			if err != nil {
				return err
			}
			for _, p := range parts {
				if !flags.Changed(p.name) {
					*p.to = p.of(item)
				}
			}
			if err := desk.DescribeBankItem(ctx, item.ID, text); err != nil {
				return err
			}
			t.sayf("%s is noted anew.", item.ID)
			return nil
		})
	}
	return cmd
}

func (t *tool) bankStats() *cobra.Command {
	return &cobra.Command{
		Use: "stats", Short: "Say how matches stood before moderators", Args: args(0, 0),
		Long: `Say how many matches moderators confirmed and refuted, by bank and by score, and
what the scores are worth by that. Scores are shown by the curve once there are
enough verdicts:

  logit(shown) = a ln(score) - b ln(1 - score) + c`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.atDesk(cmd, func(ctx context.Context, desk *app.Desk) error {
				record, err := desk.MatchRecord(ctx)
				if err != nil {
					return err
				}
				banks, err := desk.Banks(ctx)
				if err != nil {
					return err
				}
				return t.printStats(record, banks)
			})
		},
	}
}

func (t *tool) printStats(r app.MatchRecord, banks []model.Bank) error {
	line := statsLine{
		Confirmed: r.Confirmed, Refuted: r.Refuted, Precision: precision(r.Confirmed, r.Refuted),
		Calibrated: r.Calibrated(), Minimum: r.Minimum, Curve: curveLine{r.Curve.A, r.Curve.B, r.Curve.C},
		Scores: []stepLine{}, Banks: []bankLine{},
	}
	for _, s := range r.Steps {
		line.Scores = append(line.Scores, stepLine(s))
	}
	for _, b := range banks {
		line.Banks = append(line.Banks, newBankLine(b))
	}
	if t.json {
		return t.emit(line)
	}
	t.sayf("%d matches confirmed, %d refuted: precision %s.", line.Confirmed, line.Refuted, percent(line.Precision))
	if !line.Calibrated {
		t.sayf("Scores are shown as the matcher gives them until there are %d verdicts.", line.Minimum)
	} else {
		t.sayf("Scores are shown by these verdicts: a %.2f, b %.2f, c %.2f.", line.Curve.A, line.Curve.B, line.Curve.C)
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "score\tconfirmed\trefuted\tshown as")
	for _, s := range line.Scores {
		_, _ = fmt.Fprintf(table, "%.1f to %.1f\t%d\t%d\t%.2f\n", s.From, s.To, s.Confirmed, s.Refuted, s.Shown)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return t.printBanks(line.Banks)
}
