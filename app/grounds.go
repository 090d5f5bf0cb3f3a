package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

// Ground is one piece of what a finding rests on that is no mark in one
// transcript: an event, or a text that stands in two places.
type Ground struct {
	At      time.Time // zero: none
	Title   string    // what it is, and whose
	Text    string    // in words, or the expert's text
	Other   string    // whose the other text is; empty: there is none
	There   string    // the other text
	Session string    // where it can be read; empty: nowhere
	Message string
}

const (
	maxGrounds    = 60
	groundRunes   = 600 // of a text, the rest is cut
	messagesField = "message:"
)

// Grounds gives what a finding rests on, in the order of its evidence, sixty
// pieces at most. What was erased since is left out, or said to be gone.
func (d *Desk) Grounds(ctx context.Context, f model.Finding) ([]Ground, error) {
	var out []Ground
	for _, e := range f.Events[:min(len(f.Events), maxGrounds)] {
		g := Ground{At: e.At, Title: eventTitles[e.Kind], Text: e.Text}
		if e.Kind == "message" {
			if err := d.placeOf(ctx, e.ID, &g); err != nil {
				return nil, err
			}
		}
		out = append(out, g)
	}
	for _, l := range f.Accounts[:min(len(f.Accounts), maxGrounds-len(out))] {
		expert, err := d.store.Expert(ctx, l.ExpertID)
		if err != nil && !notFound(err) {
			return nil, fmt.Errorf("reading expert %s: %w", l.ExpertID, err)
		}
		name := expert.ScreenName
		if name == "" {
			name = "An account that is gone"
		}
		out = append(out, Ground{Title: name + ", " + l.Cluster, Text: strings.Join(l.Signals, ", ")})
	}
	for _, p := range f.Passages[:min(len(f.Passages), maxGrounds-len(out))] {
		g := Ground{Title: "Here, " + fieldWords(p.Field)}
		var err error
		if g.Text, err = d.passage(ctx, f.ExpertID, p.Field, p.Start, p.End, p.Sum, &g); err != nil {
			return nil, err
		}
		if p.OtherField != "notice" {
			if g.There, err = d.passage(ctx, p.OtherExpert, p.OtherField, p.OtherStart, p.OtherEnd, "", nil); err != nil {
				return nil, err
			}
			if g.Other, err = d.wrote(ctx, p); err != nil {
				return nil, err
			}
		}
		out = append(out, g)
	}
	return out, nil
}

var eventTitles = map[string]string{"rating": "Rating", "message": "Message", "status": "Status", "profile": "Profile", "rule": "Rule", "finding": "Finding"}

// placeOf says where a message can be read.
func (d *Desk) placeOf(ctx context.Context, id string, g *Ground) error {
	m, err := d.store.Message(ctx, id)
	if notFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading message %s: %w", id, err)
	}
	g.Session, g.Message = m.Session, m.ID
	g.Text = strings.TrimSuffix(g.Text, " (session "+m.Session+")") // one press away
	return nil
}

// passage is a stretch of one of an expert's texts as it reads now. sum is that
// of the text as it was read, empty where that is not known.
func (d *Desk) passage(ctx context.Context, expertID, field string, start, end int, sum string, g *Ground) (string, error) {
	var text string
	id, answer := strings.CutPrefix(field, messagesField)
	switch {
	case answer:
		m, err := d.store.Message(ctx, id)
		if err != nil && !notFound(err) {
			return "", fmt.Errorf("reading message %s: %w", id, err)
		}
		if text = m.Text; g != nil {
			g.At, g.Session, g.Message = m.At, m.Session, m.ID
		}
	case expertID != "":
		p, err := d.store.Profile(ctx, expertID)
		if err != nil && !notFound(err) {
			return "", fmt.Errorf("reading the profile of %s: %w", expertID, err)
		}
		text = map[string]string{"bio": p.Bio, "headline": p.Headline}[field]
	default:
		return "The text lies in the reference folder and is not kept here.", nil
	}
	if start < 0 || start >= end || end > len(text) || sum != "" && sum != model.TextSum(text) {
		return "This text was changed or erased since it was read.", nil
	}
	runes := []rune(strings.ToValidUTF8(text[start:end], "�"))
	if len(runes) > groundRunes {
		return string(runes[:groundRunes]) + " …", nil
	}
	return string(runes), nil
}

// wrote says whose the other text of a passage is.
func (d *Desk) wrote(ctx context.Context, p model.Passage) (string, error) {
	if p.OtherExpert == "" {
		return "In “" + p.OtherField + "”", nil
	}
	expert, err := d.store.Expert(ctx, p.OtherExpert)
	if err != nil && !notFound(err) {
		return "", fmt.Errorf("reading expert %s: %w", p.OtherExpert, err)
	}
	name := expert.ScreenName
	if name == "" {
		name = "an account that is gone"
	}
	return "Earlier, " + name + ", " + fieldWords(p.OtherField), nil
}

func fieldWords(field string) string {
	if strings.HasPrefix(field, messagesField) {
		return "in an answer"
	}
	if slices.Contains([]string{"bio", "headline"}, field) {
		return "in the " + field
	}
	return "in “" + field + "”"
}
