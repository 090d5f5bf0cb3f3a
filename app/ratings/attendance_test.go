package ratings

import (
	"fmt"
	"testing"
	"time"

	"mensch/app/model"
)

// chat makes a conversation from pauses in seconds: before each message, the
// sender's letter, c or e.
func chat(id string, at time.Time, lines ...any) model.Conversation {
	c := model.Conversation{Session: model.Session{ID: id, ExpertID: "e1", Kind: "chat", StartedAt: at}}
	for i := 0; i < len(lines); i += 2 {
		from := model.FromClient
		if lines[i] == "e" {
			from = model.FromExpert
		}
		at = at.Add(time.Second * time.Duration(lines[i+1].(int))) //nolint:durationcheck // a number of seconds
		n := i/2 + 1
		c.Messages = append(c.Messages, model.Message{ID: fmt.Sprintf("%s-%d", id, n), Session: id, Seq: int64(n), From: from, At: at})
	}
	c.Session.EndedAt = at
	return c
}

func status(id string, at time.Time, s model.Availability) model.StatusEvent {
	return model.StatusEvent{ID: id, ExpertID: "e1", At: at, Status: s}
}

func found(fs []model.Finding, detector string) bool {
	for _, f := range fs {
		if f.Detector == detector && len(f.Events) > 0 && f.Reason != "" {
			return true
		}
	}
	return false
}

func many(n, pause int, at time.Time) []model.Conversation {
	var out []model.Conversation
	for i := range n {
		out = append(out, chat(fmt.Sprint("s", i), at.AddDate(0, 0, i), "c", 0, "e", pause, "c", 20, "e", pause, "c", 20, "e", pause))
	}
	return out
}

func TestPromptness(t *testing.T) {
	cases := []struct {
		name  string
		convs []model.Conversation
		found bool
	}{
		{"prompt", many(6, 40, start), false},
		{"slow", many(6, 500, start), true},
		{"slow over midnight", many(6, 500, time.Date(2026, 1, 5, 23, 55, 0, 0, time.UTC)), true},
		{"prompt over midnight", many(6, 40, time.Date(2026, 1, 5, 23, 59, 30, 0, time.UTC)), false},
		{"one bad day", append(many(8, 40, start), chat("bad", start, "c", 0, "e", 900, "c", 5, "e", 900, "c", 5, "e", 900, "c", 5, "e", 900)), false},
		{"the client writes long questions in pieces", []model.Conversation{
			chat("a", start, "e", 0, "c", 30, "c", 40, "c", 40, "c", 40, "c", 40, "c", 40, "c", 40, "e", 30, "c", 10, "e", 10, "c", 10, "e", 10, "c", 10, "e", 10, "c", 10, "e", 10),
			chat("b", start, "e", 0, "c", 30, "c", 40, "c", 40, "c", 40, "c", 40, "c", 40, "c", 40, "e", 30, "c", 10, "e", 10, "c", 10, "e", 10, "c", 10, "e", 10, "c", 10, "e", 10),
		}, false},
		{"the clock runs backwards", many(6, -300, start), false},
		{"few replies", many(1, 500, start), false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := found(Attendance(nil, expert("e1"), tc.convs, nil), Promptness); got != tc.found {
				t.Errorf("found %v, want %v", got, tc.found)
			}
		})
	}
	calls := many(6, 500, start)
	for i := range calls {
		calls[i].Session.Kind = "call"
	}
	if got := Attendance(nil, expert("e1"), calls, nil); len(got) > 0 {
		t.Errorf("a call has no written replies: %+v", got)
	}
}

func TestAvailability(t *testing.T) {
	silent := []model.Conversation{chat("s1", start.Add(time.Hour), "c", 0, "c", 200, "c", 300), chat("s2", start.AddDate(0, 0, 1).Add(time.Hour), "c", 0, "c", 200, "c", 300)}
	day := func(d int) time.Time { return start.AddDate(0, 0, d) }
	cases := []struct {
		name   string
		convs  []model.Conversation
		events []model.StatusEvent
		found  bool
	}{
		{"Available, silent", silent, []model.StatusEvent{status("a1", day(-1), model.Available)}, true},
		{"Available, silent once", silent[:1], []model.StatusEvent{status("a1", day(-1), model.Available)}, false},
		{"not available", silent, []model.StatusEvent{status("a1", day(-2), model.Available), status("a2", day(-1), model.Unavailable)}, false},
		{"busy", silent, []model.StatusEvent{status("a1", day(-1), model.Busy)}, false},
		{"no event at all", silent, nil, false},
		{"events out of order", silent, []model.StatusEvent{status("a2", day(-1), model.Unavailable), status("a1", day(-2), model.Available)}, false},
		{"two events at one instant: the later one holds", silent, []model.StatusEvent{status("a10", day(-1), model.Unavailable), status("a9", day(-1), model.Available)}, false},
		{"the same status twice", silent, []model.StatusEvent{status("a1", day(-2), model.Available), status("a2", day(-1), model.Available)}, true},
		{"answered at once", []model.Conversation{chat("s1", day(1), "c", 0, "e", 30), chat("s2", day(2), "c", 0, "e", 30)}, []model.StatusEvent{status("a1", day(-1), model.Available)}, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := found(Attendance(nil, expert("e1"), tc.convs, tc.events), Availability); got != tc.found {
				t.Errorf("found %v, want %v", got, tc.found)
			}
		})
	}
}

// TestDaylightSaving: the night on which the clock is put back has the hour
// from one to two twice; instants don't care.
func TestDaylightSaving(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("no zones here: %v", err)
	}
	before := time.Date(2026, 10, 25, 2, 58, 0, 0, zone) // summer time
	var convs []model.Conversation
	for i := range 6 {
		c := chat(fmt.Sprint("s", i), before, "c", 0, "e", 30, "c", 60, "e", 30, "c", 60, "e", 30)
		for j := range c.Messages {
			c.Messages[j].At = c.Messages[j].At.In(zone)
		}
		convs = append(convs, c)
	}
	if got := Attendance(nil, expert("e1"), convs, []model.StatusEvent{status("a", before.Add(-time.Hour), model.Available)}); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}
