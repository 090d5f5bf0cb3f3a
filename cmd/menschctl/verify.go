package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/audit/casefile"
	"mensch/app/model"
	"mensch/cmd/internal/workplace"
)

// verifyLine is what verify --json prints.
type verifyLine struct {
	OK      bool   `json:"ok"`
	Rows    int64  `json:"rows"`              // of the audit log that are sound
	Folded  int    `json:"folded"`            // cases, decisions, proposals, appeals and records that stand where their events lead
	Kept    int    `json:"kept"`              // heads beside the store that the log continues
	Known   int    `json:"known"`             // heads at the platform that the log continues
	Unasked string `json:"unasked,omitempty"` // why the platform was not asked
	Entries int    `json:"entries"`           // of a case file that are sound
	Case    string `json:"case,omitempty"`    // of a case file
	Fault   string `json:"fault,omitempty"`   // what is damaged and where
}

func (t *tool) verifyCommand() *cobra.Command {
	var keys []string
	var offline bool
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Check the store, or a sealed case file",
		Long: `Check the store: SQLite's own checks; that every case, decision, sanction, proposal
and appeal stands where the events that happened to it lead; every row of the
audit log against the row before it, and the log against every signed head that is known of it, beside the
store and at the platform: so a log that was cut or a store that was rolled back
is noticed. The platform is asked where there is a token; --offline asks nobody.

With a FILE, check a sealed case file instead, which needs no store but the keys
(--key) of those whose files you trust; without --key, the store's own key.

Damage is named with its place, and the exit code is 5.`,
		Args: args(0, 1),
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 1 {
				return t.verifyFile(files[0], keys)
			}
			return t.verifyStore(cmd.Context(), offline)
		},
	}
	cmd.Flags().StringArrayVar(&keys, "key", nil, "a verifier `key` of a trusted signer, such as mensch+1a2b3c4d+Aa…; may be repeated")
	cmd.Flags().BoolVar(&offline, "offline", false, "ask no platform")
	return cmd
}

func (t *tool) verifyStore(ctx context.Context, offline bool) error {
	if err := t.existing(); err != nil {
		return err
	}
	token, err := t.token()
	if err != nil {
		return err
	}
	desk, err := workplace.Open(ctx, workplace.Config{Dir: t.folder(), Server: t.server, Token: token, Offline: offline})
	if errors.Is(err, model.ErrCorrupt) {
		return t.verified(verifyLine{}, err)
	}
	return with(desk, err, func(desk *app.Desk) error {
		v, err := desk.Verify(ctx)
		if err != nil && !errors.Is(err, audit.ErrBroken) && !errors.Is(err, audit.ErrHead) && !errors.Is(err, model.ErrCorrupt) {
			return err
		}
		return t.verified(verifyLine{Rows: v.Rows, Folded: v.Folded, Kept: v.Kept, Known: v.Known, Unasked: v.NotAsked}, err)
	})
}

func (t *tool) verifyFile(path string, keys []string) error {
	if len(keys) == 0 {
		own, err := workplace.Keys{Dir: t.folder()}.Public()
		if err != nil {
			return usagef("verify FILE: name the key of a trusted signer with --key; there is no store here that has one")
		}
		keys = []string{own}
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
		t.sayf("The store is sound: %d cases, decisions, proposals, appeals and records stand where their events lead.", line.Folded)
		t.sayf("%d rows of the audit log follow from each other, and continue %d heads kept beside the store and %d at the platform.", line.Rows, line.Kept, line.Known)
		if line.Unasked != "" {
			t.sayf("The platform's heads were not compared: %s.", strings.TrimRight(line.Unasked, "."))
		}
	}
	return nil
}
