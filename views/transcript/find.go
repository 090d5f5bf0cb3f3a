package transcript

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"

	"fyne.io/fyne/v2/theme"

	"mensch/app/model"
	"mensch/app/transcripts/fold"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// mostHits are as many places as are kept: who finds more looks for less.
const mostHits = 5000

// hit is a place where the words stand: a message by its index, and bytes.
type hit struct{ message, start, end int }

// findBar looks for words in the transcript.
type findBar struct {
	v     *View
	root  *show.Ground
	entry *show.Entry
	count *show.Line
	shown bool
	hits  []hit
	at    int
	stop  func()
}

func newFindBar(v *View) *findBar {
	f := &findBar{v: v, at: -1}
	f.entry = show.NewEntry("Find in this transcript")
	f.entry.OnChanged = func(string) {
		if f.stop != nil {
			f.stop()
		}
		f.stop = v.sh.After(120*time.Millisecond, func() {
			f.stop = nil
			f.look(true)
		})
	}
	f.entry.OnSubmitted = func(string) { f.step(1) }
	f.entry.OnEscape(f.close)
	f.count = show.NewLine("").Small().Muted().Right().Min(84)
	f.root = show.NewGround(look.Surface, 0, show.NewRow(6, show.Grow(f.entry, 1), show.Own(f.count),
		show.Own(show.NewButton("", theme.MoveUpIcon(), func() { f.step(-1) }).Quiet()),
		show.Own(show.NewButton("", theme.MoveDownIcon(), func() { f.step(1) }).Quiet()),
		show.Own(show.NewButton("", theme.CancelIcon(), f.close).Quiet()))).Pad(12, 6, 8, 6).Below()
	f.root.Hide()
	return f
}

func (f *findBar) open(words string) {
	f.shown = true
	f.root.Show()
	f.v.body.Refresh()
	if words != "" {
		f.entry.SetText(words)
		return
	}
	f.v.sh.Window().Canvas().Focus(f.entry)
}

func (f *findBar) close() {
	if f.stop != nil {
		f.stop()
		f.stop = nil
	}
	f.v.seek.Cancel()
	if !f.shown {
		return
	}
	f.shown = false
	f.hits, f.at = nil, -1
	f.count.SetText("")
	f.root.Hide()
	f.v.sh.Window().Canvas().Unfocus()
	f.v.body.Refresh()
	f.v.list.RefreshRows()
	f.v.strip.Refresh()
}

// again looks anew when more messages came.
func (f *findBar) again() {
	if f.shown && f.entry.Text != "" {
		f.look(false)
	}
}

// look finds the words without regard to case and to how they are disguised, off
// the UI thread.
func (f *findBar) look(jump bool) {
	words, messages := f.entry.Text, f.v.messages
	if words == "" {
		f.v.seek.Cancel()
		f.take(nil, false)
		return
	}
	shell.Load(f.v.seek, func(ctx context.Context) ([]hit, error) { return search(ctx, messages, words) },
		func(hits []hit, err error) {
			if err != nil {
				f.v.sh.Fail("looking for the words", err)
				return
			}
			f.take(hits, jump)
		})
}

func search(ctx context.Context, messages []model.Message, words string) ([]hit, error) {
	re, err := regexp.Compile("(?i)" + regexp.QuoteMeta(words))
	if err != nil {
		return nil, err
	}
	read := fold.New(words)
	var out []hit
	for i, m := range messages {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		places := re.FindAllStringIndex(m.Text, -1)
		if len(places) == 0 {
			places = disguised(m.Text, read.S)
		}
		for _, at := range places {
			out = append(out, hit{i, at[0], at[1]})
			if len(out) == mostHits {
				return out, nil
			}
		}
	}
	return out, nil
}

// disguised finds words in a text as a person reads it, where it is written
// otherwise: full-width, with look-alikes, with what cannot be seen between.
func disguised(text, words string) [][]int {
	t := fold.New(text)
	if t.Identity() || words == "" {
		return nil
	}
	var out [][]int
	for from := 0; ; {
		k := strings.Index(t.S[from:], words)
		if k < 0 {
			return out
		}
		begin := from + k
		if a, b := t.Span(begin, begin+len(words)); a < b && (len(out) == 0 || a >= out[len(out)-1][1]) {
			out = append(out, []int{a, b})
		}
		from = begin + len(words)
	}
}

func (f *findBar) take(hits []hit, jump bool) {
	f.hits = hits
	f.at = min(max(f.at, 0), len(hits)-1)
	if jump && len(hits) > 0 {
		// The first place from what is in sight on.
		first, _ := f.v.list.Sight()
		f.at = sort.Search(len(hits), func(i int) bool { return hits[i].message >= first }) % len(hits)
		f.v.list.Reveal(hits[f.at].message)
	}
	f.say()
	f.v.list.RefreshRows()
	f.v.strip.Refresh()
}

func (f *findBar) say() {
	switch {
	case f.entry.Text == "":
		f.count.SetText("")
	case len(f.hits) == 0:
		f.count.Set("not found", theme.ColorNameWarning)
	case len(f.hits) == mostHits:
		f.count.Set(fmt.Sprintf("%d of %d+", f.at+1, mostHits), look.Muted)
	default:
		f.count.Set(fmt.Sprintf("%d of %d", f.at+1, len(f.hits)), look.Muted)
	}
}

// step goes to the next place, around the end.
func (f *findBar) step(by int) {
	if f.stop != nil {
		f.stop()
		f.stop = nil
		f.look(true)
		return
	}
	if len(f.hits) == 0 {
		return
	}
	old := f.at
	f.at = ((f.at+by)%len(f.hits) + len(f.hits)) % len(f.hits)
	f.v.list.RefreshRow(f.hits[old].message)
	f.v.list.RefreshRow(f.hits[f.at].message)
	f.v.list.Centre(f.hits[f.at].message)
	f.say()
}

// hitsOf are the places found in the message at an index.
func (v *View) hitsOf(i int) []hit {
	h := v.find.hits
	from := sort.Search(len(h), func(k int) bool { return h[k].message >= i })
	to := sort.Search(len(h), func(k int) bool { return h[k].message > i })
	return h[from:to]
}

// isHit reports whether the n-th place in the message at an index is the
// current one.
func (v *View) isHit(i, n int) bool {
	f := v.find
	if f.at < 0 || f.at >= len(f.hits) || f.hits[f.at].message != i {
		return false
	}
	first := sort.Search(len(f.hits), func(k int) bool { return f.hits[k].message >= i })
	return f.at-first == n
}

// Found is which of how many places found is the current one.
func (v *View) Found() (at, n int) { return v.find.at, len(v.find.hits) }

// Text is what is shown of a message, for tests.
func (v *View) Text(id string) string {
	for _, m := range v.messages {
		if m.ID == id {
			return m.Text
		}
	}
	return ""
}
