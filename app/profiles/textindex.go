package profiles

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	leastWords   = 14      // a shorter text is anybody's
	longestText  = 1 << 16 // bytes that are compared; nobody reads on
	manyHolders  = 4096    // postings of one feature that a query looks at
	closest      = 16      // candidates that a query compares in full
	firstFlush   = 1 << 16 // postings in the buffer before it becomes a run
	tombstoneMin = 1 << 12
)

// textIndex finds which texts share runs of content words, among a million of
// them. Postings stand in sorted runs that are merged as they grow, so that a
// text costs eight bytes a content word and a look-up a binary search.
type textIndex struct {
	texts  []*indexed                  // by slot; nil: taken out
	slots  map[string]map[string]int32 // expert -> field -> slot
	runs   [][]uint64                  // feature<<32 | slot, ascending; the longest first
	buffer map[uint32][]int32          // feature -> slots
	held   int                         // postings in the buffer
	dead   int                         // slots taken out since the last sweep
}

// indexed is one text.
type indexed struct {
	expert, field string
	text          string
	since         time.Time
}

// word is one word of a text: its folded form and where it stands, in bytes.
type word struct {
	text       string
	start, end int
}

func newTextIndex() *textIndex {
	return &textIndex{slots: map[string]map[string]int32{}, buffer: map[uint32][]int32{}}
}

// size is how many texts are in the index.
func (x *textIndex) size() int { return len(x.texts) - x.dead }

func (x *textIndex) of(expert, field string) (*indexed, bool) {
	slot, ok := x.slots[expert][field]
	if !ok {
		return nil, false
	}
	return x.texts[slot], true
}

// fields are the names of an expert's texts, in order.
func (x *textIndex) fields(expert string) []string { return sortedKeys(x.slots[expert]) }

func (x *textIndex) put(expert, field, text string, since time.Time) {
	x.remove(expert, field)
	if len(text) > longestText {
		text = strings.ToValidUTF8(text[:longestText], "")
	}
	words := split(text)
	if len(words) < leastWords {
		return
	}
	slot := int32(len(x.texts))
	x.texts = append(x.texts, &indexed{expert: expert, field: field, text: text, since: since})
	if x.slots[expert] == nil {
		x.slots[expert] = map[string]int32{}
	}
	x.slots[expert][field] = slot
	for _, f := range features(content(words)) {
		x.buffer[f] = append(x.buffer[f], slot)
		x.held++
	}
	if x.held >= max(firstFlush, x.postings()/8) {
		x.flush()
	}
}

func (x *textIndex) postings() int {
	n := 0
	for _, r := range x.runs {
		n += len(r)
	}
	return n
}

// flush turns the buffer into a run, and merges it with those of its size.
func (x *textIndex) flush() {
	run := make([]uint64, 0, x.held)
	for f, slots := range x.buffer {
		for _, s := range slots {
			run = append(run, uint64(f)<<32|uint64(uint32(s)))
		}
	}
	slices.Sort(run)
	clear(x.buffer)
	x.held = 0
	for len(x.runs) > 0 && len(x.runs[len(x.runs)-1]) < 2*len(run) {
		run = merge(x.runs[len(x.runs)-1], run)
		x.runs = x.runs[:len(x.runs)-1]
	}
	x.runs = append(x.runs, run)
}

func merge(a, b []uint64) []uint64 {
	out := make([]uint64, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func (x *textIndex) remove(expert, field string) {
	slot, ok := x.slots[expert][field]
	if !ok {
		return
	}
	delete(x.slots[expert], field)
	if len(x.slots[expert]) == 0 {
		delete(x.slots, expert)
	}
	x.texts[slot] = nil
	if x.dead++; x.dead > max(tombstoneMin, len(x.texts)/2) {
		x.sweep()
	}
}

// sweep drops the postings of texts that are gone, and closes their slots.
func (x *textIndex) sweep() {
	x.flush()
	moved := make([]int32, len(x.texts))
	kept := x.texts[:0]
	for i, t := range x.texts {
		moved[i] = -1
		if t != nil {
			moved[i] = int32(len(kept))
			kept = append(kept, t)
		}
	}
	clear(x.texts[len(kept):])
	x.texts, x.dead = kept, 0
	for i, t := range x.texts {
		x.slots[t.expert][t.field] = int32(i)
	}
	var all []uint64
	for _, run := range x.runs {
		for _, p := range run {
			if to := moved[uint32(p)]; to >= 0 {
				all = append(all, p>>32<<32|uint64(uint32(to)))
			}
		}
	}
	slices.Sort(all)
	x.runs = [][]uint64{all}
}

// holders calls yield with the living slots that have a feature.
func (x *textIndex) holders(feature uint32, yield func(slot int32)) {
	n := 0
	see := func(slot int32) bool {
		if x.texts[slot] != nil {
			yield(slot)
			n++
		}
		return n < manyHolders
	}
	for _, run := range x.runs {
		i := sort.Search(len(run), func(i int) bool { return uint32(run[i]>>32) >= feature })
		for ; i < len(run) && uint32(run[i]>>32) == feature; i++ {
			if !see(int32(uint32(run[i]))) {
				return
			}
		}
	}
	for _, slot := range x.buffer[feature] {
		if !see(slot) {
			return
		}
	}
}

// near is a text that shares features with another one.
type near struct {
	text   *indexed
	shared int     // features
	weight float64 // the rarer a shared feature, the more it weighs, in bits
	own    float64 // 0 to 1: how much of what is shared stands in few other texts
}

// similar are the texts of others that share most with t, the nearest first.
// skip says of which texts nothing is wanted.
func (x *textIndex) similar(t *indexed, skip func(*indexed) bool) []near {
	type tally struct {
		shared      int
		weight, own float64
	}
	counts := map[int32]*tally{}
	total := float64(max(x.size(), 2))
	var slots []int32
	authors := map[string]struct{}{}
	for _, f := range features(content(split(t.text))) {
		slots = slots[:0]
		clear(authors)
		x.holders(f, func(slot int32) {
			slots = append(slots, slot)
			authors[x.texts[slot].expert] = struct{}{}
		})
		if len(slots) >= manyHolders {
			continue // a turn of phrase
		}
		// A phrase that two have says all, one that twenty have says little.
		own := 2 / float64(max(2, len(authors)))
		bits := math.Log2(total / float64(len(slots)))
		for _, slot := range slots {
			c := counts[slot]
			if c == nil {
				c = &tally{}
				counts[slot] = c
			}
			c.shared++
			c.own += own
			c.weight += own * max(bits, 0.5)
		}
	}
	out := make([]near, 0, len(counts))
	for slot, c := range counts {
		other := x.texts[slot]
		if c.shared < 2 || other.expert == t.expert || skip(other) {
			continue
		}
		out = append(out, near{text: other, shared: c.shared, weight: c.weight, own: c.own / float64(c.shared)})
	}
	slices.SortFunc(out, func(a, b near) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.text.expert, b.text.expert), cmp.Compare(a.text.field, b.text.field))
	})
	return out[:min(len(out), closest)]
}

// split cuts a text into words, folded to small letters. Of scripts that write
// no spaces each character is a word.
func split(text string) []word {
	out := make([]word, 0, len(text)/5)
	start := -1
	end := func(at int) {
		if start >= 0 {
			out = append(out, word{strings.ToLower(text[start:at]), start, at})
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			end(i)
			start = i
			end(i + utf8.RuneLen(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\'' || r == '’':
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
	}
	end(len(text))
	return out
}

// stem is the length, in letters, to which words are cut, so that most forms of
// a word are one.
const stem = 6

// content are the words that carry meaning, cut to their stems.
func content(words []word) []string {
	out := make([]string, 0, len(words)/2)
	for _, w := range words {
		if s := w.text; !functionWord(s) {
			n := 0
			for i := range s {
				if n++; n > stem {
					s = s[:i]
					break
				}
			}
			out = append(out, s)
		}
	}
	return out
}

// functionWord reports whether a word is grammar: short ones in Latin letters,
// and the longer ones of the shipped languages.
func functionWord(s string) bool {
	if len(s) <= 3 && s[0] < utf8.RuneSelf {
		return s[0] < '0' || s[0] > '9'
	}
	if strings.ContainsAny(s, "'’") {
		return true // I'm, don't, you've
	}
	_, ok := functionWords[s]
	return ok
}

var functionWords = func() map[string]struct{} {
	out := map[string]struct{}{}
	for _, w := range strings.Fields(`about above after again against also although always among another been before being below
		between both cannot could does doing down during each either else even ever every from further have having here hers herself
		himself however into itself just like many might more most much must myself neither never once only other others ourselves over
		quite rather same shall should since some something still such than that their theirs them themselves then there these they
		this those though through together under until upon very want wants were what when where whether which while will with within
		without would your yours yourself
		aber alle allem allen aller alles andere auch dann dass deine deren dessen diese diesem diesen dieser dieses doch durch eine
		einem einen einer eines etwas euch eure ganz gegen habe haben hatte hier ihre ihrem ihren ihrer immer jede jedem jeden jeder
		jedes kann kein keine keinen konnte können machen mehr mein meine meinem meinen meiner mich muss nach nicht nichts noch oder
		ohne schon sehr sein seine sich sind solche soll sondern sonst über unser unter viel vom von wann warum wegen weil weiter welche
		wenn werde werden wieder wird wollen wurde zwischen
		algo algunas algunos ante antes aquel aquella como contra cual cuando desde donde durante ella ellas ellos entre eran esas esos
		esta estaba estado estar estas este esto estos fueron había hasta muchos mucho nada nosotros otra otras otro otros para pero poco
		porque puede quien según sido siempre sobre solo también tanto tener tiene tienen toda todas todo todos unas unos usted vosotros`) {
		out[w] = struct{}{}
	}
	return out
}()

// features are the hashes of three content words in a row, each once.
func features(stems []string) []uint32 {
	out := make([]uint32, 0, len(stems))
	for i := 0; i+3 <= len(stems); i++ {
		h := uint64(14695981039346656037) // FNV-1a, 64 bits
		for _, s := range stems[i : i+3] {
			for k := range len(s) {
				h = (h ^ uint64(s[k])) * 1099511628211
			}
			h = (h ^ 0xff) * 1099511628211
		}
		out = append(out, uint32(h>>32)^uint32(h))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// neighbours are the pairs of content words that stand within three of each
// other, in either order: what survives when a text is told in other words.
func neighbours(stems []string) map[[2]string]int {
	out := make(map[[2]string]int, 3*len(stems))
	for i, a := range stems {
		for _, b := range stems[i+1 : min(len(stems), i+4)] {
			if a == b {
				continue
			}
			out[[2]string{min(a, b), max(a, b)}]++
		}
	}
	return out
}

// likeness is the share of a's neighbouring pairs that b has as well, and how
// many they are.
func likeness(a, b map[[2]string]int) (share float64, common int) {
	if len(a) == 0 {
		return 0, 0
	}
	for p := range a {
		if b[p] > 0 {
			common++
		}
	}
	return float64(common) / float64(len(a)), common
}
