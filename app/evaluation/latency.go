package evaluation

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
	"mensch/app/ratings"
	"mensch/app/scores"
)

const (
	logEnding  = ".ascii.txt"
	noteEnding = ".annotation.txt"
)

var chatLine = regexp.MustCompile(`^\[(\d\d):(\d\d)\] <([^>]+)> ?(.*)$`)

// chat is an annotated conversation of any number of people.
type chat struct {
	lines    []int // in order
	speakers map[int]string
	at       map[int]time.Time
	parents  map[int][]int // what a line answers; itself where it begins something
}

func newChat() *chat {
	return &chat{speakers: map[int]string{}, at: map[int]time.Time{}, parents: map[int][]int{}}
}

// readLog reads a chat log and the annotation beside it.
func readLog(path string) (*chat, error) {
	log := newChat()
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open a chat log: %w", err)
	}
	day, last := 0, 0
	for i, line := range strings.Split(string(raw), "\n") {
		m := chatLine.FindStringSubmatch(strings.TrimSuffix(line, "\r"))
		if m == nil {
			continue
		}
		hour, err1 := strconv.Atoi(m[1])
		minute, err2 := strconv.Atoi(m[2])
		if err1 != nil || err2 != nil {
			continue
		}
		if hour*60+minute < last-600 {
			day++ // past midnight
		}
		last = hour*60 + minute
		log.lines = append(log.lines, i)
		log.speakers[i], log.at[i] = m[3], time.Date(2005, 1, 1+day, hour, minute, i%60, 0, time.UTC)
	}
	f, err := os.Open(strings.TrimSuffix(path, logEnding) + noteEnding)
	if err != nil {
		return nil, fmt.Errorf("open the annotation of a chat log: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	in := bufio.NewScanner(f)
	for in.Scan() {
		parts := strings.Fields(in.Text())
		if len(parts) < 2 {
			continue
		}
		a, err1 := strconv.Atoi(parts[0])
		b, err2 := strconv.Atoi(parts[1])
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("the annotation %q is no pair of lines", in.Text())
		}
		log.parents[max(a, b)] = append(log.parents[max(a, b)], min(a, b))
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read the annotation of a chat log: %w", err)
	}
	return log, nil
}

// pairs are the threads between two people.
func (log *chat) pairs() [][]int {
	root := map[int]int{}
	var find func(int) int
	find = func(i int) int {
		if p, ok := root[i]; ok && p != i {
			root[i] = find(p)
			return root[i]
		}
		root[i] = i
		return i
	}
	for a, list := range log.parents {
		for _, b := range list {
			root[find(a)] = find(b)
		}
	}
	threads := map[int][]int{}
	for i := range log.parents {
		threads[find(i)] = append(threads[find(i)], i)
	}
	var out [][]int
	for _, t := range threads {
		slices.Sort(t)
		who := map[string]bool{}
		for _, i := range t {
			who[log.speakers[i]] = true
		}
		if len(who) == 2 && !who[""] {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b []int) int { return a[0] - b[0] })
	return out
}

// links counts replies that are measured from a line which the annotators too
// say they answer, or from another line of the same turn; a talk is a unit.
// client says who asks; nil: whoever spoke first.
func (log *chat) links(client func(string) (is, known bool)) (units []scores.Counts, naive scores.Counts, err error) {
	for _, talk := range log.pairs() {
		conv := model.Conversation{Session: model.Session{ID: "s", Kind: "chat"}}
		turn := map[int]int{} // line -> number of its turn
		n := 0
		for k, i := range talk {
			from := model.FromExpert
			if is, known := client(log.speakers[i]); is || !known && log.speakers[i] == log.speakers[talk[0]] {
				from = model.FromClient
			}
			if k > 0 && log.speakers[talk[k-1]] != log.speakers[i] {
				n++
			}
			turn[i] = n
			conv.Messages = append(conv.Messages, model.Message{ID: strconv.Itoa(i), Seq: int64(k + 1), From: from, At: log.at[i]})
		}
		var c scores.Counts
		for _, r := range ratings.Replies(conv) {
			answer, err1 := strconv.Atoi(r.Answer)
			question, err2 := strconv.Atoi(r.Question)
			if err1 != nil || err2 != nil {
				return nil, naive, fmt.Errorf("the reply %q to %q has no line", r.Answer, r.Question)
			}
			parents := log.parents[answer]
			if len(parents) == 0 || slices.Contains(parents, answer) {
				continue // begins something of its own
			}
			c.Add(true, slices.ContainsFunc(parents, func(p int) bool { return turn[p] == turn[question] && log.speakers[p] == log.speakers[question] }))
			naive.Add(true, slices.Contains(parents, talk[0]))
		}
		units = append(units, c)
	}
	return units, naive, nil
}

func unknown(string) (is, known bool) { return false, false }

// chatLogs measures reply links in one annotated log or a folder of them.
func (e *Evaluator) chatLogs(ctx context.Context, path string, res *Result) error {
	logs := []string{path}
	if !strings.HasSuffix(path, logEnding) {
		var err error
		if logs, err = filepath.Glob(filepath.Join(path, "*"+logEnding)); err != nil {
			return fmt.Errorf("list the chat logs: %w", err)
		}
	}
	var units []scores.Counts
	var naive scores.Counts
	for _, p := range logs {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("measure latency: %w", err)
		}
		log, err := readLog(p)
		if err != nil {
			return err
		}
		res.Rows += len(log.lines)
		u, n, err := log.links(unknown)
		if err != nil {
			return err
		}
		units, naive = append(units, u...), naive.Plus(n)
	}
	return linked(units, naive, res)
}

func linked(units []scores.Counts, naive scores.Counts, res *Result) error {
	if scores.Sum(units).N() == 0 {
		return fmt.Errorf("no talk between two with an annotated reply: %w", errNothing)
	}
	res.Unit, res.Labelled = "replies", true
	res.count(units, false)
	// Every reply is linked to something: a wrong link is both a miss and a
	// false one, and the share of right ones is the number to look at.
	v := scores.Sum(units).Recall()
	res.Accuracy = &v
	res.Intervals["accuracy"] = res.Intervals["recall"]
	res.Precision, res.F1, res.F2 = nil, nil, nil
	for _, name := range []string{"precision", "f1", "f2"} {
		delete(res.Intervals, name)
	}
	m := measures(naive, false)
	res.Baseline = &Baseline{Name: "the talk's first line", Measures: Measures{Recall: m.Recall, Accuracy: m.Recall}}
	return nil
}

// latency measures reply links of messages that say what they answer.
func (e *Evaluator) latency(_ context.Context, _ Options, rows []row, res *Result) error {
	chats, ids := map[string]*chat{}, map[[2]string]int{}
	var order []string
	for i, r := range rows {
		id, session := r.str("id", "message_id", "msg_id", "line"), r.str("session", "session_id", "conversation", "conversation_id", "thread", "channel")
		speaker := r.str("from", "speaker", "sender", "author", "user")
		at, ok := r.when("at", "time", "timestamp", "unix_time", "date")
		if id == "" || speaker == "" || !ok {
			res.Skipped++
			continue
		}
		c := chats[session]
		if c == nil {
			c = newChat()
			chats[session] = c
			order = append(order, session)
		}
		ids[[2]string{session, id}] = i
		c.lines = append(c.lines, i)
		c.speakers[i], c.at[i] = speaker, at
		parents, _ := r.list("parents", "replies_to")
		if p := r.str("reply_to", "parent", "parent_id", "in_reply_to", "answers"); p != "" {
			parents = append(parents, p)
		}
		if len(parents) == 0 {
			c.parents[i] = []int{i}
		}
		for _, p := range parents {
			k, ok := ids[[2]string{session, p}]
			if !ok {
				k = i
			}
			c.parents[i] = append(c.parents[i], k)
		}
	}
	var units []scores.Counts
	var naive scores.Counts
	for _, s := range order {
		u, n, err := chats[s].links(func(who string) (is, known bool) {
			switch strings.ToLower(who) {
			case "client", "customer", "user":
				return true, true
			case "expert", "agent", "advisor":
				return false, true
			}
			return false, false
		})
		if err != nil {
			return err
		}
		units, naive = append(units, u...), naive.Plus(n)
	}
	return linked(units, naive, res)
}
