package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers/v2"

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

type marketplace struct {
	Text  string   `json:"text"`
	Kind  string   `json:"kind"`
	Spans []string `json:"spans"`
}

// obfuscated measures the marketplace's contacts: a labelled span is found when
// a mark covers at least half of it.
func (b *bench) obfuscated() error {
	rows, err := scores.Load[marketplace](b.dir, "contact/ramparts_marketplace.jsonl")
	if err != nil {
		return err
	}
	found, all, naive, extra := 0, 0, 0, 0
	for _, row := range rows {
		fs := by(b.reader.Review(said(row.Text)), transcripts.DetectContact)
		if len(row.Spans) == 0 && len(fs) > 0 {
			extra++
		}
		at := 0
		for _, s := range row.Spans {
			k := strings.Index(row.Text[at:], s)
			if k < 0 {
				k, at = strings.Index(row.Text, s), 0
			}
			lo, hi := at+k, at+k+len(s)
			at = hi
			all++
			if naiveContact(s) {
				naive++
			}
			covered := 0
			for _, f := range fs {
				for _, sp := range f.Spans {
					if sp.Label != "off-platform" && sp.Label != "promotion" {
						covered += max(0, min(hi, sp.End)-max(lo, sp.Start))
					}
				}
			}
			if covered*2 >= hi-lo {
				found++
			} else if debug != "" {
				fmt.Fprintln(b.w, "MISS", s, "|", fs)
			}
		}
	}
	b.rate("contact: obfuscated marketplace contacts, recall", found, all, 0.96, true, fmt.Sprintf("naive %.2f; rows without a contact flagged: %d", ratio(naive, all), extra))
	return nil
}

type labelled struct {
	Text   string `json:"text"`
	Label  string `json:"label"`
	Author string `json:"author"`
}

// promotion measures self-promotion in therapists' answers.
func (b *bench) promotion() error {
	rows, err := scores.Load[labelled](b.dir, "contact/counselchat_offplatform.jsonl")
	if err != nil {
		return err
	}
	var c, naive confusion
	hot := 0
	for _, row := range rows {
		yes := row.Label == "self_promotion"
		got := by(b.reader.Review(said(row.Text)), transcripts.DetectContact)
		c.add(yes, len(got) > 0)
		naive.add(yes, naiveContact(row.Text))
		if row.Label == "hotline" && len(got) > 0 {
			hot++
		}
		if debug != "" && yes != (len(got) > 0) {
			t := row.Text
			if len(got) > 0 {
				fmt.Fprintf(b.w, "FP %s %s", row.Label, row.Author)
				for _, s := range got[0].Spans {
					fmt.Fprintf(b.w, " [%s %q] …%q", s.Label, t[s.Start:s.End], window(t, s.Start, s.End))
				}
				fmt.Fprintln(b.w)
			} else {
				fmt.Fprintf(b.w, "FN %s %q\n", row.Author, t[max(0, len(t)-200):])
			}
		}
	}
	b.f1("contact: self-promotion in therapists' answers, F1", c, 0.80, fmt.Sprintf("naive %.2f; hotline answers flagged: %d", naive.f1(), hot))
	return nil
}

func window(t string, a, b int) string {
	a, b = max(0, a-40), min(len(t), b+40)
	for a > 0 && !utf8.RuneStart(t[a]) {
		a--
	}
	for b < len(t) && !utf8.RuneStart(t[b]) {
		b++
	}
	return t[a:b]
}

// harmless measures how many harmless lines are flagged.
func (b *bench) harmless() error {
	rows, err := scores.Load[labelled](b.dir, "contact/irc_benign_negatives.jsonl")
	if err != nil {
		return err
	}
	n, naive := 0, 0
	for _, row := range rows {
		if naiveContact(row.Text) {
			naive++
		}
		if got := by(b.reader.Review(said(row.Text)), transcripts.DetectContact); len(got) > 0 {
			n++
			b.show("IRC", row.Text, got)
		}
	}
	b.rate("contact: harmless chat lines flagged", n, len(rows), 0.002, false, fmt.Sprintf("naive %.3f", ratio(naive, len(rows))))
	sms, err := scores.Load[labelled](b.dir, "contact/sms_spam_ham.jsonl")
	if err != nil {
		return err
	}
	ham, hits := 0, 0
	for _, row := range sms {
		if row.Label != "ham" {
			continue
		}
		ham++
		if got := by(b.reader.Review(said(row.Text)), transcripts.DetectContact); len(got) > 0 {
			hits++
			b.show("HAM", row.Text, got)
		}
	}
	b.rate("contact: private text messages flagged (many do give contacts)", hits, ham, 0, false, "no target")
	return nil
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

// presets are the contact types of the synthetic set, and the kinds here.
var presets = map[string]string{"PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "DOMAIN_NAME": "url", "IBAN_CODE": "iban", "STREET_ADDRESS": "address"}

type synthetic struct {
	Text  string   `json:"text"`
	Spans [][3]any `json:"spans"`
}

// synthetic measures contact entities: an entity is found when one of the same
// kind overlaps it by half, and is false when none does.
func (b *bench) synthetic() error {
	rows, err := scores.Load[synthetic](b.dir, "contact/presidio_synth.jsonl")
	if err != nil {
		return err
	}
	type count struct{ tp, fn, fp int }
	per := map[string]*count{}
	for _, k := range presets {
		per[k] = &count{}
	}
	for _, row := range rows {
		runes := []rune(row.Text)
		type ent struct {
			kind   string
			lo, hi int
			seen   bool
		}
		var want []ent
		for _, s := range row.Spans {
			k := presets[s[0].(string)]
			if k == "" {
				continue
			}
			lo := len(string(runes[:int(s[1].(float64))]))
			hi := len(string(runes[:int(s[2].(float64))]))
			want = append(want, ent{kind: k, lo: lo, hi: hi})
		}
		for _, g := range b.reader.Contacts(row.Text) {
			if per[g.Kind] == nil || g.Score < 0.5 {
				continue
			}
			ok := false
			for i := range want {
				if want[i].kind == g.Kind && min(want[i].hi, g.End)-max(want[i].lo, g.Start) > 0 {
					want[i].seen, ok = true, true
				}
			}
			if !ok {
				per[g.Kind].fp++
				if debug != "" {
					fmt.Fprintf(b.w, "FP %s %q | %q\n", g.Kind, row.Text[g.Start:g.End], row.Text)
				}
			}
		}
		for _, w := range want {
			if w.seen {
				per[w.kind].tp++
			} else {
				per[w.kind].fn++
				if debug != "" {
					fmt.Fprintf(b.w, "FN %s %q | %q\n", w.kind, row.Text[w.lo:w.hi], row.Text)
				}
			}
		}
	}
	total, narrow := count{}, count{}
	var kinds []string
	for k := range per {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	var note []string
	for _, k := range kinds {
		c := per[k]
		total.tp, total.fn, total.fp = total.tp+c.tp, total.fn+c.fn, total.fp+c.fp
		if k != "address" {
			narrow.tp, narrow.fn, narrow.fp = narrow.tp+c.tp, narrow.fn+c.fn, narrow.fp+c.fp
		}
		note = append(note, fmt.Sprintf("%s P %.2f R %.2f", k, ratio(c.tp, c.tp+c.fp), ratio(c.tp, c.tp+c.fn)))
	}
	f2 := func(c count) float64 { return 5 * float64(c.tp) / (5*float64(c.tp) + 4*float64(c.fn) + float64(c.fp)) }
	b.value("contact: synthetic contact entities without street addresses, F2", f2(narrow), 0.90, true, narrow.tp+narrow.fn, strings.Join(note, "; "))
	b.value("contact: the same with street addresses, F2", f2(total), 0.90, true, total.tp+total.fn, "")
	return nil
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

// tricks are ways to hide a contact from a filter.
var tricks = []struct {
	name string
	do   func(string) []string
}{
	{"plain", func(s string) []string { return []string{s} }},
	{"full width", func(s string) []string { return []string{mapRunes(s, wide)} }},
	{"zero width", func(s string) []string { return []string{between(s, "\u200b")} }},
	{"soft hyphens", func(s string) []string { return []string{between(s, "\u00ad")} }},
	{"Cyrillic look-alikes", func(s string) []string { return []string{mapRunes(s, cyrillic)} }},
	{"digits in words", func(s string) []string { return []string{words(s)} }},
	{"leet digits", func(s string) []string { return []string{mapRunes(s, leet)} }},
	{"letters spaced out", func(s string) []string { return []string{spread(s)} }},
	{"three messages", three},
	{"Arabic digits", func(s string) []string { return []string{mapRunes(s, arabic)} }},
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

func (b *bench) hiding() {
	rates := map[string]float64{}
	var note []string
	total, hits := 0, 0
	for _, t := range tricks {
		n, k := 0, 0
		for _, h := range hidden {
			parts := t.do(h.contact)
			parts[0] = h.before + parts[0]
			parts[len(parts)-1] += h.after
			got := by(b.reader.Review(said(parts...)), transcripts.DetectContact)
			ok := false
			for _, f := range got {
				for _, s := range f.Spans {
					ok = ok || s.Label == "phone" || s.Label == "email" || s.Label == "handle" || s.Label == "split"
				}
			}
			n++
			if ok {
				k++
			} else if debug != "" {
				fmt.Fprintf(b.w, "MISS %s %q\n", t.name, parts)
			}
		}
		rates[t.name] = ratio(k, n)
		note = append(note, fmt.Sprintf("%s %.2f", t.name, ratio(k, n)))
		if t.name != "plain" {
			total, hits = total+n, hits+k
		}
	}
	b.value("contact: points lost to hiding", 100*(rates["plain"]-ratio(hits, total)), 3, false, total, strings.Join(note, "; "))
}
