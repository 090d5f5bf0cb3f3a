package bench

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"mensch/app/model"
	"mensch/app/transcripts"
)

// fillings is how often each line of the own set of confidences is filled in.
const fillings = 4

// filled fills the slots of a line, the same way each time.
func filled(line string, slots map[string][]string, n int) string {
	h := fnv.New64a()
	h.Write([]byte(line))
	rng := rand.New(rand.NewPCG(h.Sum64(), uint64(n)))
	for {
		before, rest, ok := strings.Cut(line, "{")
		slot, after, ok2 := strings.Cut(rest, "}")
		if !ok || !ok2 || len(slots[slot]) == 0 {
			return line
		}
		line = before + slots[slot][rng.IntN(len(slots[slot]))] + after
	}
}

// discreet measures what is given away of other clients, on the half of the own
// set that nobody tunes on.
func (b *bench) discreet() error {
	lines, err := ownLines("confidences.txt")
	if err != nil {
		return err
	}
	slots := map[string][]string{}
	var caught, given, flagged, benign [2]int
	for _, line := range lines {
		if def, ok := strings.CutPrefix(line, "= "); ok {
			name, list, _ := strings.Cut(def, " ")
			slots[name] = strings.Split(list, "|")
			continue
		}
		half := 0
		if forced, ok := strings.CutPrefix(line, "t"); ok {
			line = forced
		} else if kept(line) {
			half = 1
		}
		times := fillings
		if !strings.Contains(line, "{") {
			times = 1
		}
		for n := range times {
			text := filled(line[2:], slots, n)
			got := len(by(b.reader.Review(said(text)), transcripts.DetectConfidentiality)) > 0
			yes := line[0] == '+'
			if yes {
				given[half]++
			} else {
				benign[half]++
			}
			switch {
			case yes && got:
				caught[half]++
			case got:
				flagged[half]++
			}
			if debug != "" && half == 0 && yes != got {
				_, _ = fmt.Fprintln(b.w, line[:1], text)
			}
		}
	}
	b.rate("confidentiality: own set, tuned half, recall", caught[0], given[0], 0, true, "")
	b.rate("confidentiality: own set, tuned half, hard decoys flagged", flagged[0], benign[0], 0, false, "")
	b.rate("confidentiality: own set, kept half, recall", caught[1], given[1], 0.95, true, "")
	b.rate("confidentiality: own set, kept half, hard decoys flagged", flagged[1], benign[1], 0, false, "")
	return nil
}

// retold measures an expert repeating to one client what another told them:
// addresses, numbers and full names, also misspelt, against what this client or
// everybody knows.
func (b *bench) retold() error {
	rng := rand.New(rand.NewPCG(5, 8))
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	first := strings.Fields("Karin Tobias Meghan Oleg Priya Sofie Dwayne Yusuf Annika Gareth Chiara Beatriz Declan Ingrid Mateus Noor")
	last := strings.Fields("Olsson Brandt Connolly Petrenko Raman Lindqvist Cooper Demir Pugh Moretti Carvalho Hartigan Sorensen Kowalski Vandermeer")
	place := strings.Fields("Leeds Tampa Rotterdam Graz Cork Durban Ottawa Valencia Boise Tromso")
	hits, asked, wrong, calm := 0, 0, 0, 0
	for n := range 400 {
		f, l, p := pick(first), pick(last), pick(place)
		phone := fmt.Sprintf("0%d %03d %04d", 200+rng.IntN(700), rng.IntN(1000), rng.IntN(10000))
		mail := strings.ToLower(f+"."+l) + fmt.Sprint(rng.IntN(90)) + "@example.org"
		h := &transcripts.History{}
		put := func(session, client string, lines ...string) model.Conversation {
			c := model.Conversation{Session: model.Session{ID: session, ExpertID: "e", ClientID: client}}
			for i, t := range lines {
				who, text, _ := strings.Cut(t, ": ")
				from := model.FromExpert
				if who == "c" {
					from = model.FromClient
				}
				c.Messages = append(c.Messages, model.Message{ID: fmt.Sprint(session, "-", i), Session: session, From: from, Text: text})
			}
			return c
		}
		b.reader.Remember(h, put("a", "c1", "c: hello, my name is "+f+" "+l, "e: Hello "+f+", how can I help?", "c: my husband left, we live in "+p, "c: you can write to "+mail+" or call "+phone), nil)
		b.reader.Remember(h, put("z", "c3", "c: we fly to New York in May, I use Google Chrome", "e: Google Chrome is fine"), nil)
		var text string
		yes := true
		switch n % 8 {
		case 0:
			text = "it happened to " + f + " " + l + " too"
		case 1: // misspelt
			text = "you should meet " + f + " " + strings.Replace(l, "o", "a", 1) + ", same thing"
		case 2:
			text = "ask her, " + phone
		case 3:
			text = "her mail is " + mail
		case 4:
			text = "there is " + f + " over in " + p + " who left him too"
		case 5:
			text, yes = "for example "+f+" is a nice name", false
		case 6:
			text, yes = "New York is far, and Google Chrome has a setting for it", false
		case 7:
			text, yes = "people in "+p+" pay less", false
		}
		got := false
		for _, found := range b.reader.Against(put("b", "c2", "c: my husband left", "e: "+text), h, nil) {
			got = got || found.Detector == transcripts.DetectConfidentiality
		}
		switch {
		case yes:
			asked++
			if got {
				hits++
			} else if debug != "" {
				_, _ = fmt.Fprintln(b.w, "RETOLD", text)
			}
		default:
			calm++
			if got {
				wrong++
				if debug != "" {
					_, _ = fmt.Fprintln(b.w, "RETOLD wrongly", text)
				}
			}
		}
	}
	b.rate("confidentiality: what another client told, repeated to this one, recall", hits, asked, 0.95, true, "exact and misspelt")
	b.rate("confidentiality: one name, one place or what everybody knows, flagged", wrong, calm, 0, false, "")
	return nil
}
