package main

import (
	"context"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

// judgedLine is what bank confirm, refute and reopen print with --json for each
// finding.
type judgedLine struct {
	Finding string  `json:"finding"`
	Word    string  `json:"word"`
	Score   float64 `json:"score"` // as the matcher gave it
}

// bankJudge says of matches what the keys of the compare view say.
func (t *tool) bankJudge(use, short, said string, word model.MatchWord) *cobra.Command {
	return &cobra.Command{
		Use: use + " FINDING...", Short: short, Args: args(1, -1),
		Long: short + `.

“decide CASE” shows the findings of a case with their IDs. The verdict counts for
the finding, for the item of the bank that was matched, and for what scores are
worth (“bank stats”), unless both are the same file, which needs no score.`,
		RunE: func(cmd *cobra.Command, findings []string) error {
			return t.atDesk(cmd, func(ctx context.Context, desk *app.Desk) error {
				for _, id := range findings {
					kept, err := desk.JudgeMatch(ctx, id, word, "")
					if err != nil {
						return err
					}
					if t.json {
						if err := t.emit(judgedLine{Finding: id, Word: string(word), Score: kept.Judgement.Score}); err != nil {
							return err
						}
						continue
					}
					t.sayf("The match in finding %s is %s.", id, said)
				}
				return nil
			})
		},
	}
}
