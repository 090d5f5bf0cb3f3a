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

	photos "mensch/app/photos/bench"
	profiles "mensch/app/profiles/bench"
	ratings "mensch/app/ratings/bench"
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
		return errors.New("usage: bench photos|detect DATA-FOLDER")
	}
	switch kind, folder := args[0], args[1]; kind {
	case "photos":
		return photos.Run(ctx, os.Stdout, folder)
	case "detect":
		if _, err := transcripts.Run(ctx, os.Stdout, folder, assets.Models()); err != nil {
			return fmt.Errorf("transcripts: %w", err)
		}
		if err := profiles.Run(ctx, os.Stdout, folder); err != nil {
			return fmt.Errorf("profiles: %w", err)
		}
		if err := ratings.Run(ctx, os.Stdout, folder); err != nil {
			return fmt.Errorf("ratings: %w", err)
		}
		return nil
	default:
		return fmt.Errorf("no benchmark is called %q", kind)
	}
}
