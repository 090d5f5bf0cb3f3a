package bench

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

var chatLine = regexp.MustCompile(`^\[(\d\d):(\d\d)\] <([^>]+)> ?(.*)$`)

// irc is one annotated chat log.
type irc struct {
	speakers map[int]string
	at       map[int]time.Time
	parents  map[int][]int // what a line answers; itself where it begins something
}

func readIRC(path string) (irc, error) {
	log := irc{map[int]string{}, map[int]time.Time{}, map[int][]int{}}
	raw, err := os.ReadFile(path)
	if err != nil {
		return log, fmt.Errorf("opening a chat log: %w", err)
	}
	day, last := 0, 0
	for i, line := range strings.Split(string(raw), "\n") {
		m := chatLine.FindStringSubmatch(line)
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
		log.speakers[i], log.at[i] = m[3], time.Date(2005, 1, 1+day, hour, minute, i%60, 0, time.UTC)
	}
	f, err := os.Open(strings.TrimSuffix(path, ".ascii.txt") + ".annotation.txt")
	if err != nil {
		return log, fmt.Errorf("opening the annotation of a chat log: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	for in := bufio.NewScanner(f); in.Scan(); {
		parts := strings.Fields(in.Text())
		if len(parts) < 2 {
			continue
		}
		a, err1 := strconv.Atoi(parts[0])
		b, err2 := strconv.Atoi(parts[1])
		if err1 != nil || err2 != nil {
			return log, fmt.Errorf("the annotation %q is no pair of lines", in.Text())
		}
		log.parents[max(a, b)] = append(log.parents[max(a, b)], min(a, b))
	}
	return log, nil
}

// talks are the threads between two people: the one who asks is the client.
func (log irc) talks() [][]int {
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

// measureLinks checks, in talks between two people, that a reply is measured
// from a line that the annotators too say it answers, or from another line of
// the same turn.
func measureLinks(_ context.Context, dataDir string) ([]row, error) {
	dir := filepath.Join(dataDir, "latency_irc")
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("opening the chat logs: %w", err)
	}
	logs, err := filepath.Glob(filepath.Join(dir, "*.ascii.txt"))
	if err != nil {
		return nil, fmt.Errorf("listing the chat logs: %w", err)
	}
	var right, naive, all float64
	for _, path := range logs {
		log, err := readIRC(path)
		if err != nil {
			return nil, err
		}
		for _, talk := range log.talks() {
			conv := model.Conversation{Session: model.Session{ID: "s", Kind: "chat"}}
			turn := map[int]int{} // line -> number of its turn
			n := 0
			for k, i := range talk {
				from := model.FromExpert
				if log.speakers[i] == log.speakers[talk[0]] {
					from = model.FromClient
				}
				if k > 0 && log.speakers[talk[k-1]] != log.speakers[i] {
					n++
				}
				turn[i] = n
				conv.Messages = append(conv.Messages, model.Message{ID: strconv.Itoa(i), Seq: int64(k + 1), From: from, At: log.at[i]})
			}
			for _, r := range ratings.Replies(conv) {
				answer, err1 := strconv.Atoi(r.Answer)
				question, err2 := strconv.Atoi(r.Question)
				if err1 != nil || err2 != nil {
					return nil, fmt.Errorf("the reply %q to %q has no line", r.Answer, r.Question)
				}
				parents := log.parents[answer]
				if len(parents) == 0 || slices.Contains(parents, answer) {
					continue // begins something of its own
				}
				all++
				if slices.ContainsFunc(parents, func(p int) bool { return turn[p] == turn[question] && log.speakers[p] == log.speakers[question] }) {
					right++
				}
				if slices.Contains(parents, talk[0]) {
					naive++
				}
			}
		}
	}
	if all == 0 {
		return nil, fmt.Errorf("no talk between two in %d chat logs", len(logs))
	}
	low, high := scores.Wilson(right, all)
	return []row{{"reply links, talks of two", right / all, low, high, fmt.Sprintf("%.3f", naive/all), ">= 0.90", fmt.Sprintf("%.0f of %.0f replies in %d logs; naive: the talk's first line", right, all, len(logs))}}, nil
}
