package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers/v2"

	"mensch/app/evaluation"
	"mensch/app/model"
	"mensch/app/scores"
	"mensch/app/transcripts"
)

var debug = os.Getenv("BENCH_DEBUG")

// said is one message of an expert's, as a conversation.
func said(texts ...string) model.Conversation {
	c := model.Conversation{Session: model.Session{ID: "s", ExpertID: "e"}}
	for i, t := range texts {
		c.Messages = append(c.Messages, model.Message{ID: fmt.Sprint("m", i), Session: "s", From: model.FromExpert, Text: t})
	}
	return c
}

// by gives the findings of one detector.
func by(fs []model.Finding, detector string) []model.Finding {
	var out []model.Finding
	for _, f := range fs {
		if f.Detector == detector {
			out = append(out, f)
		}
	}
	return out
}

// measured adds a row of a detector on a labelled file, or on the half of it that
// nobody tunes on.
func (b *bench) measured(name, detector, file, half, measure string, target float64, atLeast bool) (evaluation.Result, error) {
	res, err := b.eval.MeasurePath(b.ctx, evaluation.Options{Detector: detector, Half: half, Disguise: true}, filepath.Join(b.dir, filepath.FromSlash(file)))
	if err != nil {
		return res, fmt.Errorf("measure %s: %w", name, err)
	}
	b.add(res.Row(name, measure, target, atLeast))
	return res, nil
}

// unseen is the half of a set on which nothing is tuned.
const unseen = "b"

// obfuscated measures the marketplace's contacts, as they are and hidden further.
func (b *bench) obfuscated() error {
	res, err := b.measured("contact: obfuscated marketplace contacts, recall", "contact", "contact/ramparts_marketplace.jsonl", "", "recall", 0.96, true)
	if err != nil {
		return err
	}
	var note []string
	hidden := 0
	for _, g := range res.Groups {
		if d, ok := strings.CutPrefix(g.Name, "disguise: "); ok {
			note = append(note, fmt.Sprintf("%s %.2f", d, g.Share))
			hidden += g.N
		}
	}
	b.value("contact: points lost when they are hidden further", res.Extra["points_lost_to_disguise"], 3, false, hidden, strings.Join(note, "; "))
	return nil
}

type labelled struct {
	Text   string `json:"text"`
	Label  string `json:"label"`
	Author string `json:"author"`
}

// promotion measures self-promotion in therapists' answers.
func (b *bench) promotion() error {
	res, err := b.measured("contact: self-promotion in therapists' answers (unseen half), F1", "contact-offplatform", "contact/counselchat_offplatform.jsonl", unseen, "f1", 0.80, true)
	if err != nil {
		return err
	}
	b.add(res.GroupRow("contact: therapists' answers that name a crisis line flagged (unseen half)", "hotline", 0, false))
	return nil
}

// harmless measures how many harmless lines are flagged.
func (b *bench) harmless() error {
	if _, err := b.measured("contact: harmless chat lines flagged (unseen half)", "contact", "contact/irc_benign_negatives.jsonl", unseen, "false_positive_rate", 0.002, false); err != nil {
		return err
	}
	_, err := b.measured("contact: private text messages flagged (many do give contacts; unseen half)", "contact", "contact/sms_spam_ham.jsonl", unseen, "false_positive_rate", 0, false)
	return err
}

func (b *bench) show(tag, text string, got []model.Finding) {
	if debug == "" {
		return
	}
	for _, f := range got {
		fmt.Fprintf(b.w, "%s %.2f", tag, f.Score)
		for _, s := range f.Spans {
			fmt.Fprintf(b.w, " [%s %q]", s.Label, text[s.Start:s.End])
		}
	}
	fmt.Fprintf(b.w, " | %.160q\n", text)
}

// synthetic measures contact entities.
func (b *bench) synthetic() error {
	res, err := b.measured("contact: contact entities in synthetic sentences (unseen half), F2", "contact", "contact/presidio_synth.jsonl", unseen, "f2", 0.90, true)
	if err != nil {
		return err
	}
	var note []string
	for _, g := range res.Groups {
		note = append(note, fmt.Sprintf("%s %d of %d", g.Name, g.Found, g.N))
	}
	b.value("contact: the same without street addresses, F2", res.Extra["f2_without_street_addresses"], 0.90, true, res.Positives, strings.Join(note, "; "))
	return nil
}

// contrived measures contacts and harmless talk that were made up.
func (b *bench) contrived() {
	var found, split, calm scores.Counts
	var note []string
	for _, c := range contrive(b.reader, 2, 100) {
		switch {
		case c.harmless:
			calm = calm.Plus(c.Counts)
		case c.name == "split over messages":
			split = split.Plus(c.Counts)
		default:
			found = found.Plus(c.Counts)
			if c.FN > 0 {
				note = append(note, fmt.Sprintf("%s %.2f", c.name, c.Recall()))
			}
		}
	}
	b.rate("contact: made-up contacts in all disguises, recall", int(found.TP), int(found.TP+found.FN), 0.96, true, strings.Join(note, "; "))
	b.rate("contact: made-up numbers over two to four messages, recall", int(split.TP), int(split.TP+split.FN), 0.96, true, "")
	b.rate("contact: made-up harmless talk full of numbers flagged", int(calm.FP), int(calm.FP+calm.TN), 0.002, false, "")
}

var carriers = []string{"You can call me on %s after six.", "my number is %s", "text me at %s please", "%s", "ok so it is %s and ask for Ann", "reach me any time: %s"}

// national measures numbers as each region writes them at home.
func (b *bench) national() {
	rng := rand.New(rand.NewPCG(7, 7))
	var regions []string
	for r := range phonenumbers.GetSupportedRegions() {
		regions = append(regions, r)
	}
	slices.Sort(regions)
	found, all, bare, bares := 0, 0, 0, 0
	for _, region := range regions {
		for _, typ := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE} {
			ex := phonenumbers.GetExampleNumberForTypeInRegion(region, typ)
			if ex == nil {
				continue
			}
			s := phonenumbers.Format(ex, phonenumbers.NATIONAL)
			carrier := carriers[rng.IntN(len(carriers))]
			text := fmt.Sprintf(carrier, s)
			got := by(b.reader.Review(said(text)), transcripts.DetectContact)
			hit := false
			at := strings.Index(text, s)
			for _, f := range got {
				for _, sp := range f.Spans {
					if sp.Label == "phone" && min(sp.End, at+len(s))-max(sp.Start, at) >= len(s)/2 {
						hit = true
					}
				}
			}
			if carrier == "%s" || strings.HasPrefix(carrier, "ok so") {
				bares++
				if hit {
					bare++
				}
			}
			all++
			if hit {
				found++
			} else if debug != "" {
				fmt.Fprintln(b.w, "MISS", region, text)
			}
		}
	}
	b.rate("contact: national-format numbers of every region, recall", found, all, 0.95, true, fmt.Sprintf("of those without a word that says so: %.2f", ratio(bare, bares)))
}

var hidden = []struct{ before, contact, after string }{
	{"you can text me at ", "415-555-2671", " any time"},
	{"my number is ", "(212) 555-0187", ""},
	{"call me on ", "020 7946 0958", " tonight"},
	{"write to ", "jane.doe@gmail.com", " and I will answer"},
	{"my mail is ", "m.miller77@yahoo.co.uk", ""},
	{"find me on telegram ", "@jane_reads", ""},
	{"add me on whatsapp ", "+49 151 23456789", ""},
	{"my skype is ", "jane.doe99", ""},
	{"reach me here: ", "605-555-0143", ""},
	{"my instagram is ", "@star.reader22", " see you there"},
}

// hiding measures what is lost when a plain contact is hidden.
func (b *bench) hiding() {
	var plain, all scores.Counts
	var note []string
	seen := func(parts []string, before, after string) bool {
		parts[0] = before + parts[0]
		parts[len(parts)-1] += after
		for _, f := range by(b.reader.Review(said(parts...)), transcripts.DetectContact) {
			for _, s := range f.Spans {
				if s.Label == "phone" || s.Label == "email" || s.Label == "handle" || s.Label == "split" {
					return true
				}
			}
		}
		return false
	}
	for _, h := range hidden {
		plain.Add(true, seen([]string{h.contact}, h.before, h.after))
	}
	for _, d := range evaluation.Disguises() {
		var c scores.Counts
		for _, h := range hidden {
			c.Add(true, seen(d.Do(h.contact), h.before, h.after))
		}
		all = all.Plus(c)
		note = append(note, fmt.Sprintf("%s %.2f", d.Name, c.Recall()))
	}
	b.value("contact: points lost when plain contacts are hidden", 100*(plain.Recall()-all.Recall()), 3, false, int(all.N()), strings.Join(note, "; "))
}
