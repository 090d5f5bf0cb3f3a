//go:build unix

package transcripts

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"mensch/app/model"
)

// lines are real chat lines where the labelled sets are here, else made ones.
func lines(tb testing.TB) []string {
	tb.Helper()
	f, err := os.Open("../../../shared/data/text/contact/irc_benign_negatives.jsonl")
	if err != nil {
		return []string{"Thank you for your question.", "Is the valve on the left warm, or only the pipe above it?", "It was 20 degrees at 10:30, since then it drips.", "no", "I would first turn off the water and wait for an hour; then look again."}
	}
	defer func() { _ = f.Close() }() // only read
	var out []string
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var row struct{ Text string }
		if json.Unmarshal(sc.Bytes(), &row) == nil {
			out = append(out, row.Text)
		}
	}
	return out
}

func benchmark(b *testing.B, r *Reader) {
	texts := lines(b)
	var convs []model.Conversation
	for i := 0; i+20 <= len(texts) && i < 8000; i += 20 {
		c := model.Conversation{Session: model.Session{ID: "s", ExpertID: "x"}}
		for k, t := range texts[i : i+20] {
			from := model.FromExpert
			if k%2 == 1 {
				from = model.FromClient
			}
			c.Messages = append(c.Messages, model.Message{ID: string(rune('a' + k)), Session: "s", From: from, Text: t})
		}
		convs = append(convs, c)
	}
	if len(convs) == 0 {
		b.Skip("too few lines")
	}
	n, begin := 0, cpuTime()
	for b.Loop() {
		r.Review(convs[n%len(convs)])
		n++
	}
	// processor time: the machine may be busy with others
	b.ReportMetric(float64(n)*20/(cpuTime()-begin).Seconds(), "messages/cpu-s")
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkPatterns(b *testing.B) {
	r, err := New(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, r)
}

func BenchmarkAll(b *testing.B) { benchmark(b, reader(b)) }

// doubled is the processor's time for n and for twice as much. The collector's
// work falls on whichever is read when it is due, so what looks worse than linear
// and takes long is read again a few times: the least of each counts.
func doubled(read func(n int) time.Duration, n int, long time.Duration) (half, whole time.Duration) {
	half, whole = read(n), read(2*n)
	for range 4 {
		if whole <= long || whole <= 3*half {
			break
		}
		half, whole = min(half, read(n)), min(whole, read(2*n))
	}
	return half, whole
}

// TestAdversarial reads texts made to take long. Twice the text must take about
// twice the processor's time, so that 1 MB of anything is read in seconds.
func TestAdversarial(t *testing.T) {
	if testing.Short() {
		t.Skip("long texts")
	}
	r := reader(t)
	for name, piece := range map[string]string{
		"digits": "5", "spaced digits": "5 ", "number words": "five ", "spaced letters": "f i v e ", "ats": "a@", "at words": "a at b dot ", "dots": "a.", "schemes": "http://", "www": "www.",
		"parens": "((((", "phones": "415 555 2671 ", "you": "you are the ", "leave": "leave me a please ", "override": "\u202ea", "marks": "e\u0301", "look-alikes": "аa", "fullwidth": "５",
		"iban": "de12 ", "hex": "0x12ab", "addresses": "12 Baker ", "copyright": "copyright ", "skype": "skype is ", "client": "a client told ", "let": "let's go on ", "long": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"underscores": "a_", "glued mail": "aatgmaildot", "names on": "jane on skype ", "providers": "gmail: ", "leet": "f1ve", "keycaps": "5\ufe0f\u20e3", "lines": "5\n", "slips": "five fiive sevn ",
		"counter-speech": "\"women are \" wrong ", "running down": "this site is a scam ", "hidden words": "f.u.c.k ", "confidences": "another client who ",
		"streets": "12 Baker Street, ",
		"doubles": "double ",
	} {
		read := func(size int) time.Duration {
			text := strings.Repeat(piece, size/len(piece))
			if name == "doubles" {
				text += strings.Repeat("(at)", len(text)/8) // what numbers are looked for in
			}
			c := talk("e: " + text)
			begin := cpuTime()
			r.Review(c)
			return cpuTime() - begin
		}
		half, whole := doubled(read, 1<<19, 200*time.Millisecond)
		if whole > 200*time.Millisecond && whole > 3*half {
			t.Errorf("%s: 512 kB took %v, 1 MB %v", name, half, whole)
		}
		if whole > 20*time.Second {
			t.Errorf("1 MB of %s took %v", name, whole)
		} else if whole > time.Second {
			t.Logf("1 MB of %s took %v", name, whole)
		}
	}
}

// TestManyShortMessages does the same with a conversation of many messages.
func TestManyShortMessages(t *testing.T) {
	r := reader(t)
	for _, texts := range [][]string{{"415"}, {"five", "and six"}, {"jane@", "gmail"}, {"a", "b"}, {"my number is", "4"}} {
		read := func(n int) time.Duration {
			var lines []string
			for i := range n {
				lines = append(lines, "e: "+texts[i%len(texts)])
			}
			c := talk(lines...)
			begin := cpuTime()
			r.Review(c)
			return cpuTime() - begin
		}
		half, whole := doubled(read, 8_000, 100*time.Millisecond)
		if whole > 100*time.Millisecond && whole > 3*half {
			t.Errorf("%q: 8,000 messages took %v, 16,000 %v", texts, half, whole)
		}
	}
}
