package community

import (
	"fmt"
	"hash/fnv"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

func sorted(xs []string) []string { slices.Sort(xs); return xs }

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// chat is a session in the making.
type chat struct {
	session model.Session
	who     *person
	client  *client
	lines   []*chatLine
	problem string
	mood    mood
	sour    bool // the client leaves unhappy
	quiet   bool // no rating from it
}

type chatLine struct {
	message model.Message
	pause   bool          // a long break comes before it
	wait    time.Duration // exactly this break comes before it
}

// composer writes one chat.
type composer struct {
	w     *world
	r     stream
	chat  *chat
	p     *person
	cl    *client
	facts slots
	deed  *deed
	nod   int
	// twin is which of its alternatives the last lines of a thread took, by
	// their number: an answer goes with what was said.
	twin   map[int]int
	spoken map[string]bool // lines of pools
}

func (w *world) newChat(p *person, cl *client, start time.Time, kind string) *chat {
	ch := &chat{who: p, client: cl, mood: cl.mood}
	ch.session = model.Session{Version: 1, ExpertID: p.id, ClientID: cl.id, Cluster: p.cluster.name, Kind: kind, StartedAt: start.UTC()}
	w.chats = append(w.chats, ch)
	p.chats = append(p.chats, ch)
	return ch
}

// say adds what one side says; "//" begins another message. An expert's
// sentence is chosen again when it was said too often.
func (c *composer) say(from model.Sender, alts []string, evidence bool) {
	raw := c.choose(from, alts)
	pause := strings.HasPrefix(raw, "~")
	raw = strings.TrimPrefix(raw, "~")
	facts := c.facts
	if from == model.FromClient {
		facts = facts.mine()
	}
	var parts []string
	bound := maps.Clone(c.twin)
	for try := range 10 {
		parts = splitTurns(expand(c.r, c.paired(raw, bound), facts))
		if from == model.FromClient || evidence || !c.stale(parts, 1+try/5) {
			break
		}
	}
	for _, part := range parts {
		for _, text := range c.word(from, part, evidence) {
			l := &chatLine{message: model.Message{From: from, Text: text}, pause: pause}
			pause = false
			c.chat.lines = append(c.chat.lines, l)
			if evidence && c.deed != nil {
				c.deed.lines = append(c.deed.lines, l)
			}
		}
	}
}

// paired takes, of a line that is one choice as a whole, the alternative that
// goes with the last such line of the thread, and remembers it.
func (c *composer) paired(raw string, bound map[int]int) string {
	if bound == nil || !strings.HasPrefix(raw, "{") || !strings.HasSuffix(raw, "}") || closesEarly(raw) {
		return raw
	}
	alts := splitTop(raw[1 : len(raw)-1])
	i, known := bound[len(alts)]
	if !known {
		i = c.r.IntN(len(alts))
	}
	c.twin[len(alts)] = i
	return alts[i]
}

// closesEarly reports whether the first brace closes before the end.
func closesEarly(raw string) bool {
	depth := 0
	for i := range len(raw) - 1 {
		switch raw[i] {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			return true
		}
	}
	return false
}

// stale reports whether a long part was said as often as that before.
func (c *composer) stale(parts []string, often int) bool {
	for _, p := range parts {
		if len(p) > 36 && c.w.said[p] >= often {
			return true
		}
	}
	return false
}

var noBlank = strings.NewReplacer(" .", ".", " ,", ",", " ?", "?", " !", "!")

// splitTurns cuts a text at the "//" that stand by themselves, and tidies the
// blanks that empty choices leave.
func splitTurns(text string) []string {
	var out []string
	for _, part := range strings.Split(" "+text+" ", " // ") {
		part = strings.Join(strings.FieldsFunc(part, func(r rune) bool { return r == ' ' }), " ")
		part = noBlank.Replace(part)
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}

// choose takes the alternative that this expert has used least.
func (c *composer) choose(from model.Sender, alts []string) string {
	if len(alts) == 1 {
		return alts[0]
	}
	best, least := "", 1<<30
	for _, i := range c.r.Perm(len(alts)) {
		if n := c.p.used[alts[i]]; n < least {
			best, least = alts[i], n
		}
	}
	if from == model.FromExpert {
		c.p.used[best]++
	}
	return best
}

// word puts a thought into the sender's words: one message, or a few. A long
// paragraph that another expert wrote much of is cut.
func (c *composer) word(from model.Sender, raw string, exact bool) []string {
	v := c.p.voice
	if from == model.FromClient {
		v = c.cl.voice
	}
	text := v.speak(c.r, raw, exact)
	if exact {
		return []string{text}
	}
	if from == model.FromExpert {
		c.w.said[raw]++
		for try := 0; try < 6 && len(text) > 36 && c.w.said["="+text] >= 2; try++ {
			if try > 1 {
				text = v.speak(c.r, lead(c.r, raw), false)
			} else {
				text = v.speak(c.r, raw, false)
			}
		}
	}
	out := []string{text}
	long := strings.Count(text, " ") >= 28
	if len(text) > 45 && c.r.chance(v.split) || from == model.FromExpert && (long || c.w.echoed(text, c.p.id)) {
		out = cutSentences(c.r, text)
	}
	if from == model.FromExpert {
		for _, t := range out {
			c.w.said["="+t]++
			c.w.remember(t, c.p.id)
		}
	}
	return out
}

// cutSentences cuts a text at the end of one of its sentences.
func cutSentences(r stream, text string) []string {
	var ends []int
	for i := 8; i < len(text)-8; i++ {
		if (text[i] == '.' || text[i] == '!' || text[i] == '?') && text[i+1] == ' ' && text[i-1] != '.' && (text[i-1] < '0' || text[i-1] > '9') {
			ends = append(ends, i+1)
		}
	}
	if len(ends) == 0 { // a long one breaks at a comma
		for i := len(text) / 5; i < 4*len(text)/5; i++ {
			if strings.IndexByte(",:;", text[i]) >= 0 && text[i+1] == ' ' && len(text) > 100 && strings.Count(text[:i], `"`)%2 == 0 {
				ends = append(ends, i+1)
			}
		}
	}
	if len(ends) == 0 {
		return []string{text}
	}
	at := pick(r, ends)
	return []string{strings.TrimSpace(text[:at]), strings.TrimSpace(text[at:])}
}

// longText is from how many words on two experts must not write the same.
const longText = 22

func shinglesOf(text string) []uint64 {
	ws := strings.Fields(strings.ToLower(text))
	if len(ws) < longText {
		return nil
	}
	var out []uint64
	for i := 0; i+5 <= len(ws); i++ {
		h := fnv.New64a()
		for _, w := range ws[i : i+5] {
			_, _ = h.Write([]byte(strings.Trim(w, ".,!?;:")))
			_, _ = h.Write([]byte{' '})
		}
		out = append(out, h.Sum64())
	}
	return out
}

// echoed reports whether another expert wrote much of a long text before.
func (w *world) echoed(text, expert string) bool {
	sh := shinglesOf(text)
	if len(sh) == 0 {
		return false
	}
	hits := 0
	for _, s := range sh {
		for who := range w.shingles[s] {
			if who != expert {
				hits++
				break
			}
		}
	}
	return hits*4 > len(sh)
}

func (w *world) remember(text, expert string) {
	for _, s := range shinglesOf(text) {
		if w.shingles[s] == nil {
			w.shingles[s] = map[string]bool{}
		}
		w.shingles[s][expert] = true
	}
}

// play says the lines of a thread; its answers go together from line from on.
func (c *composer) play(t thread, from int) {
	defer func() { c.twin = nil }()
	for i, l := range t {
		if i == from {
			c.twin = map[int]int{}
		}
		keep := 0.66
		if l.from == model.FromExpert {
			keep = c.p.voice.chatty
		}
		if l.optional && !c.r.chance(keep) {
			continue
		}
		c.bind(l)
		c.say(l.from, l.alts, l.evidence)
	}
}

// bind lets what follows in the thread go with the value of a choice that the
// client names.
func (c *composer) bind(l scriptLine) {
	if c.twin == nil || l.from != model.FromClient {
		return
	}
	text := l.alts[0]
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			continue
		}
		j := i + 1
		for j < len(text) && isSlotByte(text[j], j == i+1) {
			j++
		}
		var at, n int
		if _, err := fmt.Sscanf(c.facts["#"+text[i+1:j]], "%d/%d", &at, &n); err == nil {
			c.twin[n] = at
		}
	}
}

// pool says a line of a pool that was not said in this chat.
func (c *composer) pool(from model.Sender, name string) {
	lines := c.w.lib.pools[name]
	line := pick(c.r, lines)
	for try := 0; try < 12 && c.spoken[line]; try++ {
		line = pick(c.r, lines)
	}
	if c.spoken == nil {
		c.spoken = map[string]bool{}
	}
	c.spoken[line] = true
	c.say(from, []string{line}, false)
}

// known reports whether the client said already what a thread would ask for.
func (c *composer) known(t thread) bool {
	if len(t) < 2 || t[1].from != model.FromClient {
		return false
	}
	var said strings.Builder
	for _, l := range c.chat.lines {
		if l.message.From == model.FromClient {
			said.WriteString(strings.ToLower(l.message.Text) + " ")
		}
	}
	asked := 0
	for _, m := range slotName.FindAllStringSubmatch(t[1].alts[0], -1) {
		v := strings.ToLower(c.facts[m[1]])
		if len(v) < 4 {
			continue
		}
		if v = v[:min(len(v), 18)]; !strings.Contains(said.String(), v) {
			return false
		}
		asked++
	}
	return asked > 0
}

var slotName = regexp.MustCompile(`\$\^?([a-z][a-z0-9]*)`)

func (c *composer) greet() { c.say(model.FromExpert, c.p.greet, false) }

// converse writes a whole advice chat about a problem, with a plot in it if
// there is one.
func (c *composer) converse(sc *script, a *assignment) {
	c.chat.problem = sc.name
	if a != nil {
		c.deed = a.deed
		c.facts = c.facts.with(a.given)
	}
	c.facts = sc.facts(c.r, c.facts)
	at := ""
	if a != nil {
		c.facts = a.script.facts(c.r, c.facts)
		at = c.facts["at"]
		if len(a.script.open) > 0 {
			c.scene(a.script)
			return
		}
	}
	c.opening(sc)
	asks := some(c.r, sc.asks, c.r.between(2, min(4, len(sc.asks))))
	if c.chat.mood == terse || c.chat.mood == cross {
		asks = asks[:len(asks)-1]
	}
	if at == "early" {
		c.play(a.script.tell, 0)
	}
	for i, t := range asks {
		if c.known(t) {
			continue
		}
		if i > 0 && c.r.chance(0.12) {
			c.pool(model.FromExpert, "next")
		}
		c.play(t, 1)
		if c.r.chance(0.07) {
			c.aside()
		}
	}
	if at == "mid" {
		c.play(a.script.tell, 0)
	}
	if c.r.chance(0.45) {
		c.pool(model.FromExpert, "lead")
	}
	c.advise(sc.tell)
	if at == "late" {
		c.play(a.script.tell, 0)
	}
	for _, t := range some(c.r, sc.more, c.r.between(1, min(3, len(sc.more)))) {
		c.play(t, 1)
		if c.r.chance(0.2) {
			c.pool(model.FromClient, "ack."+string(c.chat.mood))
		}
	}
	if a != nil && (at == "close" || at == "") {
		c.play(a.script.tell, 0)
	}
	for i := range a.extra() {
		c.play(a.script.more[i], 0)
	}
	c.closing(sc, a)
}

// extra is how many closing threads a plot brings.
func (a *assignment) extra() int {
	if a == nil {
		return 0
	}
	return len(a.script.more)
}

// scene plays a plot that fills the chat by itself.
func (c *composer) scene(sc *script) {
	switch {
	case c.facts["start"] == "cold":
	case c.r.chance(0.6):
		c.greet()
	default:
		c.pool(model.FromClient, "hello")
		c.pool(model.FromExpert, "hearme")
	}
	c.say(model.FromClient, sc.open, false)
	for _, t := range some(c.r, sc.asks, c.r.between(1, max(1, len(sc.asks)))) {
		c.play(t, 1)
	}
	c.play(sc.tell, 0)
	for _, t := range sc.more {
		c.play(t, 0)
	}
	if len(sc.end) > 0 && sc.end[0] != "-" {
		c.say(model.FromClient, sc.end, false)
	}
}

func (c *composer) opening(sc *script) {
	last := c.cl.met[c.p.id]
	switch x := c.r.Float64(); {
	case last != "" && x < 0.8:
		c.facts["last"] = last
		c.pool(model.FromClient, "again")
		c.pool(model.FromExpert, "againback")
		c.say(model.FromClient, sc.open, false)
	case x < 0.42:
		c.greet()
		c.say(model.FromClient, sc.open, false)
	case x < 0.75:
		c.say(model.FromClient, sc.open, false)
		c.pool(model.FromExpert, "greetback")
	default:
		hello := pick(c.r, c.w.lib.pools["hello"])
		c.say(model.FromClient, []string{hello}, false)
		switch {
		case strings.Contains(hello, "real"):
			c.pool(model.FromExpert, "real")
		case strings.Contains(hello, "never used"):
			c.pool(model.FromExpert, "newcomer")
		default:
			c.pool(model.FromExpert, "hearme")
		}
		c.say(model.FromClient, sc.open, false)
	}
}

func (c *composer) advise(t thread) {
	silent := false // the client left out what the next line answers
	for _, l := range t {
		if l.optional && (silent && l.from == model.FromExpert || !c.r.chance(c.p.voice.chatty)) {
			silent = l.from == model.FromClient
			continue
		}
		silent = false
		c.say(l.from, l.alts, false)
		if l.from == model.FromExpert && c.r.chance(0.24) {
			c.acknowledge()
		}
	}
}

func (c *composer) acknowledge() {
	before := len(c.chat.lines)
	pool := "ack." + string(c.chat.mood)
	if f := c.p.cluster.file; f != "spirit" && f != "counsel" && c.chat.mood != cross && c.chat.mood != terse && c.r.chance(0.25) {
		pool = "ack.do"
	}
	c.pool(model.FromClient, pool)
	switch {
	case c.nod > 0 || len(c.chat.lines) == before:
	case c.chat.mood == anxious && c.r.chance(0.5):
		c.pool(model.FromExpert, "soothe")
		c.nod++
	case c.chat.mood == cross && c.r.chance(0.5):
		c.pool(model.FromExpert, "calmcross")
		c.nod++
	}
}

var asides = words("doorbell phone lost minutes fetch waiting tea weather caps scroll thinking kids")

func (c *composer) aside() {
	if sc := c.w.lib.plots["aside-"+pick(c.r, asides)]; sc != nil {
		d := c.deed
		c.deed = nil
		c.play(sc.tell, 0)
		c.deed = d
	}
}

func (c *composer) closing(sc *script, a *assignment) {
	if a != nil && len(a.script.end) > 0 {
		if a.script.end[0] != "-" {
			c.say(model.FromClient, a.script.end, false)
		}
		return
	}
	x := c.r.Float64()
	if x < 0.05 { // the client is gone
		return
	}
	if len(sc.end) > 0 && c.chat.mood != cross && c.chat.mood != terse && c.r.chance(0.5) {
		c.say(model.FromClient, sc.end, false)
	} else {
		c.pool(model.FromClient, "thanks."+string(c.chat.mood))
	}
	if x < 0.93 {
		c.pool(model.FromExpert, "bye")
		if c.r.chance(0.35) {
			c.pool(model.FromClient, "byeclient")
		}
	}
}

// clock gives every line its time: people read, think and type.
func (c *composer) clock() {
	at := c.chat.session.StartedAt.Add(c.r.seconds(3, 25))
	var prev *chatLine
	for _, l := range c.chat.lines {
		v := c.p.voice
		think := 10 * time.Second
		if l.message.From == model.FromClient {
			v, think = c.cl.voice, 14*time.Second
		}
		typing := time.Duration(float64(len(l.message.Text)) / v.speed * float64(time.Second))
		typing = min(typing, 95*time.Second)
		if prev != nil {
			if prev.message.From != l.message.From {
				reading := time.Duration(len(prev.message.Text)) * 45 * time.Millisecond
				at = at.Add(reading + c.r.long(think, 0.7))
			} else {
				at = at.Add(c.r.long(2500*time.Millisecond, 0.5))
			}
			switch {
			case l.wait > 0:
				at = at.Add(l.wait)
			case l.pause:
				at = at.Add(c.r.seconds(50, 190))
			}
			at = at.Add(typing)
		}
		l.message.At = at.UTC().Truncate(time.Second)
		prev = l
	}
	c.chat.session.EndedAt = at.Add(c.r.seconds(4, 70)).UTC().Truncate(time.Second)
}
