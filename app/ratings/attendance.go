package ratings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// The detectors' names.
const (
	Promptness   = "promptness"
	Availability = "availability"
)

// pace are the numbers that attendance is judged by.
type pace struct {
	slow     time.Duration // a reply later than this is slow
	silent   time.Duration // no reply for so long while Available is silence
	share    float64       // of slow replies, from which on the expert is slow
	turns    int           // replies needed before judging
	silences int           // sessions without an answer needed
}

func paceOf(pack *guidelines.Pack) pace {
	param := func(detector, name string, fallback float64) float64 {
		if pack == nil {
			return fallback
		}
		return pack.Param(detector, name, fallback)
	}
	return pace{
		slow:     time.Duration(param(Promptness, "slow_seconds", 240) * float64(time.Second)),
		share:    param(Promptness, "share", 0.1),
		turns:    int(param(Promptness, "turns", 8)),
		silent:   time.Duration(param(Availability, "silent_minutes", 15) * float64(time.Minute)),
		silences: int(param(Availability, "sessions", 2)),
	}
}

// wait is one time that a client waited for the expert.
type wait struct {
	session  string
	message  string // the client's, that was waited on
	reply    string // the expert's, that ended it
	at       time.Time
	length   time.Duration
	answered bool
	first    bool // nothing came before: the client knocked
}

// Attendance gives the findings about an expert's replies: slow in session,
// and silent while Available. Sessions other than chats are left out, since a
// call has no written replies. Times are instants, so midnight and daylight
// saving need no care; a reply that a skewed clock puts before its question
// counts as immediate.
func Attendance(pack *guidelines.Pack, expert model.Expert, convs []model.Conversation, statuses []model.StatusEvent) []model.Finding {
	p := paceOf(pack)
	status := newTimeline(statuses)
	var waits []wait
	for _, c := range convs {
		if c.Session.Kind == "call" {
			continue
		}
		waits = append(waits, waitsOf(c)...)
	}
	slices.SortStableFunc(waits, func(a, b wait) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return strings.Compare(a.message, b.message)
	})
	var out []model.Finding
	if f, ok := slowReplies(p, expert, waits); ok {
		out = append(out, f)
	}
	if f, ok := silences(p, expert, waits, status); ok {
		out = append(out, f)
	}
	return slices.DeleteFunc(out, func(f model.Finding) bool { return pack != nil && f.Score < pack.Param(f.Detector, "min_score", 0) })
}

// Reply is an expert's message with the client's one that it answers.
type Reply struct {
	Question, Answer string // message IDs
	Wait             time.Duration
}

// Replies links each turn of the expert's to the question that it answers.
func Replies(c model.Conversation) []Reply {
	var out []Reply
	for _, w := range waitsOf(c) {
		if w.answered {
			out = append(out, Reply{Question: w.message, Answer: w.reply, Wait: w.length})
		}
	}
	return out
}

// burst is the pause within which a client's next message still belongs to the
// same question.
const burst = 45 * time.Second

// waitsOf measures each turn of a chat: from the client's question, of one
// message or several in quick succession, to the expert's next message. What the
// client writes while waiting does not start the wait anew.
func waitsOf(c model.Conversation) []wait {
	messages := slices.Clone(c.Messages)
	slices.SortStableFunc(messages, func(a, b model.Message) int {
		if d := cmp.Compare(a.Seq, b.Seq); d != 0 {
			return d
		}
		return a.At.Compare(b.At)
	})
	var out []wait
	var open *wait
	asking := false // the client may still be writing the question
	spoke := false
	var last, before time.Time
	for _, m := range messages {
		last = later(last, m.At)
		switch {
		case m.From == model.FromClient && open == nil:
			open, asking = &wait{session: c.Session.ID, message: m.ID, at: m.At, first: !spoke}, true
		case m.From == model.FromClient:
			if asking = asking && m.At.Sub(before) <= burst; asking && !open.first {
				open.message, open.at = m.ID, later(open.at, m.At)
			}
		case m.From == model.FromExpert:
			spoke = true
			if open != nil {
				open.length, open.answered, open.reply = max(0, m.At.Sub(open.at)), true, m.ID
				out = append(out, *open)
				open = nil
			}
		}
		before = m.At
	}
	if open != nil {
		// Nobody answered: the wait lasted as long as the client stayed.
		open.length = max(0, later(last, c.Session.EndedAt).Sub(open.at))
		out = append(out, *open)
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func slowReplies(p pace, expert model.Expert, waits []wait) (model.Finding, bool) {
	var slow []wait
	answered := 0
	sessions := map[string]bool{}
	for _, w := range waits {
		if !w.answered {
			continue
		}
		answered++
		if w.length > p.slow {
			slow = append(slow, w)
			sessions[w.session] = true
		}
	}
	if answered < p.turns || len(slow) < 4 || len(sessions) < 2 || float64(len(slow)) < p.share*float64(answered) {
		return model.Finding{}, false
	}
	share := float64(len(slow)) / float64(answered)
	return model.Finding{
		ExpertID: expert.ID, Detector: Promptness, Guideline: "promptness", Score: min(0.97, 0.6+share/2), At: slow[len(slow)-1].at,
		Events: waitEvents(slow, "answered after"),
		Reason: fmt.Sprintf("%d of %d replies in session took more than %s, in %s; the middle one of the slow ones %s.",
			len(slow), answered, span(p.slow), counted(len(sessions), "session", "sessions"), span(median(slow))),
	}, true
}

// silences are sessions that a client opened while the expert's status said
// Available, and that got no answer for long.
func silences(p pace, expert model.Expert, waits []wait, status timeline) (model.Finding, bool) {
	var silent []wait
	for _, w := range waits {
		if !w.first || w.answered && w.length < p.silent || !w.answered && w.length < p.silent/3 {
			continue
		}
		if status.at(w.at) == model.Available {
			silent = append(silent, w)
		}
	}
	if len(silent) < p.silences {
		return model.Finding{}, false
	}
	return model.Finding{
		ExpertID: expert.ID, Detector: Availability, Guideline: "availability", Score: min(0.97, 0.6+0.1*float64(len(silent))), At: silent[len(silent)-1].at,
		Events: waitEvents(silent, "Available, silent for"),
		Reason: fmt.Sprintf("The status said Available while %s waited in vain or for %s and more.", counted(len(silent), "client", "clients"), span(p.silent)),
	}, true
}

// maxEvents bounds a finding's evidence; the reason names the whole number.
const maxEvents = 40

func waitEvents(waits []wait, words string) []model.Event {
	worst := slices.Clone(waits)
	slices.SortStableFunc(worst, func(a, b wait) int { return cmp.Compare(b.length, a.length) })
	worst = worst[:min(len(worst), maxEvents)]
	slices.SortStableFunc(worst, func(a, b wait) int { return a.at.Compare(b.at) })
	out := make([]model.Event, 0, len(worst))
	for _, w := range worst {
		text := words + " " + span(w.length)
		if !w.answered {
			text = "never answered, waited " + span(w.length)
		}
		out = append(out, model.Event{Kind: "message", ID: w.message, At: w.at, Text: text + " (session " + w.session + ")"})
	}
	return out
}

func median(waits []wait) time.Duration {
	lengths := make([]time.Duration, 0, len(waits))
	for _, w := range waits {
		lengths = append(lengths, w.length)
	}
	slices.Sort(lengths)
	return lengths[len(lengths)/2]
}

// timeline is what an expert's status said when.
type timeline []model.StatusEvent

// newTimeline orders status events by time; of two at one instant the one with
// the later ID holds (a10 after a9), which is the order they were made in.
func newTimeline(events []model.StatusEvent) timeline {
	t := slices.Clone(events)
	slices.SortFunc(t, func(a, b model.StatusEvent) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), strings.Compare(a.ID, b.ID))
	})
	return t
}

// at is the status at an instant; Unavailable before the first event.
func (t timeline) at(when time.Time) model.Availability {
	status := model.Unavailable
	for _, e := range t {
		if e.At.After(when) {
			break
		}
		status = e.Status
	}
	return status
}
