package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

// importLine is what import --json prints.
type importLine struct {
	Bank    string   `json:"bank"`
	Added   int      `json:"added"`
	Known   int      `json:"known"` // were in the bank already
	Skipped []string `json:"skipped"`
}

func (t *tool) importCommand() *cobra.Command {
	var bank, kind string
	cmd := &cobra.Command{
		Use:   "import --bank NAME PATH...",
		Short: "Put photos or a list of hashes into a bank",
		Long: `Put photos or hashes into a bank, and match them against every expert's photo.
PATH is one of

  a photo, or a folder with all below it
  a .zip file of photos, or one that “bank export” wrote
  a list of hashes: .csv with a header line, or .json or .jsonl of objects, with
  the columns or members sha256 (of the file), phash, dhash (goimagehash, 16
  hexadecimal digits), pdq (64), quality (of the PDQ hash; under 50 is left out),
  name, source, licence, note, disabled, added
  what exchanges write: ThreatExchange (indicator and type), HMA (signal_type and
  signal_value, or lists of hash, ID, time, tags), StopNCII (hashRecords), NCMEC
  (fingerprints)

What cannot be read, was withdrawn, or is of a kind that is not matched (MD5,
PhotoDNA) is named and left out, and the exit code is 7.`,
		Args: args(1, -1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if bank == "" {
				return usagef("import: name the bank with --bank")
			}
			for _, p := range paths {
				if _, err := os.Stat(p); err != nil {
					return fmt.Errorf("%s cannot be read: %w", p, errors.Unwrap(err))
				}
			}
			ctx := cmd.Context()
			desk, err := t.offline(ctx)
			return with(desk, err, func(desk *app.Desk) error {
				return t.imports(ctx, desk, bank, model.BankKind(kind), paths)
			})
		},
	}
	cmd.Flags().StringVar(&bank, "bank", "", "the bank's `name`; it is made if there is none of this name")
	cmd.Flags().StringVar(&kind, "kind", string(model.BankStock), "of a new bank: stock, banned, copyrighted or legitimate")
	return cmd
}

func (t *tool) imports(ctx context.Context, desk *app.Desk, name string, kind model.BankKind, paths []string) error {
	bank, err := desk.EnsureBank(ctx, name, kind)
	if err != nil {
		return err
	}
	line := importLine{Bank: bank.Name, Skipped: []string{}}
	show, end := t.progress()
	for _, path := range paths {
		done, err := desk.ImportBank(ctx, bank.ID, path, func(done, total int) { show("importing", int64(done), int64(total)) })
		line.Added += done.Added
		line.Known += done.Known
		line.Skipped = append(line.Skipped, done.Skipped...)
		if err != nil {
			end()
			return err
		}
	}
	err = desk.Detect(ctx, show)
	end()
	if err != nil {
		return fmt.Errorf("the photos are in the bank, but matching them failed: %w", err)
	}
	if t.json {
		err = t.emit(line)
	} else {
		for _, s := range line.Skipped {
			t.sayf("Skipped %s.", strings.TrimSuffix(s, "."))
		}
		t.sayf("%d added to “%s”, %d were there already, %d skipped.", line.Added, line.Bank, line.Known, len(line.Skipped))
	}
	if err == nil && len(line.Skipped) > 0 {
		err = errPartly
	}
	return err
}
