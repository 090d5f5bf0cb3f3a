package viewstest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mensch/app"
	"mensch/app/model"
)

// split is a session in which a number is given in three pieces, and another
// one beside it.
var split = []line{
	{cl, "Good evening! The tomatoes have spots again, the ones by the shed.", nil},
	{ex, "Evening. I can't see that from here. Do you have something to write? 0176", []mark{
		{"contact-exchange", "split", "0176", "01765550892", "The expert gives a phone number, in pieces over several messages.", 0.93},
	}},
	{cl, "Yes", nil},
	{ex, "five five five", []mark{
		{"contact-exchange", "split", "five five five", "01765550892", "The expert gives a phone number, in pieces over several messages.", 0.93},
	}},
	{cl, "ok, and?", nil},
	{ex, "0892 but only after eight", []mark{
		{"contact-exchange", "split", "0892", "01765550892", "The expert gives a phone number, in pieces over several messages.", 0.93},
	}},
	{cl, "Thanks, I will.", nil},
	{ex, "And leave me five stars today, would you? That helps both of us.", []mark{
		{"ratings", "solicitation", "leave me five stars", "", "The expert begs for a rating.", 0.9},
	}},
	{cl, "Sure.", nil},
}

// joinSplit says which marks are parts of one contact, as the real desk does.
func joinSplit(marks []app.Mark) {
	var parts []int
	for k, m := range marks {
		if m.Label == "split" {
			parts = append(parts, k)
		}
	}
	for i, k := range parts {
		marks[k].Part, marks[k].Parts, marks[k].First, marks[k].Joined = i+1, len(parts), parts[0], "+49 176 5550892"
	}
}

// Elsewhere finds a phrase in two made-up sessions.
func (d *Desk) Elsewhere(ctx context.Context, phrase, butSession string) ([]app.PhraseHit, error) {
	if err := d.enter(ctx, "Elsewhere"); err != nil {
		return nil, err
	}
	var out []app.PhraseHit
	for _, session := range []string{"s-101", "s-split", "s-long"} {
		if session == butSession {
			continue
		}
		for seq := int64(1); seq <= int64(min(d.length(session), 400)); seq++ {
			m, _ := message(session, seq)
			i := strings.Index(strings.ToLower(m.Text), strings.ToLower(phrase))
			if i < 0 || i+len(phrase) > len(m.Text) {
				continue
			}
			out = append(out, app.PhraseHit{
				SearchHit:  model.SearchHit{Key: seq, Kind: "message", ExpertID: "e000002", SessionID: session, MessageID: m.ID, At: m.At.Add(-time.Duration(len(out)) * 31 * time.Hour)},
				ScreenName: names[len(out)%len(names)], Cluster: clusters[len(out)%len(clusters)], ClientID: fmt.Sprintf("client-%04x", 7919*len(out)+31), From: m.From, Text: m.Text, Start: i, End: i + len(phrase),
			})
		}
	}
	return out, nil
}
