package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"mensch/app/model"
	"mensch/app/transcripts"
	"mensch/assets"
	"mensch/cmd/internal/workplace"
)

// reviewLine is what review --json prints.
type reviewLine struct {
	Guideline string       `json:"guideline"`
	Score     float64      `json:"score"`
	Messages  []string     `json:"messages"`
	Spans     []reviewSpan `json:"spans"`
	Reason    string       `json:"reason"`
}

type reviewSpan struct {
	Message string `json:"message"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

func (t *tool) reviewCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "review TRANSCRIPT...",
		Short: "Say what in a conversation breaks a guideline",
		Long: `Read transcripts (JSON Lines, a message a line; “-” is standard input) and print
what breaks a guideline, with the words that show it. It needs no store and no
platform. A transcript without findings prints nothing, and the exit code is 0
either way.

A line that cannot be read is named with its number, nothing of its file is
reviewed, and the exit code is 1.`,
		Args: args(1, -1),
		RunE: func(cmd *cobra.Command, paths []string) error { return t.review(cmd.Context(), paths) },
	}
}

func (t *tool) review(ctx context.Context, paths []string) error {
	pack, err := workplace.Pack()
	if err != nil {
		return err
	}
	reader, err := transcripts.New(pack, assets.Models())
	if err != nil {
		return fmt.Errorf("preparing the detectors: %w", err)
	}
	for _, path := range paths {
		conversations, err := t.transcript(path)
		if err != nil {
			return err
		}
		if err := t.reviewAll(ctx, reader, conversations); err != nil {
			return err
		}
	}
	return nil
}

func (t *tool) transcript(path string) ([]model.Conversation, error) {
	in := t.in
	name := "standard input"
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", path, errors.Unwrap(err))
		}
		defer func() { _ = file.Close() }()
		in, name = file, path
	}
	conversations, err := transcripts.ReadTranscript(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return conversations, nil
}

// reviewAll reads conversations on all cores and prints in their order.
func (t *tool) reviewAll(ctx context.Context, reader *transcripts.Reader, all []model.Conversation) error {
	results := make([]chan []model.Finding, len(all))
	for i := range results {
		results[i] = make(chan []model.Finding, 1)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group := errgroup.Group{}
	group.SetLimit(runtime.GOMAXPROCS(0) + 1)
	group.Go(func() error {
		for i, c := range all {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			group.Go(func() error {
				results[i] <- reader.Review(c)
				return nil
			})
		}
		return nil
	})
	err := func() error {
		for i := range all {
			select {
			case found := <-results[i]:
				if err := t.printFindings(all[i], found); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}()
	cancel()
	return errors.Join(err, dropCancel(group.Wait()))
}

// dropCancel forgets that the workers were told to stop.
func dropCancel(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (t *tool) printFindings(c model.Conversation, found []model.Finding) error {
	for _, f := range found {
		if t.json {
			line := reviewLine{Guideline: f.Guideline, Score: f.Score, Messages: f.Messages, Spans: []reviewSpan{}, Reason: f.Reason}
			if line.Messages == nil {
				line.Messages = []string{}
			}
			for _, s := range f.Spans {
				line.Spans = append(line.Spans, reviewSpan{Message: s.Message, Start: s.Start, End: s.End})
			}
			if err := t.emit(line); err != nil {
				return err
			}
			continue
		}
		t.sayf("%s, %.0f %%: %s", f.Guideline, 100*f.Score, oneLine(f.Reason))
		for _, s := range f.Spans {
			t.sayf("  %s: “%s”", oneLine(s.Message), shorten(oneLine(quote(c, s)), 120))
		}
	}
	return nil
}

// quote gives the words that a span marks.
func quote(c model.Conversation, s model.Span) string {
	for _, m := range c.Messages {
		if m.ID == s.Message && s.Start >= 0 && s.End <= len(m.Text) && s.Start <= s.End {
			return strings.ToValidUTF8(m.Text[s.Start:s.End], "�")
		}
	}
	return ""
}
