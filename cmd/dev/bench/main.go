// Command bench measures the detectors on labelled data and prints the tables,
// each score beside its baseline. It is called by `go run ./cmd/dev bench`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	photos "mensch/app/photos/bench"
	profiles "mensch/app/profiles/bench"
	ratings "mensch/app/ratings/bench"
	"mensch/app/scores"
	transcripts "mensch/app/transcripts/bench"
	"mensch/assets"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:])
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fmt.Fprintln(os.Stderr, "bench: skipped, for the labelled data is not here:", err)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("usage: bench photos|speed|detect DATA-FOLDER")
	}
	switch kind, folder := args[0], args[1]; kind {
	case "photos":
		return photos.Run(ctx, os.Stdout, folder, photos.Options{FirstSync: firstSync})
	case "speed":
		return photos.RunWith(ctx, os.Stdout, folder, photos.Options{FirstSync: firstSync, OnlySpeed: true})
	case "detect":
		return detect(ctx, folder)
	default:
		return fmt.Errorf("no benchmark is called %q", kind)
	}
}

// detect measures all detectors, and puts the table of scores where people look
// for it: all of it into assets/readme/scores.md, and without the notes into the
// README. Run elsewhere than in the project's folder, it only prints.
func detect(ctx context.Context, folder string) error {
	all, err := transcripts.Run(ctx, os.Stdout, folder, assets.Models())
	if err != nil {
		return fmt.Errorf("transcripts: %w", err)
	}
	more, err := profiles.Run(ctx, os.Stdout, folder)
	if err != nil {
		return fmt.Errorf("profiles: %w", err)
	}
	all = append(all, more...)
	if more, err = ratings.Run(ctx, os.Stdout, folder); err != nil {
		return fmt.Errorf("ratings: %w", err)
	}
	all = append(all, more...)
	for _, place := range []struct {
		path  string
		notes bool
	}{{"assets/readme/scores.md", true}, {"README.md", false}} {
		var b strings.Builder
		rows := all
		if !place.notes {
			rows = slices.DeleteFunc(slices.Clone(all), func(r scores.Row) bool { return r.Target == 0 })
		}
		if err := scores.Table(&b, rows, place.notes); err != nil {
			return fmt.Errorf("writing the scores: %w", err)
		}
		switch err := scores.Insert(filepath.FromSlash(place.path), "scores", b.String()); {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(os.Stderr, "bench: %s is not here, so the scores are only printed\n", place.path)
		case err != nil:
			return fmt.Errorf("keeping the scores: %w", err)
		}
	}
	return nil
}
