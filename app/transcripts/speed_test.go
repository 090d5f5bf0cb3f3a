//go:build unix

package transcripts

import (
	"bufio"
	"encoding/json"
	"os"
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
