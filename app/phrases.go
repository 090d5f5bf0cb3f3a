package app

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mensch/app/model"
)

// splitLabel is what the detector of contacts calls a part of one that is split
// over several messages.
const splitLabel = "split"

// splitReach is how many messages apart two parts of one contact may be.
const splitReach = 20

// join finds the parts of split contacts among marks in the order of the text.
func join(marks []Mark) {
	last := map[string]int{} // finding -> its last part
	next := map[int]int{}    // part -> the one behind it
	begins := []int{}
	for k := range marks {
		m := &marks[k]
		if m.Label != splitLabel {
			continue
		}
		j, ok := last[m.FindingID]
		last[m.FindingID] = k
		if ok && goesOn(marks[j], *m) {
			next[j] = k
		} else {
			begins = append(begins, k)
		}
	}
	for _, first := range begins {
		var parts []int
		joined := ""
		for k, ok := first, true; ok; k, ok = next[k] {
			parts = append(parts, k)
			if len(marks[k].Reading) > len(joined) {
				joined = marks[k].Reading
			}
		}
		if len(parts) < 2 {
			continue
		}
		for i, k := range parts {
			marks[k].Part, marks[k].Parts, marks[k].First, marks[k].Joined = i+1, len(parts), first, joined
		}
	}
}

// goesOn reports whether b is the next part of the contact that a is a part of:
// in a later message near by, and not of another reading that is whole.
func goesOn(a, b Mark) bool {
	const whole = 7 // digits or letters that a contact has at least
	return b.Seq > a.Seq && b.Seq-a.Seq <= splitReach && (a.Reading == b.Reading || len(a.Reading) < whole || len(b.Reading) < whole)
}

// PhraseHit is a message elsewhere that holds a phrase.
type PhraseHit struct {
	model.SearchHit
	ScreenName string
	Cluster    string
	ClientID   string
	From       model.Sender
	Text       string
	Start, End int // of the phrase in Text
}

// maxPhrases is how many places a search for a phrase gives, and maxPhraseReads
// how many messages it looks at for them.
const (
	maxPhrases     = 200
	maxPhraseReads = 2000
)

// Elsewhere finds the messages of other sessions that hold a phrase, newest
// first: its words in this order, whatever stands between them that is no word,
// in capitals or not.
func (d *Desk) Elsewhere(ctx context.Context, phrase, butSession string) ([]PhraseHit, error) {
	words := phraseWords(phrase)
	if len(words) == 0 {
		return nil, nil
	}
	query := strings.Join(words, " ")
	var out []PhraseHit
	experts := map[string]model.Expert{}
	conversations := map[string]model.Conversation{}
	read := 0
	for after := int64(0); len(out) < maxPhrases && read < maxPhraseReads; {
		page, err := d.store.Search(ctx, query, after, workPage)
		if err != nil {
			return nil, fmt.Errorf("looking for the words elsewhere: %w", err)
		}
		for _, h := range page {
			after = h.Key
			if h.Kind != "message" || h.SessionID == butSession {
				continue
			}
			read++
			conv, ok := conversations[h.SessionID]
			if !ok {
				if conv, err = d.store.Conversation(ctx, h.SessionID); notFound(err) {
					continue
				} else if err != nil {
					return nil, fmt.Errorf("reading session %s: %w", h.SessionID, err)
				}
				if len(conversations) < 64 {
					conversations[h.SessionID] = conv
				}
			}
			hit := PhraseHit{SearchHit: h, ClientID: conv.Session.ClientID, Cluster: conv.Session.Cluster}
			for _, m := range conv.Messages {
				if m.ID == h.MessageID {
					hit.Text, hit.From = m.Text, m.From
				}
			}
			if hit.Start, hit.End, ok = phraseIn(hit.Text, words); !ok {
				continue
			}
			expert, known := experts[h.ExpertID]
			if !known {
				if expert, err = d.store.Expert(ctx, h.ExpertID); err != nil && !notFound(err) {
					return nil, fmt.Errorf("reading expert %s: %w", h.ExpertID, err)
				}
				experts[h.ExpertID] = expert
			}
			hit.ScreenName = expert.ScreenName
			if out = append(out, hit); len(out) == maxPhrases {
				break
			}
		}
		if len(page) < workPage {
			break
		}
	}
	return out, nil
}

// phraseWords are a phrase's words as they are compared, 16 at most.
func phraseWords(s string) []string {
	var out []string
	eachWord(s, func(word string, _, _ int) bool {
		out = append(out, word)
		return len(out) < 16
	})
	return out
}

// phraseIn finds words in a row in a text.
func phraseIn(text string, words []string) (start, end int, ok bool) {
	type at struct{ start, end int }
	var row []at
	var seen []string
	found := false
	eachWord(text, func(word string, a, b int) bool {
		seen, row = append(seen, word), append(row, at{a, b})
		if len(seen) > len(words) {
			seen, row = seen[1:], row[1:]
		}
		if len(seen) == len(words) {
			same := true
			for i := range words {
				same = same && seen[i] == words[i]
			}
			if same {
				start, end, found = row[0].start, row[len(row)-1].end, true
				return false
			}
		}
		return true
	})
	return start, end, found
}

func eachWord(s string, do func(word string, a, b int) bool) {
	begin := -1
	for i := 0; i <= len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		inside := i < len(s) && wordRune(c)
		switch {
		case inside && begin < 0:
			begin = i
		case !inside && begin >= 0:
			if !do(strings.ToLower(s[begin:i]), begin, i) {
				return
			}
			begin = -1
		}
		if i == len(s) {
			return
		}
		i += n
	}
}

func wordRune(c rune) bool {
	return c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c))
}
