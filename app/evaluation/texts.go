package evaluation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mensch/app/model"
	"mensch/app/scores"
	"mensch/app/transcripts"
	"mensch/app/transcripts/notices"
)

// talk is what a row says as a conversation: which of its messages is judged, -1
// for all of them.
type talk struct {
	row     row
	conv    model.Conversation
	at      int
	context bool // more than the one text
}

// talks reads rows as conversations: one text each, a list of messages each, or
// one message each of sessions that go over several rows.
func talks(rows []row, res *Result) []talk {
	var out []talk
	whole := map[string]int{}
	sessions := map[string]*model.Conversation{}
	for _, r := range rows {
		if list, ok := r.fields["messages"].([]any); ok {
			if c, ok := conversation(list); ok {
				out = append(out, talk{row: r, conv: c, at: -1, context: true})
				continue
			}
		}
		s := r.str(textNames...)
		if s == "" {
			res.Skipped++
			continue
		}
		from := sender(r.str("from", "sender", "role", "speaker"))
		id := r.str("session", "session_id", "conversation", "conversation_id", "conv_id", "dialog_id", "dialogue_id", "thread")
		if id == "" {
			out = append(out, talk{row: r, conv: conversationOf(from, s)})
			continue
		}
		c := sessions[id]
		if c == nil {
			c = &model.Conversation{Session: model.Session{ID: id, ExpertID: "expert", Kind: "chat"}}
			sessions[id] = c
		}
		whole[id]++
		at, _ := r.when("at", "time", "timestamp", "unix_time", "date")
		c.Messages = append(c.Messages, model.Message{ID: fmt.Sprint("m", len(c.Messages)), Session: id, Seq: int64(len(c.Messages) + 1), From: from, At: at, Text: s})
		out = append(out, talk{row: r, at: len(c.Messages) - 1, conv: model.Conversation{Session: model.Session{ID: id}}, context: true})
	}
	for i := range out {
		if c := sessions[out[i].conv.Session.ID]; c != nil && len(out[i].conv.Messages) == 0 {
			out[i].conv = *c
		}
	}
	return out
}

func sender(s string) model.Sender {
	switch strings.ToLower(s) {
	case "client", "customer", "user", "patient", "buyer", "questioner":
		return model.FromClient
	}
	return model.FromExpert
}

// conversationOf is texts as one side's messages.
func conversationOf(from model.Sender, texts ...string) model.Conversation {
	c := model.Conversation{Session: model.Session{ID: "s", ExpertID: "expert", Kind: "chat"}}
	for i, s := range texts {
		c.Messages = append(c.Messages, model.Message{ID: fmt.Sprint("m", i), Session: "s", Seq: int64(i + 1), From: from, Text: s})
	}
	return c
}

func conversation(list []any) (model.Conversation, bool) {
	c := model.Conversation{Session: model.Session{ID: "s", ExpertID: "expert", Kind: "chat"}}
	for _, v := range list {
		from, s := model.FromExpert, ""
		switch v := v.(type) {
		case string:
			s = v
		case map[string]any:
			m := newRow(0, v)
			s, from = m.str(textNames...), sender(m.str("from", "sender", "role", "speaker"))
		}
		if s == "" {
			continue
		}
		n := len(c.Messages)
		c.Messages = append(c.Messages, model.Message{ID: fmt.Sprint("m", n), Session: "s", Seq: int64(n + 1), From: from, Text: s})
	}
	return c, len(c.Messages) > 0
}

// judgement is what a detector says of a talk.
type judgement struct {
	got   bool
	score float64
	spans []Span
}

// review gives what a detector finds in a talk, in the message that is judged.
func (e *Evaluator) review(t talk, detector string, cache map[string][]model.Finding) judgement {
	var found []model.Finding
	id := t.conv.Session.ID
	if t.at >= 0 && t.context && cache != nil {
		known, ok := cache[id]
		if !ok {
			known = e.reader.Review(t.conv)
			cache[id] = known
		}
		found = known
	} else {
		found = e.reader.Review(t.conv)
	}
	var j judgement
	for _, f := range found {
		if f.Detector != detector {
			continue
		}
		if t.at >= 0 && t.context && !slices.Contains(f.Messages, t.conv.Messages[t.at].ID) {
			continue
		}
		j.got = true
		j.score = max(j.score, f.Score)
		for _, s := range f.Spans {
			if t.at < 0 || s.Message == t.conv.Messages[t.at].ID {
				j.spans = append(j.spans, Span{Label: s.Label, Start: s.Start, End: s.End})
			}
		}
	}
	return j
}

// decide compares judgements with labels. naive is the method beside it, nil for
// none.
func decide(ctx context.Context, o Options, res *Result, list []talk, say func(talk) judgement, naiveName string, naive func(string) bool) error {
	if len(list) == 0 {
		return &ShapeError{res.Detector, "text"}
	}
	positive := o.positive()
	var units []scores.Counts
	var base scores.Counts
	var parts groups
	labelled := 0
	for i, t := range list {
		if i%256 == 0 && ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // the caller looks for it
		}
		word, want, ok := t.row.label(positive)
		if ok {
			labelled++
		}
		j := say(t)
		var c scores.Counts
		c.Add(want, j.got)
		units = append(units, c)
		if naive != nil {
			said := false
			for k, m := range t.conv.Messages {
				if t.at < 0 || k == t.at {
					said = said || naive(m.Text)
				}
			}
			base.Add(want, said)
		}
		if word != "" {
			parts.add(word, want, j.got)
		}
		if f := t.row.str("functionality", "func", "kind"); f != "" {
			parts.add(f, want, j.got)
		}
		if o.Verdicts {
			v := Verdict{Row: t.row.n, Got: j.got, Score: j.score, Spans: j.spans}
			if ok {
				v.Want = &want
			}
			res.Verdicts = append(res.Verdicts, v)
		}
	}
	res.Unit, res.Labelled = "texts", labelled > 0
	if labelled == 0 {
		res.Notes = append(res.Notes, "no row has a label: all are taken as harmless, and what is found is false")
	} else if labelled < len(list) {
		res.Notes = append(res.Notes, fmt.Sprintf("%d rows without a label are taken as harmless", len(list)-labelled))
	}
	res.count(units, true)
	res.Groups = parts.list(60)
	if naive != nil {
		res.against(naiveName, base, true)
	}
	return nil
}

// reviewed measures a detector as it stands in the pipeline.
func reviewed(detector string) method {
	return func(e *Evaluator, ctx context.Context, o Options, rows []row, res *Result) error {
		cache := map[string][]model.Finding{}
		list := talks(rows, res)
		return decide(ctx, o, res, list, func(t talk) judgement { return e.review(t, detector, cache) }, "", nil)
	}
}

// civility measures offensive words: whether a text offends at all where it
// stands alone, and what the pipeline makes of it at the shipped threshold.
func (e *Evaluator) civility(ctx context.Context, o Options, rows []row, res *Result) error {
	cache := map[string][]model.Finding{}
	list := talks(rows, res)
	positive := o.positive()
	// Only of a text without a conversation is it not known who says it to whom.
	alone, labelled := true, false
	for _, t := range list {
		alone = alone && !t.context
		_, _, ok := t.row.label(positive)
		labelled = labelled || ok
	}
	piped := func(t talk) judgement { return e.review(t, transcripts.DetectIncivility, cache) }
	if !alone || !labelled {
		return decide(ctx, o, res, list, piped, naiveOaths, oath)
	}
	err := decide(ctx, o, res, list, func(t talk) judgement {
		p := e.reader.Offence(t.conv.Messages[0].Text)
		return judgement{got: p >= 0.5, score: p}
	}, naiveOaths, oath)
	if err != nil {
		return err
	}
	var shipped scores.Counts
	for _, t := range list {
		_, want, _ := t.row.label(positive)
		shipped.Add(want, piped(t).got)
	}
	res.Extra = map[string]float64{"shipped_recall": shipped.Recall(), "shipped_false_positive_rate": shipped.FalseRate(), "shipped_precision": shipped.Precision()}
	res.Notes = append(res.Notes, "measured at a probability of 0.5; shipped_… are the numbers of the pipeline, which asks besides that the words be aimed at somebody")
	return nil
}

// threat measures threats apart from other incivility. Of several kinds of label
// only those that speak of a threat count, unless the caller names others.
func (e *Evaluator) threat(ctx context.Context, o Options, rows []row, res *Result) error {
	if len(o.Positive) == 0 {
		words := map[string]bool{}
		for _, r := range rows {
			if word, yes, ok := r.label(nil); ok && yes && strings.Contains(word, "threat") {
				words[word] = true
			}
		}
		for w := range words {
			o.Positive = append(o.Positive, w)
		}
	}
	cache := map[string][]model.Finding{}
	return decide(ctx, o, res, talks(rows, res), func(t talk) judgement {
		j := e.review(t, transcripts.DetectIncivility, cache)
		j.spans = slices.DeleteFunc(j.spans, func(s Span) bool { return !strings.Contains(s.Label, "threat") })
		if len(j.spans) == 0 {
			return judgement{}
		}
		return j
	}, "", nil)
}

// notice measures whether a text has a copyright notice.
func (e *Evaluator) notice(ctx context.Context, o Options, rows []row, res *Result) error {
	for i, r := range rows { // labelled by what stands in it
		if list, ok := r.list("copyrights", "notices", "statements"); ok {
			if _, has := r.get(truthNames...); !has {
				rows[i].fields["y"] = len(list) > 0
			}
		}
	}
	return decide(ctx, o, res, talks(rows, res), func(t talk) judgement {
		var j judgement
		for k, m := range t.conv.Messages {
			if t.at >= 0 && k != t.at {
				continue
			}
			for _, n := range notices.Find(m.Text) {
				j.got, j.score = true, max(j.score, n.Score)
				j.spans = append(j.spans, Span{"notice", n.Start, n.End})
			}
		}
		return j
	}, "sign and year", naiveNotice.MatchString)
}
