package bench

import (
	"fmt"
	"strings"

	"mensch/app/scores"
	"mensch/app/transcripts"
	"mensch/app/transcripts/training"
)

type toxic struct {
	Text  string `json:"text"`
	Y     int    `json:"y"`
	Split string `json:"split"`
}

// offensive measures offensive words on what training has not seen.
func (b *bench) offensive() error {
	for _, set := range []struct {
		name, file string
		target     float64
	}{{"ConvAbuse", "toxicity/convabuse.jsonl", 0.89}, {"Davidson", "toxicity/davidson.jsonl", 0}, {"Surge", "toxicity/surge.jsonl", 0}} {
		rows, err := scores.Load[toxic](b.dir, set.file)
		if err != nil {
			return err
		}
		c, naive := b.offences(b.reader, rows, func(r toxic) bool {
			return set.name == "ConvAbuse" && r.Split == "valid" || set.name != "ConvAbuse" && training.HeldOut(r.Text)
		})
		b.macro("incivility: "+set.name+" (held out), macro-F1", c, set.target, fmt.Sprintf("word list %.2f", naive.macro()))
	}
	return nil
}

func (b *bench) offences(r *transcripts.Reader, rows []toxic, use func(toxic) bool) (c, naive confusion) {
	for _, row := range rows {
		if !use(row) {
			continue
		}
		p := r.Offence(row.Text)
		c.add(row.Y == 1, p >= 0.5)
		naive.add(row.Y == 1, b.listed(row.Text))
		if debug != "" && row.Y == 1 != (p >= 0.5) {
			fmt.Fprintf(b.w, "%d %.2f %.150q\n", row.Y, p, row.Text)
		}
	}
	return c, naive
}

// foreign measures on a set that training has not seen any part of.
func (b *bench) foreign() error {
	t, err := training.New(b.dir)
	if err != nil {
		return err
	}
	for _, set := range []struct{ name, key, file string }{{"Surge", "surge", "toxicity/surge.jsonl"}, {"ConvAbuse", "convabuse", "toxicity/convabuse.jsonl"}} {
		m, err := t.Civility(map[string]bool{set.key: true})
		if err != nil {
			return err
		}
		r, err := transcripts.New(nil, modelFS(m.Encode()))
		if err != nil {
			return fmt.Errorf("make the reader: %w", err)
		}
		rows, err := scores.Load[toxic](b.dir, set.file)
		if err != nil {
			return err
		}
		c, _ := b.offences(r, rows, func(toxic) bool { return true })
		b.macro("incivility: "+set.name+", never trained on (a stand-in for OLID), macro-F1", c, 0.72, "")
	}
	return nil
}

// benign measures how many harmless expert answers are flagged.
func (b *bench) benign() error {
	rows, err := scores.Load[labelled](b.dir, "contact/counselchat_offplatform.jsonl")
	if err != nil {
		return err
	}
	n, all, naive := 0, 0, 0
	for _, row := range rows {
		if !training.HeldOut(row.Text) {
			continue
		}
		all++
		if b.listed(row.Text) {
			naive++
		}
		if got := by(b.reader.Review(said(row.Text)), transcripts.DetectIncivility); len(got) > 0 {
			n++
			b.show("BENIGN", row.Text, got)
		}
	}
	b.rate("incivility: harmless expert answers flagged (held out)", n, all, 0.005, false, fmt.Sprintf("word list %.2f", ratio(naive, all)))
	irc, err := scores.Load[labelled](b.dir, "contact/irc_benign_negatives.jsonl")
	if err != nil {
		return err
	}
	n, all = 0, 0
	for _, row := range irc {
		if !training.HeldOut(row.Text) {
			continue
		}
		all++
		if got := by(b.reader.Review(said(row.Text)), transcripts.DetectIncivility); len(got) > 0 {
			n++
			b.show("IRC", row.Text, got)
		}
	}
	b.rate("incivility: technical chat flagged (held out)", n, all, 0, false, "no target: it is not clean of insults")
	return nil
}

func (b *bench) listed(s string) bool {
	return b.listRE.MatchString(strings.ToLower(s))
}

func (b *bench) macro(name string, c confusion, target float64, note string) {
	n := c.tp + c.fp + c.fn + c.tn
	b.value(name, c.macro(), target, true, n, fmt.Sprintf("precision %.2f recall %.2f; %s", ratio(c.tp, c.tp+c.fp), ratio(c.tp, c.tp+c.fn), note))
}
