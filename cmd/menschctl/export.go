package main

import (
	"github.com/spf13/cobra"

	"mensch/app"
)

// exportLine is what export --json prints.
type exportLine struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Key    string `json:"key"` // that checks the file
}

func (t *tool) exportCommand() *cobra.Command {
	var out string
	var redacted bool
	cmd := &cobra.Command{
		Use:   "export CASE",
		Short: "Seal a case as one file",
		Long: `Write a case as one sealed ZIP: a page that opens anywhere and prints, the same as
JSON with its schema, the photos, the rows of the audit log about it with their
proofs, and a signature. “menschctl verify FILE” checks it without the store.

--redacted makes the copy for the expert: nobody else's names, words or photos.
A file that is there already is not replaced.`,
		Args: args(1, 1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error {
				path := out
				if path == "" {
					path = app.ExportName(ids[0], redacted)
				}
				done, err := desk.ExportFile(ctx, ids[0], path, redacted)
				if err != nil {
					return err
				}
				if t.json {
					return t.emit(exportLine{Path: done.Path, Bytes: done.Bytes, SHA256: done.SHA256, Key: done.Key})
				}
				t.sayf("Case %s is sealed in %s (%d bytes).\nCheck it anywhere with: menschctl verify %s --key %s", oneLine(ids[0]), done.Path, done.Bytes, done.Path, done.Key)
				return nil
			})
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "the `file` or folder to write to (default: case-ID.zip here)")
	cmd.Flags().BoolVar(&redacted, "redacted", false, "the copy for the expert")
	return cmd
}

// keyLine is what key --json prints.
type keyLine struct {
	Key string `json:"key"`
}

func (t *tool) keyCommand() *cobra.Command {
	var renew bool
	var reason string
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Print the key that this store's files are checked with",
		Long: `Print the verifier key of the store: whoever has it can check the store's sealed
case files and the heads of its audit log.

--renew begins a new log under a new key, for a store that was rightly put back
from a copy. The reason stands in the audit log; the heads of the old log stay at
the platform.`,
		Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error {
				key, err := desk.VerifierKey()
				if renew {
					key, err = desk.RenewKey(ctx, reason)
				}
				if err != nil {
					return err
				}
				if t.json {
					return t.emit(keyLine{Key: key})
				}
				t.sayf("%s", key)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&renew, "renew", false, "put the key aside, and begin a new log")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the audit log")
	return cmd
}
