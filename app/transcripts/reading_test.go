package transcripts

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/model"
)

// parts are messages that mean something together.
var parts = []string{
	"my number is 415", "555", "2671", "then 2671 any time after six", "jane.doe@gm", "ail.com", "what is your number?", "415 555 2671", "ok", "?",
	"you are an idiot", "and you are a moron", "that other expert StarReader is a fraud", "let's go on by whatsapp", "A client of mine told me that her husband has an affair.",
	"Thank you for your question.", "Give me 5 stars please", "This platform is a scam.", "Copyright (c) 2004 Jane Doe", "I will hurt you", "stop taking the pills", "mу nummеr 4l5-SSS-267l", "",
}

// TestReviewNextIsReview lets a conversation grow, shrink and change, and holds
// each step's findings against a review of the whole.
func TestReviewNextIsReview(t *testing.T) {
	r := reader(t)
	rapid.Check(t, func(t *rapid.T) {
		c := model.Conversation{Session: model.Session{ID: "s", ExpertID: "x"}}
		var before *Reading
		next := 0
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			changed := 0
			switch n := len(c.Messages); {
			case n > 0 && rapid.IntRange(0, 9).Draw(t, "edit") == 0:
				i := rapid.IntRange(0, n-1).Draw(t, "which")
				c.Messages = slices.Clone(c.Messages)
				c.Messages[i].Text = rapid.SampledFrom(parts).Draw(t, "text")
				changed = 1
			case n > 1 && rapid.IntRange(0, 9).Draw(t, "erase") == 0:
				i := rapid.IntRange(0, n-1).Draw(t, "which")
				c.Messages = slices.Delete(slices.Clone(c.Messages), i, i+1)
			default:
				next++
				m := model.Message{ID: fmt.Sprint("m", next), Session: "s", From: model.FromExpert, Text: rapid.SampledFrom(parts).Draw(t, "text"), At: time.Unix(int64(1000+20*next), 0).UTC()}
				if rapid.IntRange(0, 3).Draw(t, "client") == 0 {
					m.From = model.FromClient
				}
				i := n
				if rapid.IntRange(0, 5).Draw(t, "late") == 0 {
					i = rapid.IntRange(0, n).Draw(t, "place")
				}
				c.Messages = slices.Insert(slices.Clone(c.Messages), i, m)
				changed = 1
			}
			got, reading := r.ReviewNext(before, c)
			if want := r.Review(c); !reflect.DeepEqual(got, want) {
				t.Fatalf("after a change:\n%+v\nas a whole:\n%+v", got, want)
			}
			if before != nil && reading.Fresh() > changed {
				t.Fatalf("%d messages were read again for %d that changed", reading.Fresh(), changed)
			}
			before = reading
		}
	})
}

// BenchmarkNextMessage reviews a conversation of two hundred messages whenever
// one more has come; BenchmarkWholeAgain is what it would cost to read all again.
func BenchmarkNextMessage(b *testing.B) {
	r, c := reader(b), long(b)
	_, before := r.ReviewNext(nil, model.Conversation{Session: c.Session, Messages: c.Messages[:len(c.Messages)-1]})
	for b.Loop() {
		r.ReviewNext(before, c)
	}
}

func BenchmarkWholeAgain(b *testing.B) {
	r, c := reader(b), long(b)
	for b.Loop() {
		r.Review(c)
	}
}

func long(tb testing.TB) model.Conversation {
	tb.Helper()
	c := model.Conversation{Session: model.Session{ID: "s", ExpertID: "x"}}
	for i := range 200 {
		m := model.Message{ID: fmt.Sprint("m", i), Session: "s", From: model.FromExpert, Text: "Water the bed twice a week and keep the mulch away from the stem, then look at it again in ten days."}
		if i%2 == 1 {
			m.From, m.Text = model.FromClient, "And what about the yellow leaves at the bottom?"
		}
		c.Messages = append(c.Messages, m)
	}
	return c
}

// TestAgainstHistoryReadsNothingAgain holds what a grown conversation gives beside
// the expert's others, by its reading, against the same without one.
func TestAgainstHistoryReadsNothingAgain(t *testing.T) {
	r := reader(t)
	rapid.Check(t, func(t *rapid.T) {
		say := func(session, client string, n int) model.Conversation {
			c := model.Conversation{Session: model.Session{ID: session, ExpertID: "x", ClientID: client}}
			for i := range n {
				m := model.Message{ID: fmt.Sprint(session, i), Session: session, From: model.FromExpert, At: time.Unix(int64(1000+20*i), 0).UTC(), Text: rapid.SampledFrom(append([]string{"I am Sandra Whitfield from Leeds", "call me on 415 555 2671", "Sandra Whitfield told me so", "my husband Gregor Winkel left"}, parts...)).Draw(t, "text")}
				if rapid.Bool().Draw(t, "client") {
					m.From = model.FromClient
				}
				c.Messages = append(c.Messages, m)
			}
			return c
		}
		plain, quick := &History{}, &History{}
		var before *Reading
		other := say("a", "c1", 6)
		r.Remember(plain, other, nil)
		_, g := r.ReviewNext(nil, other)
		r.Remember(quick, other, g)
		c := say("b", "c2", 6)
		for n := 1; n <= len(c.Messages); n++ {
			part := model.Conversation{Session: c.Session, Messages: slices.Clone(c.Messages[:n])}
			_, before = r.ReviewNext(before, part)
			want, got := r.Against(part, plain, nil), r.Against(part, quick, before)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("by its reading:\n%+v\nread anew:\n%+v", got, want)
			}
			r.Remember(plain, part, nil)
			r.Remember(quick, part, before)
		}
	})
}

// besideOther is a conversation and the history of its expert with another one.
func besideOther(b *testing.B) (*Reader, model.Conversation, *History) {
	b.Helper()
	r, c, h := reader(b), long(b), &History{}
	other := c
	other.Session.ID = "other"
	r.Remember(h, other, nil)
	return r, c, h
}

// BenchmarkNextMessageBesideOthers is what one more message costs with all that
// is held against the expert's other conversations.
func BenchmarkNextMessageBesideOthers(b *testing.B) {
	r, c, h := besideOther(b)
	_, before := r.ReviewNext(nil, model.Conversation{Session: c.Session, Messages: c.Messages[:len(c.Messages)-1]})
	for b.Loop() {
		_, read := r.ReviewNext(before, c)
		r.Against(c, h, read)
		r.Remember(h, c, read)
	}
}

// BenchmarkWholeBesideOthers is the same without what is known already.
func BenchmarkWholeBesideOthers(b *testing.B) {
	r, c, h := besideOther(b)
	for b.Loop() {
		r.Review(c)
		r.Against(c, h, nil)
		r.Remember(h, c, nil)
	}
}
