package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
	"mensch/app/photos"
)

// matchLine is what match --json prints.
type matchLine struct {
	Query     string           `json:"query"`
	Match     string           `json:"match"`
	Bank      string           `json:"bank"`
	Kind      model.MatchKind  `json:"kind"`
	Score     float64          `json:"score"`
	Distance  int              `json:"distance"`
	Whole     *model.Distances `json:"whole,omitempty"`
	Laid      *model.Distances `json:"laid,omitempty"`
	Transform string           `json:"transform"`
	Region    model.Region     `json:"region"`
}

// experts is the bank of a match with an expert's photo.
const experts = "experts"

func (t *tool) matchCommand() *cobra.Command {
	var bank string
	cmd := &cobra.Command{
		Use:   "match PHOTO...",
		Short: "Say which known photos show the same picture",
		Long: `Compare photos with every bank and every expert's photo in the store, or, with
--bank, with the photos in a folder: that needs no store. Matches are printed
best first; a photo without any prints nothing.

A photo that cannot be read is named, the others are matched, and the exit code
is 7 (or 1 if none could be read).`,
		Args: args(1, -1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			ctx := cmd.Context()
			if bank != "" {
				known, err := t.readBank(ctx, bank)
				if err != nil {
					return err
				}
				return t.match(paths, func(query string, file io.Reader) ([]matchLine, error) { return known.match(ctx, query, file) })
			}
			return t.onKept(ctx, func(desk *app.Desk) error {
				return t.match(paths, func(query string, file io.Reader) ([]matchLine, error) { return matchDesk(ctx, desk, query, file) })
			})
		},
	}
	cmd.Flags().StringVar(&bank, "bank", "", "compare with the photos in this `folder` and below, without a store")
	return cmd
}

// match runs one lookup for each photo and prints what it gives.
func (t *tool) match(paths []string, look func(query string, file io.Reader) ([]matchLine, error)) error {
	failed, lines := 0, 0
	var last error
	for _, path := range paths {
		found, err := matchFile(path, look)
		if errors.Is(err, context.Canceled) {
			return err
		}
		if err != nil {
			failed++
			last = fmt.Errorf("%s: %w", path, err)
			if len(paths) > 1 {
				t.tellf("%s: %s", path, words(err))
			}
			continue
		}
		for _, line := range found {
			lines++
			if t.json {
				if err := t.emit(line); err != nil {
					return err
				}
				continue
			}
			t.sayf("%s  %s  %s (%s): %.0f %%, distance %d, %s", oneLine(line.Query), line.Kind, oneLine(line.Match), oneLine(line.Bank), 100*line.Score, line.Distance, orNone(line.Transform))
		}
		if len(found) == 0 && !t.json {
			t.sayf("%s  no match", oneLine(path))
		}
	}
	switch {
	case failed == 0:
		return nil
	case failed == len(paths) && len(paths) == 1:
		var refusal *app.Refusal
		if errors.As(last, &refusal) {
			// It is the photo that is at fault, not a rule.
			return errors.New(refusal.Why)
		}
		return last
	case failed == len(paths):
		return errors.New("none of the photos could be read")
	}
	return errPartly
}

func orNone(s string) string {
	if s == "" {
		return "unchanged"
	}
	return s
}

func matchFile(path string, look func(string, io.Reader) ([]matchLine, error)) ([]matchLine, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	defer func() { _ = file.Close() }()
	return look(path, file)
}

func matchDesk(ctx context.Context, desk *app.Desk, query string, file io.Reader) ([]matchLine, error) {
	hits, err := desk.MatchPhoto(ctx, file)
	if err != nil {
		return nil, err
	}
	lines := make([]matchLine, 0, len(hits))
	for _, h := range hits {
		line := newMatchLine(query, h.Match)
		line.Match, line.Bank = h.Owner.Name, h.Bank
		if h.Owner.ExpertID != "" {
			line.Match, line.Bank = h.Owner.ExpertID, experts
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func newMatchLine(query string, m model.Match) matchLine {
	return matchLine{Query: query, Kind: m.Kind, Score: m.Score, Distance: m.Distance, Whole: m.Whole, Laid: m.Laid, Transform: m.Transform, Region: m.Region}
}

// folderBank is a folder of photos as a bank, without a store.
type folderBank struct {
	name string
	*photos.Folder
}

// readBank hashes every photo in a folder and below, on all cores.
func (t *tool) readBank(ctx context.Context, dir string) (*folderBank, error) {
	show, end := t.progress()
	folder, err := photos.ReadFolder(ctx, dir, func(done, total int) { show("hashing", int64(done), int64(total)) })
	end()
	if err != nil {
		return nil, fmt.Errorf("reading the bank: %w", err)
	}
	if !t.quiet {
		for _, left := range folder.Left {
			t.tellf("%s is left out of the bank: %v", filepath.Join(dir, left.Name), left.Err)
		}
	}
	return &folderBank{dir, folder}, nil
}

func (b *folderBank) match(ctx context.Context, query string, file io.Reader) ([]matchLine, error) {
	h, pic, err := photos.HashReader(file)
	if err != nil {
		return nil, err
	}
	found, err := b.Matcher.Match(ctx, h, pic)
	if err != nil {
		return nil, err
	}
	var lines []matchLine
	for _, m := range found {
		for _, name := range b.Names(m.Other) {
			line := newMatchLine(query, m)
			line.Match, line.Bank = name, b.name
			lines = append(lines, line)
		}
	}
	return lines, nil
}
