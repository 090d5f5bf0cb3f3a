package transcripts

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"mensch/app/model"
	"mensch/assets"
)

func reader(t testing.TB) *Reader {
	t.Helper()
	r, err := New(nil, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// talk makes a conversation of lines "e: text" and "c: text".
func talk(lines ...string) model.Conversation {
	c := model.Conversation{Session: model.Session{ID: "s1", ExpertID: "x1"}}
	at := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
	for i, l := range lines {
		who, text, _ := strings.Cut(l, ": ")
		from := model.FromExpert
		if who == "c" {
			from = model.FromClient
		}
		c.Messages = append(c.Messages, model.Message{ID: "m" + string(rune('a'+i)), Session: "s1", From: from, At: at.Add(time.Duration(i) * 20 * time.Second), Text: text})
	}
	return c
}

func TestReview(t *testing.T) {
	t.Parallel()
	r := reader(t)
	for _, c := range []struct {
		name  string
		lines []string
		want  []string // detector/guideline
		marks []string // words that are marked
	}{
		{"nothing", []string{"c: hello, my boiler drips", "e: Thank you for asking. Is the valve on the left warm?", "c: yes, since 2019"}, nil, nil},
		{"expert gives a number", []string{"c: thanks", "e: call me on (415) 555-2671 tonight"}, []string{"contact/contact-exchange"}, []string{"(415) 555-2671"}},
		{"client gives, expert declines", []string{"c: my number is 415-555-2671, call me", "e: Thank you, but we can't exchange phone numbers here. Let us go on in this chat."}, nil, nil},
		{"expert asks, client answers", []string{"e: what's your phone number?", "c: 415-555-2671"}, []string{"contact/contact-exchange"}, []string{"what's your phone number", "415-555-2671"}},
		{"hotline", []string{"c: I want to end it all", "e: Please call the suicide lifeline, 1-800-273-8255, or 988, right now."}, nil, nil},
		{"known source", []string{"e: see https://en.wikipedia.org/wiki/Boiler for a drawing"}, nil, nil},
		{"own site", []string{"e: have a look at my website www.janes-garden-help.com"}, []string{"contact/contact-exchange"}, nil},
		{"off the platform", []string{"e: let's continue on WhatsApp, it's cheaper"}, []string{"contact/contact-exchange"}, nil},
		{"split over three", []string{"e: 415", "e: 555", "c: ?", "e: 2671"}, []string{"contact/contact-exchange"}, []string{"415", "555", "2671"}},
		{"spelled", []string{"e: txt me at four one five, five five five, two six seven one"}, []string{"contact/contact-exchange"}, nil},
		{"insult", []string{"c: I don't get it", "e: because you are an idiot"}, []string{"incivility/courtesy"}, nil},
		{"client rages, expert stays calm", []string{"c: you are a fucking idiot, shut up", "e: I am sorry that you are upset. Shall we look at it once more?"}, nil, nil},
		{"fight", []string{"c: you are an idiot", "e: and you are a moron", "c: shut up you bastard", "e: go to hell"}, []string{"incivility/battles"}, nil},
		{"threat", []string{"e: I know where you live and I will hurt you"}, []string{"incivility/courtesy"}, nil},
		{"soft words", []string{"c: I feel like a loser", "e: You are not a loser, and feeling stupid is no crime."}, nil, nil},
		{"another client's life", []string{"e: A client of mine, Sandra from Leeds, told me that her husband has an affair."}, []string{"confidentiality/confidentiality"}, nil},
		{"clients in general", []string{"e: Many of my clients find that this helps."}, nil, nil},
		{"begging for stars", []string{"e: please leave me a 5 star review"}, []string{"solicitation/ratings"}, nil},
		{"running down", []string{"e: honestly this platform is a scam"}, []string{"disparagement/community-respect"}, nil},
		{"notice", []string{"e: © 2019 Example Press. All rights reserved. Chapter 3 ..."}, []string{"copyright-notice/copyright"}, nil},
	} {
		got := r.Review(talk(c.lines...))
		var names []string
		marked := ""
		for _, f := range got {
			names = append(names, f.Detector+"/"+f.Guideline)
			for _, s := range f.Spans {
				for _, m := range talk(c.lines...).Messages {
					if m.ID == s.Message {
						marked += "|" + m.Text[s.Start:s.End]
					}
				}
			}
			if f.ID == "" || f.Reason == "" || f.Scope != "session:s1" || f.ExpertID != "x1" || f.Score <= 0 || f.Score > 1 || len(f.Spans) == 0 {
				t.Errorf("%s: incomplete finding %+v", c.name, f)
			}
		}
		if strings.Join(names, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s: findings %v, want %v (%+v)", c.name, names, c.want, got)
		}
		for _, m := range c.marks {
			if !strings.Contains(marked, "|"+m) {
				t.Errorf("%s: %q is not marked in %q", c.name, m, marked)
			}
		}
	}
}

func TestReviewTogether(t *testing.T) {
	t.Parallel()
	r := reader(t)
	c := talk("e: call me on (415) 555-2671", "c: you idiot", "e: you idiot", "e: go to hell")
	want := r.Review(c)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := r.Review(c); len(got) != len(want) || got[0].ID != want[0].ID {
					t.Errorf("another goroutine saw %v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestReadTranscript(t *testing.T) {
	t.Parallel()
	good := `{"id":"1","session":"a","from":"expert","at":"2026-01-05T10:00:00Z","text":"hi"}

{"id":"1","session":"b","from":"client","at":"2026-01-05T10:00:05Z","text":"x"}
{"id":"2","session":"a","from":"client","at":"2026-01-05T10:00:09Z","text":"y"}`
	cs, err := ReadTranscript(strings.NewReader(good))
	if err != nil || len(cs) != 2 || len(cs[0].Messages) != 2 || cs[0].Messages[1].Seq != 2 {
		t.Fatalf("got %+v, %v", cs, err)
	}
	// what a file may leave out, and what is written in other ways
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("\xef\xbb\xbf{\"from\":\"Expert\",\"text\":\"x\",\"at\":\"2026-01-05 10:00\",\"more\":{\"a\":[1]}}\r\n\r\n{\"from\":\"client\",\"text\":\"y\",\"at\":false}\r\n"))
	_ = z.Close()
	cs, err = ReadTranscript(&packed)
	if err != nil || len(cs) != 1 || cs[0].Session.ID != "transcript" || len(cs[0].Messages) != 2 || cs[0].Messages[1].ID != "line 3" || cs[0].Messages[0].At.Hour() != 10 {
		t.Fatalf("got %+v, %v", cs, err)
	}
	for _, c := range []struct {
		text string
		line int
		want error
	}{
		{good + "\n{", 5, ErrNotJSON},
		{`{"id":"1","session":"a","from":"bot","at":"2026-01-05T10:00:00Z","text":"hi"}`, 1, ErrNoSender},
		{good + "\n" + `{"id":"2","session":"a","from":"client","text":""}`, 5, ErrSameID},
		{"\n\"" + strings.Repeat("a", MaxLine+5), 2, ErrLineTooLong},
		{"{\"id\":\"\xff\"}", 1, ErrNotUTF8},
	} {
		_, err := ReadTranscript(strings.NewReader(c.text))
		var te *TranscriptError
		if !errors.As(err, &te) || te.Line != c.line || !errors.Is(err, c.want) {
			t.Errorf("%.40q: got %v, want line %d, %v", c.text, err, c.line, c.want)
		}
	}
}

func checkSpans(t *testing.T, c model.Conversation, fs []model.Finding) {
	t.Helper()
	texts := map[string]string{}
	for _, m := range c.Messages {
		texts[m.ID] = m.Text
	}
	for _, f := range fs {
		if len(f.Spans) == 0 {
			t.Fatalf("finding without spans: %+v", f)
		}
		for _, s := range f.Spans {
			text, ok := texts[s.Message]
			if !ok || s.Start < 0 || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("%s: span %+v of %q", f.Detector, s, text)
			}
			if utf8.ValidString(text) && (!utf8.RuneStart(text[s.Start]) || s.End < len(text) && !utf8.RuneStart(text[s.End])) {
				t.Fatalf("%s: span %+v of %q splits a character", f.Detector, s, text)
			}
		}
	}
}

func FuzzReview(f *testing.F) {
	r := reader(f)
	for _, s := range []string{
		"call me on (415) 555-2671", "j a n e @ g m a i l . c o m", "six.one.nine.five.five.five.five.seven.four.two", "+49 151 23456789",
		"http://example.com/x", "hxxp://a", "www.a.b.c", "you idiot", "© 2001 É", "my skype: live:jane", "\u202e5551234567\u202c", "five fifty five twenty eight", "GB82 WEST 1234 5698 7654 32",
		"12 Baker Street, London", "PO Box 12", "venmo $jane-d", "@", "at", ". dot .", "(at)[dot]", "d o u b l e 5 triple 7",
	} {
		f.Add(s, "415", "555 2671")
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		conv := talk("e: "+a, "c: "+b, "e: "+b, "e: "+c)
		checkSpans(t, conv, r.Review(conv))
		for _, x := range r.Contacts(a) {
			if x.Start < 0 || x.End < x.Start || x.End > len(a) {
				t.Fatalf("contact %+v of %q", x, a)
			}
		}
	})
}

func FuzzReadTranscript(f *testing.F) {
	f.Add(`{"id":"1","session":"a","from":"expert","at":"2026-01-05T10:00:00Z","text":"hi"}`)
	f.Add("{}\n\n[]")
	f.Fuzz(func(t *testing.T, s string) {
		cs, err := ReadTranscript(strings.NewReader(s))
		if err != nil {
			var te *TranscriptError
			if !errors.As(err, &te) || te.Line < 1 {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		for _, c := range cs {
			if len(c.Messages) == 0 {
				t.Fatal("a session without messages")
			}
		}
	})
}
