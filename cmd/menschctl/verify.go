package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/audit/casefile"
	"mensch/app/model"
)

// verifyLine is what verify --json prints.
type verifyLine struct {
	OK      bool   `json:"ok"`
	Rows    int64  `json:"rows"`            // of the audit log that are sound
	Entries int    `json:"entries"`         // of a case file that are sound
	Case    string `json:"case,omitempty"`  // of a case file
	Fault   string `json:"fault,omitempty"` // what is damaged and where
}

func (t *tool) verifyCommand() *cobra.Command {
	var keys []string
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Check the store, or a sealed case file",
		Long: `Check the store: SQLite's own checks, and every row of the audit log against the
row before it. With a FILE, check a sealed case file instead, which needs no
store but the keys (--key) of those whose files you trust.

Damage is named with its place, and the exit code is 5.`,
		Args: args(0, 1),
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 1 {
				return t.verifyFile(files[0], keys)
			}
			return t.verifyStore(cmd.Context())
		},
	}
	cmd.Flags().StringArrayVar(&keys, "key", nil, "a verifier `key` of a trusted signer, such as mensch+1a2b3c4d+Aa…; may be repeated")
	return cmd
}

func (t *tool) verifyStore(ctx context.Context) error {
	if err := t.existing(); err != nil {
		return err
	}
	desk, err := t.offline(ctx)
	if errors.Is(err, model.ErrCorrupt) {
		return t.verified(verifyLine{}, err)
	}
	return with(desk, err, func(desk *app.Desk) error {
		rows, err := desk.Verify(ctx)
		if err != nil && !errors.Is(err, audit.ErrBroken) && !errors.Is(err, model.ErrCorrupt) {
			return err
		}
		return t.verified(verifyLine{Rows: rows}, err)
	})
}

func (t *tool) verifyFile(path string, keys []string) error {
	if len(keys) == 0 {
		return usagef("verify FILE: name the key of a trusted signer with --key")
	}
	var known []note.Verifier
	for _, k := range keys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return usagef("verify: %q is no verifier key", k)
		}
		known = append(known, v)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", path, errors.Unwrap(err))
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", path, err)
	}
	report, err := casefile.Verify(file, info.Size(), note.VerifierList(known...))
	if err != nil {
		if errors.Is(err, casefile.ErrTampered) {
			return t.verified(verifyLine{}, err)
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	return t.verified(verifyLine{Rows: int64(len(report.Proof.Rows)), Entries: len(report.Entries), Case: report.File.Case.ID}, nil)
}

// verified prints what was found, and gives the damage as an error.
func (t *tool) verified(line verifyLine, damage error) error {
	line.OK = damage == nil
	if damage != nil {
		line.Fault = damage.Error()
	}
	if t.json {
		if err := t.emit(line); err != nil {
			return err
		}
	}
	switch {
	case damage != nil:
		return fmt.Errorf("%w: %w", errDamage, damage)
	case t.json:
	case line.Case != "":
		t.sayf("The file of case %s is as it was sealed: %d entries, %d rows of the audit log.", line.Case, line.Entries, line.Rows)
	default:
		t.sayf("The store is sound: %d rows of the audit log follow from each other.", line.Rows)
	}
	return nil
}
