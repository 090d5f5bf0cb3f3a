package transcripts

import "mensch/app/model"

// Reading is what was understood of a conversation's messages. It belongs to the
// reader that made it, and is not changed by a later review.
type Reading struct {
	reader *Reader
	lines  []line
	byID   map[string]int
	fresh  int
}

// Fresh is how many messages had to be read for it; those that an earlier
// reading knew were not.
func (g *Reading) Fresh() int { return g.fresh }

// ReviewNext reviews a conversation as Review does, and gives the same findings,
// but reads no message again that an earlier reading of the same conversation
// knows and that is still the same. before may be nil, or another reader's.
func (r *Reader) ReviewNext(before *Reading, c model.Conversation) ([]model.Finding, *Reading) {
	if before != nil && before.reader != r {
		before = nil
	}
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	g := &Reading{reader: r, lines: make([]line, len(c.Messages)), byID: make(map[string]int, len(c.Messages))}
	for i := range c.Messages {
		m := &c.Messages[i]
		g.byID[m.ID] = i
		if known, ok := before.line(m, i); ok {
			g.lines[i] = known
			g.lines[i].msg = m
			continue
		}
		g.lines[i] = r.read(m, sc)
		g.fresh++
	}
	return r.judge(c, g.lines, sc), g
}

// again gives the line of the i-th message of a conversation: the one of a
// reading of that very conversation, else it is read.
func (r *Reader) again(g *Reading, c *model.Conversation, i int, sc *scratch) line {
	m := &c.Messages[i]
	if known, ok := g.line(m, i); ok && g.reader == r {
		known.msg = m
		return known
	}
	return r.read(m, sc)
}

// line gives a message's line if it is known and says the same.
func (g *Reading) line(m *model.Message, i int) (line, bool) {
	if g == nil {
		return line{}, false
	}
	if i >= len(g.lines) || g.lines[i].msg.ID != m.ID {
		k, ok := g.byID[m.ID]
		if !ok {
			return line{}, false
		}
		i = k
	}
	old := g.lines[i].msg
	return g.lines[i], old.Text == m.Text && old.From == m.From
}

// tone is what the civility model says of a line: the probability that it
// offends, and the tokens of the window that does most.
type tone struct {
	known bool
	p     float64
	i, j  int
}

// tone asks the model about a line once.
func (v *view) tone(l *line) (p float64, i, j int) {
	if !l.tone.known {
		l.tone.known = true
		l.tone.p, l.tone.i, l.tone.j = v.offends(l, v.sc)
	}
	return l.tone.p, l.tone.i, l.tone.j
}
